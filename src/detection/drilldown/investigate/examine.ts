import { formatCount, formatNumber, formatPercent } from '../../../core/format.ts';
import { median } from '../../../core/statistics.ts';
import { mulberry32 } from '../../../core/random.ts';
import { cliffsDelta, cramersV } from '../effect.ts';
import { tokenize } from '../words.ts';
import { examineEarlier } from './earlier.ts';
import { blockLength, nullDistribution, shareReached } from './permutation.ts';
import { keptBy, smallestDelta, smallestOwnValue, smallestTerm } from './smallest.ts';
import type { CategoricalSeries, Examined, Finding, NumericSeries, TestTask, WordsTask } from './tasks.ts';
import { MIN_VALUES } from './windows.ts';

const EVIDENCE = 20;
/** Categories told apart; the others are one. */
const MAX_CATEGORIES = 24;
const MAX_TERMS = 400;
const LISTED_TERMS = 5;

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

/** Looks that a task will make; of words, those where its texts are many enough. */
export function looksOf(task: TestTask): number {
  switch (task.kind) {
    case 'comparison':
      return (
        task.numbers.filter(({ values }) => usable(values, task.baseline) !== null).length +
        task.categories.filter(({ values }) => varies(values, task.baseline)).length
      );
    case 'words':
      return task.texts.some((text) => text !== null) ? 2 : 0;
    case 'earlier':
      return task.alerts.length > 0 ? 1 : 0;
  }
}

/** Positions at which a number is stated, and how many are of the baseline; null where it cannot be compared. */
function usable(
  values: readonly number[],
  baseline: number,
): { readonly at: readonly number[]; readonly split: number } | null {
  const at: number[] = [];
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) at.push(i);
  });
  const split = at.findIndex((i) => i >= baseline);
  if (split < MIN_VALUES || at.length - split < MIN_VALUES) return null;
  return at.every((i) => values[i] === values[at[0]]) ? null : { at, split };
}

/** False where categories cannot be compared: too few events, or one value (but for one event without). */
function varies(values: readonly (string | null)[], baseline: number): boolean {
  if (baseline < MIN_VALUES || values.length - baseline < MIN_VALUES) return false;
  const names = new Set(values);
  return names.size > 2 || (names.size === 2 && values.filter((value) => value === null).length !== values.length - 1);
}

const outcome = (findings: readonly Finding[], reason: string): Examined => ({
  findings,
  nothing: findings.length > 0 ? null : reason,
});

type Sides = Pick<TestTask, 'test' | 'index' | 'baseline' | 'permutations' | 'looks'>;

/** Median or share in the window against the baseline: Cliff's delta, tested by the sum of ranks in the window. */
function compareNumbers(
  { test, index, baseline, permutations, looks }: Sides,
  { label, unit, isShare, values }: NumericSeries,
  seed: number,
): Finding | null {
  const compared = usable(values, baseline);
  if (!compared) return null;
  const { at, split } = compared;
  const used = at.map((i) => values[i]);
  const before = used.slice(0, split);
  const within = used.slice(split);
  const delta = cliffsDelta(within, before);
  const ranks = midranks(used);
  const expected = (within.length * (used.length + 1)) / 2;
  const excess = (positions: ArrayLike<number>) => {
    let sum = 0;
    for (let i = split; i < positions.length; i++) sum += ranks[positions[i]];
    return sum - expected;
  };
  const memory = blockLength(before, used.length);
  const kept: number[] = [];
  const drawn = nullDistribution(used.length, memory, permutations, mulberry32(seed), (positions) => {
    kept.push(keptBy(positions, split));
    return excess(positions);
  });
  const deltas = drawn.map((sum) => (2 * sum) / (within.length * before.length));
  const p = shareReached(Math.abs(excess(used.map((_, i) => i))), drawn.map(Math.abs));
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
    smallest: smallestDelta({ values: deltas, kept: Float64Array.from(kept) }, looks),
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
  { test, index, baseline, permutations, looks }: Sides,
  { label, values }: CategoricalSeries,
  seed: number,
): Finding | null {
  if (!varies(values, baseline)) return null;
  const names = new Map<string | null, number>();
  for (const value of values) names.set(value, (names.get(value) ?? 0) + 1);
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
  const random = mulberry32(seed);
  const drawn = nullDistribution(values.length, memory, permutations, random, (positions) => {
    const [a, b] = countsOf(positions);
    return cramersV(b, a);
  });
  const p = shareReached(v, drawn);
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
    smallest: smallestOwnValue(codes, baseline, categories, { block: memory, looks, permutations, random }),
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
  const middling = terms.length >> 1;
  const signed: number[] = [];
  const kept: number[] = [];
  const largest = (positions: ArrayLike<number>) => {
    const own = counts(positions);
    signed.push(difference(own[middling], middling) / spread[middling]);
    kept.push(keptBy(positions, split));
    return own.reduce((most, count, t) => Math.max(most, Math.abs(difference(count, t)) / spread[t]), 0);
  };
  const memories = terms
    .slice(0, 20)
    .map(([, found]) => {
      const present = new Float64Array(split);
      for (const t of found) if (t < split) present[t] = 1;
      return blockLength(present, n);
    })
    .sort((a, b) => a - b);
  const drawn = nullDistribution(n, memories[memories.length >> 1], permutations, mulberry32(seed + 1), largest);
  const ofMiddling = { values: Float64Array.from(signed), kept: Float64Array.from(kept) };
  const smallest = smallestTerm(ofMiddling, drawn, spread[middling], task.looks);
  const inOrder = Int32Array.from({ length: n }, (_, i) => i);
  const p = shareReached(largest(inOrder), drawn);
  const observed = counts(inOrder);
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
    smallest,
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
