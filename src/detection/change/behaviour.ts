/**
 * What BEHAVIOUR is made of: numbers and categories of the ledger, standardised by the reference (docs/methods.md 14).
 */

/** A column that can be asked for. */
export interface BehaviourColumn {
  readonly name: string;
  readonly isNumeric: boolean;
}

/** One feature: of a number its value or its logarithm, of a category an indicator of some of its values. */
export interface BehaviourFeature {
  /** e.g. "output tokens", "tool calls" */
  readonly label: string;
  readonly column: string;
  readonly kind: 'log' | 'raw' | 'indicator';
  /** Values, in lower case, that make an indicator 1; `null`: any value. Empty of a number. */
  readonly values: readonly string[] | null;
  /** What a value is divided by. */
  readonly scale: number;
}

/** Values of one column of some events: NaN or null where missing. */
type ColumnValues = ArrayLike<number> | ArrayLike<string | null>;
export type EventValues = Readonly<Record<string, ColumnValues>>;

/** What is asked for, before the reference says how it varies. */
interface Candidate extends Omit<BehaviourFeature, 'scale' | 'values'> {
  readonly values: readonly string[] | null | 'most frequent';
}

/** Categories of a column that have an indicator. */
const MOST_CATEGORIES = 8;
/** Before the name of a number that is taken as it is, not as its logarithm. */
const AS_IT_IS = 'raw:';

const AUTO: readonly Candidate[] = [
  { label: 'output tokens', column: 'output_tokens', kind: 'log', values: [] },
  { label: 'latency', column: 'latency_ms', kind: 'log', values: [] },
  { label: 'tool calls', column: 'role', kind: 'indicator', values: ['tool', 'tool_call'] },
  { label: 'hand-offs', column: 'handoff_to', kind: 'indicator', values: null },
  { label: 'errors', column: 'outcome', kind: 'indicator', values: ['error'] },
  { label: 'rework', column: 'outcome', kind: 'indicator', values: ['rework'] },
  { label: 'escalations', column: 'outcome', kind: 'indicator', values: ['escalated'] },
];

export interface BehaviourPlan {
  /** Columns to read. */
  readonly columns: readonly string[];
  readonly candidates: readonly Candidate[];
  /** Names that the ledger has no column for. */
  readonly unknown: readonly string[];
}

/** What of `asked` ("auto", or columns, which may contain "auto") a ledger with these columns has. */
export function planBehaviour(asked: 'auto' | readonly string[], columns: readonly BehaviourColumn[]): BehaviourPlan {
  const known = new Map(columns.map((column) => [column.name, column]));
  const candidates: Candidate[] = [];
  const unknown: string[] = [];
  for (const name of asked === 'auto' ? ['auto'] : asked) {
    if (name === 'auto') candidates.push(...AUTO.filter(({ column }) => known.has(column)));
    else {
      const isRaw = name.startsWith(AS_IT_IS);
      const column = known.get(isRaw ? name.slice(AS_IT_IS.length) : name);
      if (!column) unknown.push(name);
      else if (column.isNumeric || isRaw)
        candidates.push({ label: column.name, column: column.name, kind: isRaw ? 'raw' : 'log', values: [] });
      else candidates.push({ label: column.name, column: column.name, kind: 'indicator', values: 'most frequent' });
    }
  }
  return { candidates, unknown, columns: [...new Set(candidates.map(({ column }) => column))] };
}

export interface BehaviourFit {
  readonly features: readonly BehaviourFeature[];
  /** Labels of numbers that do not vary in the reference. */
  readonly dropped: readonly string[];
}

/**
 * Fixes the features by the counted events of the reference: categories by how often they occur, scales by the pooled
 * standard deviation within streams, that of an indicator at least sqrt(p (1 - p)) with p = (count + 1/2) / (n + 1).
 * @param stream code of each event
 */
export function fitBehaviour(
  { candidates }: Pick<BehaviourPlan, 'candidates'>,
  stream: ArrayLike<number>,
  values: EventValues,
): BehaviourFit {
  const features: BehaviourFeature[] = [];
  const dropped: string[] = [];
  for (const candidate of candidates.flatMap((own) => withCategories(own, values[own.column]))) {
    const numbers = Float64Array.from({ length: stream.length }, (_, i) =>
      valueOf(candidate, values[candidate.column][i]),
    );
    const deviation = pooledDeviation(numbers, stream);
    if (candidate.kind === 'indicator') {
      const p = (numbers.reduce((sum, v) => sum + v, 0) + 0.5) / (numbers.length + 1);
      features.push({ ...candidate, scale: Math.max(deviation, Math.sqrt(p * (1 - p))) });
    } else if (deviation > 0) features.push({ ...candidate, scale: deviation });
    else dropped.push(candidate.label);
  }
  return { features, dropped };
}

/** Writes scaled features of event i of `values` to `out` from `at` on; NaN where a number or a column is missing. */
export function behaviourFeatures(
  features: readonly BehaviourFeature[],
  values: EventValues,
  i: number,
  out: Float64Array | Float32Array,
  at: number,
): void {
  features.forEach((feature, f) => {
    const column = (values as Readonly<Partial<EventValues>>)[feature.column];
    out[at + f] = column ? valueOf(feature, column[i]) / feature.scale : Number.NaN;
  });
}

type Shape = Omit<BehaviourFeature, 'scale'>;

/** Text columns of numbers count as numbers; a category has an indicator for each of its most frequent values. */
function withCategories(candidate: Candidate, values: ColumnValues): Shape[] {
  if (candidate.values !== 'most frequent') return [{ ...candidate, values: candidate.values }];
  const counts = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const text = textOf(values[i]);
    if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (counts.size > 0 && [...counts.keys()].every((text) => !Number.isNaN(numberOf(text))))
    return [{ ...candidate, kind: 'log', values: [] }];
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_CATEGORIES)
    .map(([text]) => ({ ...candidate, label: `${candidate.label} ${text}`, values: [text] }));
}

const textOf = (value: number | string | null): string | null =>
  value === null || value === '' || (typeof value === 'number' && Number.isNaN(value))
    ? null
    : String(value).toLowerCase();

const numberOf = (value: number | string | null): number =>
  typeof value === 'number' ? value : value === null || value.trim() === '' ? Number.NaN : Number(value);

function valueOf({ kind, values }: Shape, value: number | string | null): number {
  switch (kind) {
    case 'indicator': {
      const text = textOf(value);
      return text !== null && (values === null || values.includes(text)) ? 1 : 0;
    }
    case 'raw':
      return numberOf(value);
    case 'log': {
      const number = numberOf(value);
      return Math.sign(number) * Math.log1p(Math.abs(number));
    }
  }
}

/** Standard deviation about the means of the streams, of the values that are there. */
function pooledDeviation(values: Float64Array, stream: ArrayLike<number>): number {
  const groups = new Map<number, { n: number; sum: number; squares: number }>();
  const each = (of: (own: { n: number; sum: number; squares: number }, value: number) => void): void => {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) continue;
      let own = groups.get(stream[i]);
      if (!own) groups.set(stream[i], (own = { n: 0, sum: 0, squares: 0 }));
      of(own, values[i]);
    }
  };
  each((own, value) => {
    own.n++;
    own.sum += value;
  });
  each((own, value) => (own.squares += (value - own.sum / own.n) ** 2));
  const all = [...groups.values()];
  const degrees = all.reduce((sum, { n }) => sum + n - 1, 0);
  return degrees > 0 ? Math.sqrt(all.reduce((sum, { squares }) => sum + squares, 0) / degrees) : 0;
}
