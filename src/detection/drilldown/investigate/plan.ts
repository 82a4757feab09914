import { formatCount } from '../../../core/format.ts';
import { mentionFinder } from '../mentions.ts';
import { KINDS, SIGNALS } from '../../channels/index.ts';
import { looksOf } from './examine.ts';
import { longestBlock, memoryOf } from './permutation.ts';
import { INVESTIGATED_SIGNALS, type Codes, type FieldColumn, type InvestigationColumns } from './columns.ts';
import type { CategoricalSeries, TestTask, NumericSeries } from './tasks.ts';

export interface PlanOptions {
  readonly seed: number;
  readonly permutations: number;
}

/** Columns that other tests read, that only order or name events, or that hold the ground truth. */
const READ_ELSEWHERE = new Set([
  'row',
  'event_id',
  'ts',
  'text',
  'latency_ms',
  'agent_id',
  'thread_id',
  'instantiation_id',
  'handoff_to',
  'label',
  'embedding',
]);
/** Events of the stream that earlier alerts are sought among. */
const MAX_HISTORY = 20_000;

/**
 * What each test is to look at. Columns that cannot be compared are named in the task.
 * @param fields columns of the database at the events of the baseline, then at those of the window
 */
export function planInvestigation(
  columns: InvestigationColumns,
  fields: readonly FieldColumn[],
  { seed, permutations }: PlanOptions,
): TestTask[] {
  const at: number[] = [];
  // What it is compared with may come after the window.
  for (const part of [0, 1]) columns.part.forEach((own, i) => own === part && at.push(i));
  const base = {
    permutations,
    looks: 1,
    index: at.map((i) => columns.index[i]),
    baseline: at.filter((i) => columns.part[i] === 0).length,
  };
  const field = (name: string) => fields.find((one) => one.name === name)?.values ?? null;
  const textAt = (values: readonly unknown[] | null) =>
    at.map((_, i) => (typeof values?.[i] === 'string' ? values[i] : null));
  const texts = textAt(field('text'));
  const targets = textAt(field('handoff_to'));
  const others = comparable(fields, at.length);
  const comparison = (
    number: number,
    test: string,
    title: string,
    numbers: readonly NumericSeries[],
    categories: readonly CategoricalSeries[] = [],
    leftOut: readonly string[] = [],
  ): TestTask => ({
    ...base,
    kind: 'comparison',
    test,
    title,
    seed: seed + 10_000 * number,
    numbers,
    categories,
    leftOut,
  });

  const ofTheAlert: readonly string[] = columns.alert ? KINDS[columns.alert.kind].madeOf : [];
  const signals = INVESTIGATED_SIGNALS.filter((name) => !ofTheAlert.includes(name)).map((name) => {
    const { label, unit } = SIGNALS[name];
    return numeric(
      label,
      unit,
      at.map((i) => columns.signals[name][i]),
    );
  });
  const tooSlow = columns.alert ? [] : signals.filter((signal) => isTooSlow(signal, base.baseline));
  const tasks: TestTask[] = [
    comparison(
      1,
      'signals',
      columns.alert ? 'Other signals' : 'Signals',
      signals.filter((signal) => !tooSlow.includes(signal)),
      [],
      tooSlow.map(({ label }) => `${label} moves too slowly for so few events`),
    ),
    comparison(2, 'latency', 'Latency and pauses', [
      numeric(
        'Latency',
        'ms',
        at.map((i) => columns.latency[i]),
      ),
      numeric(
        "Time since the stream's event before",
        'ms',
        at.map((i) => (i > 0 ? columns.time[i] - columns.time[i - 1] : Number.NaN)),
      ),
      share(
        'The share of pauses',
        at.map((i) => columns.isVoid[i] === 1),
      ),
    ]),
    comparison(3, 'agents', 'Agents', [], categoriesOf('Agent', columns.agent, at)),
    comparison(4, 'threads', 'Threads', threadSeries(columns, at)),
    comparison(
      5,
      'handoffs',
      'Hand-offs',
      handoffSeries(columns, at, texts, targets),
      targets.some((to) => to !== null) ? [{ label: 'Target of hand-offs', values: targets }] : [],
    ),
    { ...base, kind: 'words', test: 'words', title: 'Words', seed: seed + 60_000, texts },
    comparison(
      7,
      'categories',
      'Model, instantiation and other categories',
      [],
      [...categoriesOf('instantiation_id', columns.instantiation, at), ...others.categories],
      others.leftOut,
    ),
    comparison(8, 'numbers', 'Tokens, cost and other numbers', others.numbers),
    ...earlierTask(columns, at, { ...base, seed: seed + 90_000 }),
  ];
  const looks = Math.max(
    1,
    tasks.reduce((sum, task) => sum + looksOf(task), 0),
  );
  return tasks.map((task) => ({ ...task, looks }));
}

/**
 * True of a signal that resembles its own past for longer than blocks can be: its p-values would be too small. An alert
 * says when the change began; the ends of a stretch are anybody's, and a slow signal nearly always differs between two.
 */
function isTooSlow({ values }: NumericSeries, baseline: number): boolean {
  const stated = (part: readonly number[]) => part.filter((value) => !Number.isNaN(value));
  return memoryOf(stated(values.slice(0, baseline))) > longestBlock(stated(values).length);
}

const numeric = (label: string, unit: string, values: readonly number[]): NumericSeries => ({
  label,
  unit,
  isShare: false,
  values,
});
const share = (label: string, flags: readonly boolean[]): NumericSeries => ({
  label,
  unit: '',
  isShare: true,
  values: flags.map(Number),
});

function categoriesOf(label: string, column: Codes | null, at: readonly number[]): CategoricalSeries[] {
  if (!column) return [];
  const values = at.map((i) => column.values[column.codes[i]] ?? null);
  // Every value a few times at most: a name of single conversations, which always changes.
  return new Set(values).size > values.length / 4 ? [] : [{ label, values }];
}

/**
 * How far into their threads events are, and how the stream moves between threads: which threads they are always
 * changes.
 */
function threadSeries({ thread }: InvestigationColumns, at: readonly number[]): NumericSeries[] {
  if (!thread) return [];
  const seen = new Map<number, number>();
  const turn = Array.from(thread.codes, (code) => {
    if (code < 0) return Number.NaN;
    seen.set(code, (seen.get(code) ?? 0) + 1);
    return seen.get(code)!;
  });
  return [
    numeric(
      "The stream's turn in the thread",
      '',
      at.map((i) => turn[i]),
    ),
    share(
      'The share of events that are the first of the stream in their thread',
      at.map((i) => turn[i] === 1),
    ),
    share(
      'The share of events in the same thread as the one before',
      at.map((i) => i > 0 && thread.codes[i] === thread.codes[i - 1]),
    ),
  ];
}

function handoffSeries(
  { agent }: InvestigationColumns,
  at: readonly number[],
  texts: readonly (string | null)[],
  targets: readonly (string | null)[],
): NumericSeries[] {
  const find = mentionFinder([...(agent?.values ?? []), ...targets.filter((to) => to !== null)]);
  const mentions = texts.map((text, i) => {
    const speaker = agent ? agent.values[agent.codes[at[i]]] : null;
    return text !== null && find(text).some((mention) => mention.place === 'end' && mention.agent !== speaker);
  });
  return [
    share(
      'The share of events that state a hand-off',
      targets.map((to) => to !== null),
    ),
    share('The share of messages that end with a mention of another agent', mentions),
  ];
}

/** Whether the window resembles earlier alerts of its kind; a stretch has no kind. */
function earlierTask(
  { alert, index, part, signals, earlier }: InvestigationColumns,
  at: readonly number[],
  base: Pick<TestTask, 'permutations' | 'index' | 'baseline' | 'looks' | 'seed'>,
): TestTask[] {
  if (!alert) return [];
  const from = Math.max(0, Math.min(at[0], index.length - MAX_HISTORY));
  const firstOf = (wanted: number) => part.indexOf(wanted) - from;
  const task: TestTask = {
    ...base,
    kind: 'earlier',
    test: 'earlier',
    title: 'Earlier similar alerts',
    events: Array.from(index.subarray(from)),
    signals: INVESTIGATED_SIGNALS.map((name) => Array.from(signals[name].subarray(from))),
    windowFrom: firstOf(1),
    baselineFrom: firstOf(0),
    baselineTo: part.lastIndexOf(0) + 1 - from,
    alerts: earlier.filter(({ kind }) => kind === alert.kind).map(({ kind, onset, fired }) => ({ kind, onset, fired })),
  };
  return [task];
}

/**
 * Columns that no other test reads, as numbers and categories; those that only count or name events are left out by
 * name.
 */
function comparable(
  fields: readonly FieldColumn[],
  n: number,
): { readonly numbers: NumericSeries[]; readonly categories: CategoricalSeries[]; readonly leftOut: string[] } {
  const numbers: NumericSeries[] = [];
  const categories: CategoricalSeries[] = [];
  const leftOut: string[] = [];
  for (const { name, kind, values } of fields) {
    if (READ_ELSEWHERE.has(name)) continue;
    if (kind === 'number') {
      const read = values.map((value) =>
        typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN,
      );
      const stated = read.filter((value) => !Number.isNaN(value));
      if (stated.length > 2 && stated.every((value, i) => i === 0 || value > stated[i - 1]))
        leftOut.push(`${name} only counts up`);
      else numbers.push(numeric(name, '', read));
    } else {
      const read = values.map((value) =>
        typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : null,
      );
      const different = new Set(read.filter((value) => value !== null)).size;
      if (different > n / 4)
        leftOut.push(`${name} has ${formatCount(different)} different values in ${formatCount(n)} events`);
      else if (different > 0) categories.push({ label: name, values: read });
    }
  }
  return { numbers, categories, leftOut };
}
