import { formatCount, formatNumber, formatPercent } from '../../../core/format.ts';
import { median } from '../../../core/statistics.ts';
import { mulberry32 } from '../../../core/random.ts';
import { cliffsDelta, cramersV } from '../effect.ts';
import type { Hypothesis } from '../types.ts';
import { tokenize } from '../words.ts';
import { blockLength, permutationP } from './permutation.ts';
import type { CategoricalSeries, EarlierTask, TestTask, NumericSeries, WordsTask } from './tasks.ts';

/** What an test found, before the correction for the number of looks. */
type Finding = Omit<Hypothesis, 'pAdjusted'>;

export interface Examined {
  /** One for every test made. */
  readonly findings: readonly Finding[];
  /** Why there are none. */
  readonly nothing: string | null;
}

/** A side with fewer values is not compared. */
const MIN_VALUES = 8;
const EVIDENCE = 20;
/** Categories told apart; the others are one. */
const MAX_CATEGORIES = 24;
const MAX_TERMS = 400;
const LISTED_TERMS = 5;
const MAX_EARLIER = 20;

/** Runs one test. Pure: the same task gives the same answer. */
export function examine(task: TestTask): Examined {
  switch (task.kind) {
    case 'comparison': {
      const findings = [
        ...task.numbers.map((one, i) => compareNumbers(task, one, task.seed + i)),
        ...task.categories.map((one, i) => compareCategories(task, one, task.seed + 1000 + i)),
      ].filter((found) => found !== null);
      return outcome(findings, 'nothing here varies, or too few events state it');
    }
    case 'words':
      return examineWords(task);
    case 'earlier':
      return examineEarlier(task);
  }
}

const outcome = (findings: readonly Finding[], reason: string): Examined => ({
  findings,
  nothing: findings.length > 0 ? null : reason,
});

type Sides = Pick<TestTask, 'test' | 'index' | 'baseline' | 'permutations'>;

/** Median or share in the window against the baseline: Cliff's delta, tested by the sum of ranks in the window. */
function compareNumbers(
  { test, index, baseline, permutations }: Sides,
  { label, unit, isShare, values }: NumericSeries,
  seed: number,
): Finding | null {
  const at: number[] = [];
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) at.push(i);
  });
  const used = at.map((i) => values[i]);
  const split = at.findIndex((i) => i >= baseline);
  if (split < MIN_VALUES || used.length - split < MIN_VALUES || used.every((value) => value === used[0])) return null;
  const before = used.slice(0, split);
  const within = used.slice(split);
  const delta = cliffsDelta(within, before);
  const ranks = midranks(used);
  const expected = (within.length * (used.length + 1)) / 2;
  const p = permutationP(used.length, blockLength(before, used.length), permutations, mulberry32(seed), (positions) => {
    let sum = 0;
    for (let i = split; i < positions.length; i++) sum += ranks[positions[i]];
    return Math.abs(sum - expected);
  });
  const told = (side: readonly number[]) => (isShare ? side.reduce((a, b) => a + b, 0) / side.length : median(side));
  const format = (value: number) => (isShare ? formatPercent(value) : `${formatNumber(value)}${unit && ` ${unit}`}`);
  const [inWindow, inBaseline] = [told(within), told(before)];
  const way = delta > 0 ? 'higher' : delta < 0 ? 'lower' : 'the same';
  const extreme = at
    .slice(split)
    .sort((a, b) => (delta < 0 ? values[a] - values[b] : values[b] - values[a]) || a - b)
    .slice(0, EVIDENCE);
  return {
    test,
    p,
    effect: { measure: "Cliff's delta", value: delta },
    statement:
      `${label} is ${way} in the window: ${isShare ? '' : 'median '}${format(inWindow)} ` +
      `against ${format(inBaseline)} in the baseline.`,
    evidence: {
      events: extreme.map((i) => index[i]).sort((a, b) => a - b),
      figures: {
        [isShare ? 'share, window' : 'median, window']: inWindow,
        [isShare ? 'share, baseline' : 'median, baseline']: inBaseline,
        'events, window': within.length,
        'events, baseline': before.length,
      },
    },
  };
}

function midranks(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

/**
 * Make-up of the window against the baseline: Cramér's V. Memory is measured on the most frequent category of the
 * baseline.
 */
function compareCategories(
  { test, index, baseline, permutations }: Sides,
  { label, values }: CategoricalSeries,
  seed: number,
): Finding | null {
  if (baseline < MIN_VALUES || values.length - baseline < MIN_VALUES) return null;
  const names = new Map<string | null, number>();
  for (const value of values) names.set(value, (names.get(value) ?? 0) + 1);
  if (names.size < 2 || (names.size === 2 && names.get(null) === values.length - 1)) return null;
  const kept = [...names]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_CATEGORIES)
    .map(([name]) => name);
  const codeOf = new Map(kept.map((name, code) => [name, code]));
  const categories = kept.length + (names.size > kept.length ? 1 : 0);
  const codes = Int32Array.from(values, (value) => codeOf.get(value) ?? kept.length);
  const countsOf = (positions: ArrayLike<number>) => {
    const counts = [new Float64Array(categories), new Float64Array(categories)];
    for (let i = 0; i < positions.length; i++) counts[i < baseline ? 0 : 1][codes[positions[i]]]++;
    return counts;
  };
  const [before, within] = countsOf(codes.map((_, i) => i));
  const v = cramersV(within, before);
  const common = before.indexOf(Math.max(...before));
  const memory = blockLength(
    Float64Array.from(codes.subarray(0, baseline), (code) => (code === common ? 1 : 0)),
    values.length,
  );
  const p = permutationP(values.length, memory, permutations, mulberry32(seed), (positions) => {
    const [a, b] = countsOf(positions);
    return cramersV(b, a);
  });
  const size = values.length - baseline;
  const excess = Array.from(within, (count, c) => count / size - before[c] / baseline);
  const most = excess.indexOf(Math.max(...excess));
  const shown = (code: number) =>
    code < kept.length ? (kept[code] === null ? 'no value' : `"${shorten(kept[code])}"`) : 'another value';
  const [inWindow, inBaseline] = [within[most] / size, before[most] / baseline];
  const isNew = before[most] === 0 && within[most] > 0;
  const events = index
    .slice(baseline)
    .filter((_, i) => codes[baseline + i] === most)
    .slice(0, EVIDENCE);
  return {
    test,
    p,
    effect: { measure: "Cramér's V", value: v },
    statement:
      `${label}: ${shown(most)} is ${formatPercent(inWindow)} of the window ` +
      `against ${formatPercent(inBaseline)} of the baseline` +
      `${isNew ? `; it comes up first at event ${formatCount(events[0])}` : ''}.`,
    evidence: {
      events,
      figures: {
        'share, window': inWindow,
        'share, baseline': inBaseline,
        'events, window': size,
        'events, baseline': baseline,
        categories,
      },
    },
  };
}

const shorten = (name: string): string => (name.length > 60 ? `${name.slice(0, 57)}…` : name);

/**
 * Terms that come up in more (or fewer) texts of the window. All terms are one look: the p-value is that of the largest
 * standardised difference among them in each permutation (max-T: Westfall & Young 1993).
 */
function examineWords(task: WordsTask): Examined {
  const { test, index, permutations, seed, texts } = task;
  const at: number[] = [];
  texts.forEach((text, i) => {
    if (text !== null && text.trim() !== '') at.push(i);
  });
  const split = at.findIndex((i) => i >= task.baseline);
  const n = at.length;
  if (split < MIN_VALUES || n - split < MIN_VALUES) return outcome([], 'too few events have a text');
  const findings: Finding[] = [];
  const words = at.map((i) => tokenize(texts[i]!));
  const lengths = new Array<number>(texts.length).fill(Number.NaN);
  at.forEach((i, t) => (lengths[i] = words[t].length));
  const length = compareNumbers(
    task,
    { label: 'Length of texts', unit: 'words', isShare: false, values: lengths },
    seed,
  );
  if (length) findings.push(length);

  const frequency = new Map<string, number[]>();
  words.forEach((own, t) => {
    for (const term of new Set(own)) {
      const found = frequency.get(term);
      if (found) found.push(t);
      else frequency.set(term, [t]);
    }
  });
  const least = Math.max(5, Math.ceil(0.02 * n));
  const terms = [...frequency]
    .filter(([, found]) => found.length >= least && found.length < n)
    .sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
    .slice(0, MAX_TERMS);
  if (terms.length === 0) return outcome(findings, 'no term is in enough texts to compare');
  const size = n - split;
  const spread = terms.map(([, { length: count }]) =>
    Math.sqrt((count / n) * (1 - count / n) * (1 / size + 1 / split)),
  );
  const difference = (inWindow: number, t: number) => inWindow / size - (terms[t][1].length - inWindow) / split;
  const side = new Uint8Array(n);
  const counts = (positions: ArrayLike<number>) => {
    side.fill(0);
    for (let i = split; i < n; i++) side[positions[i]] = 1;
    return terms.map(([, found]) => {
      let count = 0;
      for (const t of found) count += side[t];
      return count;
    });
  };
  const largest = (positions: Int32Array) =>
    counts(positions).reduce((most, count, t) => Math.max(most, Math.abs(difference(count, t)) / spread[t]), 0);
  const memories = terms
    .slice(0, 20)
    .map(([, found]) => {
      const present = new Float64Array(split);
      for (const t of found) if (t < split) present[t] = 1;
      return blockLength(present, n);
    })
    .sort((a, b) => a - b);
  const p = permutationP(n, memories[memories.length >> 1], permutations, mulberry32(seed + 1), largest);
  const observed = counts(Int32Array.from({ length: n }, (_, i) => i));
  const ranked = terms
    .map(([term], t) => ({
      term,
      t,
      inWindow: observed[t] / size,
      inBaseline: (terms[t][1].length - observed[t]) / split,
      d: difference(observed[t], t),
    }))
    .sort((a, b) => Math.abs(b.d) / spread[b.t] - Math.abs(a.d) / spread[a.t])
    .slice(0, LISTED_TERMS);
  const [first] = ranked;
  const named = ranked.map(
    ({ term, inWindow, inBaseline }) =>
      `"${term}" (in ${formatPercent(inWindow, 2)} of texts against ${formatPercent(inBaseline, 2)})`,
  );
  findings.push({
    test,
    p,
    effect: { measure: "Cliff's delta", value: first.d },
    statement: `Words that set the window apart: ${named.join(', ')}.`,
    evidence: {
      events: terms[first.t][1]
        .filter((t) => (first.d > 0 ? t >= split : t < split))
        .slice(0, EVIDENCE)
        .map((t) => index[at[t]]),
      figures: Object.fromEntries(
        ranked.flatMap(({ term, inWindow, inBaseline }) => [
          [`share with "${term}", window`, inWindow],
          [`share with "${term}", baseline`, inBaseline],
        ]),
      ),
    },
  });
  return outcome(findings, '');
}

/**
 * How near the signals of the window come to those of an earlier alert of the same kind: the smallest distance to any
 * of m of them, against the smallest distance to m stretches of the same length drawn at random. One look, one-sided:
 * to be less alike than stretches drawn at random is no resemblance.
 */
function examineEarlier({
  test,
  seed,
  permutations,
  events,
  signals,
  windowFrom,
  baselineFrom,
  baselineTo,
  alerts,
}: EarlierTask): Examined {
  const length = events.length - windowFrom;
  const scales = signals.map((values) => {
    const calm = values.slice(baselineFrom, baselineTo).filter((value) => !Number.isNaN(value));
    const centre = median(calm);
    return { centre, scale: median(calm.map((value) => Math.abs(value - centre))) };
  });
  const usable = signals.map((_, s) => s).filter((s) => scales[s].scale > 0);
  const profile = (from: number): number[] =>
    usable.map((s) => (median(signals[s].slice(from, from + length)) - scales[s].centre) / scales[s].scale);
  const own = profile(windowFrom);
  const distance = (from: number): number =>
    Math.hypot(...profile(from).map((value, s) => (Number.isNaN(value) || Number.isNaN(own[s]) ? 0 : value - own[s])));
  const last = windowFrom - length;
  const spans = alerts
    .slice(-MAX_EARLIER)
    .map((alert) => ({ alert, from: events.findIndex((index) => index >= alert.onset) }))
    .filter(({ from }) => from >= 0 && from <= last)
    .map(({ alert, from }) => ({ alert, d: distance(from) }))
    .sort((a, b) => a.d - b.d);
  if (usable.length === 0 || last < 1) return outcome([], 'there are too few events before the window');
  if (spans.length === 0) return outcome([], 'the stream has no earlier alert of this kind far enough before this one');
  const random = mulberry32(seed);
  const drawn = Float64Array.from({ length: permutations }, () => distance(Math.floor(random() * (last + 1))));
  const [nearest] = spans;
  let nearer = 0;
  for (let i = 0; i < permutations; i++) {
    let least = Infinity;
    for (let j = 0; j < spans.length; j++) least = Math.min(least, drawn[Math.floor(random() * permutations)]);
    if (least <= nearest.d) nearer++;
  }
  const farther = 1 - nearer / permutations;
  return outcome(
    [
      {
        test,
        p: (nearer + 1) / (permutations + 1),
        effect: { measure: "Cliff's delta", value: Math.max(0, 2 * farther - 1) },
        statement:
          `Of ${formatCount(spans.length)} earlier ${nearest.alert.kind} alerts of the stream ` +
          `the one at event ${formatCount(nearest.alert.fired)} comes nearest in its signals: ` +
          `nearer than the nearest of as many stretches drawn at random in ${formatPercent(farther)} of draws.`,
        evidence: {
          events: spans.slice(0, EVIDENCE).map(({ alert }) => alert.fired),
          figures: {
            'distance, nearest alert': nearest.d,
            'median distance, random stretches': median(drawn),
            'earlier alerts': spans.length,
          },
        },
      },
    ],
    '',
  );
}
