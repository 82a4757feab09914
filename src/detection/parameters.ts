import { err, ok, type Result } from '../core/result.ts';

/** Which stage a parameter is an input of: changing it recomputes that stage and the ones after it, nothing before. */
export type Stage = 'projection' | 'signals' | 'decisions';

/** Every knob of the pipeline (spec 11). Flat, JSON-able; names are those of parameter files. */
export interface Parameters {
  readonly stream: 'provider_id' | 'agent_id' | 'thread_id' | 'ledger';
  readonly k: number;
  readonly reference_events: number;
  readonly reference_range: readonly [number, number] | null;
  readonly lambda_fast: number;
  readonly lambda_slow: number;
  readonly shrinkage: number;
  readonly anchor: 'lineage' | 'reference';
  readonly adaptive: boolean;
  readonly lat_window: number;
  readonly win_factor: number;
  readonly win_min: number;
  readonly sync: 'auto' | 'time' | 'turn';
  readonly turn_window: number;
  readonly emd_window: number;
  readonly emd_min: number;
  readonly mewma_lambda: number;
  readonly tau_min: number;
  readonly tau_max: number;
  readonly h: number;
  readonly kappa: number;
  readonly cap: number;
  readonly z_band: number;
  readonly dwell: number;
  readonly ent_hyst: number;
  readonly burn: number;
  readonly warmup: number;
  readonly void_floor: number;
  readonly void_clear: number;
  readonly void_min_ref: number;
  readonly zone: readonly [number, number];
  readonly false_alarm_budget: number;
}

export type ParameterName = keyof Parameters;

interface Described {
  readonly label: string;
  /** '' where the number has no unit. */
  readonly unit: string;
  readonly help: string;
  readonly stage: Stage;
  readonly group:
    | 'Ledger'
    | 'Tracker'
    | 'Window'
    | 'Coupling'
    | 'Transport'
    | 'Drift'
    | 'Entropy'
    | 'Friction'
    | 'Void'
    | 'Mean shift';
}
export interface NumberSpec extends Described {
  readonly type: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly integer: boolean;
  /** A logarithmic slider for quantities that span decades. */
  readonly scale: 'linear' | 'log';
}
export interface ChoiceSpec extends Described {
  readonly type: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
}
export interface BooleanSpec extends Described {
  readonly type: 'boolean';
  readonly default: boolean;
}
/** A pair lo < hi. `nullable` allows null for "not set". */
export interface PairSpec extends Described {
  readonly type: 'pair';
  readonly default: readonly [number, number] | null;
  readonly nullable: boolean;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly integer: boolean;
}
export type ParameterSpec = NumberSpec | ChoiceSpec | BooleanSpec | PairSpec;

const number = (
  group: Described['group'],
  stage: Stage,
  label: string,
  unit: string,
  value: number,
  min: number,
  max: number,
  step: number,
  help: string,
  extra: { integer?: boolean; scale?: 'linear' | 'log' } = {},
): NumberSpec => ({
  type: 'number',
  group,
  stage,
  label,
  unit,
  default: value,
  min,
  max,
  step,
  help,
  integer: extra.integer ?? false,
  scale: extra.scale ?? 'linear',
});

/**
 * The one description of every parameter, in the order the parameter panel shows them; sliders, URL, CLI and export read
 * it.
 */
export const PARAMETER_SPECS: { readonly [K in ParameterName]: ParameterSpec } = {
  stream: {
    type: 'choice',
    group: 'Ledger',
    stage: 'projection',
    label: 'Stream key',
    unit: '',
    default: 'provider_id',
    choices: ['provider_id', 'agent_id', 'thread_id', 'ledger'],
    help: 'Which column splits the ledger into streams; "ledger" treats the whole ledger as one.',
  },
  k: number(
    'Ledger',
    'projection',
    'Projection axes',
    '',
    8,
    1,
    64,
    1,
    'Number of whitened principal axes the embeddings are projected on; falls to the numerical rank where that is lower.',
    { integer: true },
  ),
  reference_events: number(
    'Ledger',
    'projection',
    'Reference',
    'events',
    2000,
    200,
    1_000_000,
    100,
    'Length of the reference period that fixes projection and calibration; at most 20 % of the ledger.',
    { integer: true, scale: 'log' },
  ),
  reference_range: {
    type: 'pair',
    group: 'Ledger',
    stage: 'projection',
    label: 'Reference range',
    unit: 'events',
    default: null,
    nullable: true,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    step: 1,
    integer: true,
    help: 'Event indices [first, end) of a brushed reference period; replaces the reference length. No alert is raised before its end.',
  },
  lambda_fast: number(
    'Tracker',
    'signals',
    'λ fast',
    '',
    0.25,
    0.01,
    0.9,
    0.01,
    'Gain of the fast covariance; the fast memory is about 2/λ events.',
  ),
  lambda_slow: number(
    'Tracker',
    'signals',
    'λ slow',
    '',
    0.05,
    0.002,
    0.5,
    0.002,
    'Gain of the slow covariance, of the mean and of the coupling.',
  ),
  shrinkage: number(
    'Tracker',
    'signals',
    'Shrinkage a',
    '',
    0.1,
    0,
    0.9,
    0.01,
    'Share of the slow covariance mixed into the fast one before the divergence is taken.',
  ),
  anchor: {
    type: 'choice',
    group: 'Tracker',
    stage: 'signals',
    label: 'KL anchor',
    unit: '',
    default: 'lineage',
    choices: ['lineage', 'reference'],
    help: "What KL compares the fast estimate with: the stream's own slow memory, or the frozen reference (keeps slow drift visible).",
  },
  adaptive: {
    type: 'boolean',
    group: 'Window',
    stage: 'signals',
    label: 'Adaptive window',
    unit: '',
    default: true,
    help: 'Stretch the matching window and both memories with P95 latency; off is for comparison (the ablation of the calibration).',
  },
  lat_window: number(
    'Window',
    'signals',
    'Latency window',
    'events',
    256,
    16,
    4096,
    16,
    'Number of recent latencies the 95th percentile is taken over.',
    { integer: true },
  ),
  win_factor: number(
    'Window',
    'signals',
    'Window factor',
    '× P95',
    1.2,
    1,
    4,
    0.05,
    'Dynamic window as a multiple of P95 latency.',
  ),
  win_min: number(
    'Window',
    'signals',
    'Window minimum',
    'ms',
    120,
    10,
    5000,
    10,
    'Smallest dynamic window; used as it is where the ledger has no latencies.',
  ),
  sync: {
    type: 'choice',
    group: 'Coupling',
    stage: 'signals',
    label: 'Matching',
    unit: '',
    default: 'auto',
    choices: ['auto', 'time', 'turn'],
    help: 'When two streams count as answering each other: within the dynamic window, or within recent turns of a thread; auto is time where there are latencies.',
  },
  turn_window: number(
    'Coupling',
    'signals',
    'Turn window',
    'events',
    8,
    1,
    64,
    1,
    'How many last events of the thread count as a match in turn matching.',
    { integer: true },
  ),
  emd_window: number(
    'Transport',
    'signals',
    'EMD window',
    'events',
    64,
    16,
    512,
    8,
    'Events in each window of tension and of the distance to the reference.',
    { integer: true },
  ),
  emd_min: number(
    'Transport',
    'signals',
    'EMD minimum',
    'events',
    16,
    2,
    64,
    1,
    'Tension and the distance to the reference are undefined while either window holds fewer events than this.',
    { integer: true },
  ),
  zone: {
    type: 'pair',
    group: 'Transport',
    stage: 'decisions',
    label: 'Tension zone',
    unit: '× reference',
    default: [0.5, 2],
    nullable: false,
    min: 0,
    max: 10,
    step: 0.05,
    integer: false,
    help: 'Tension inside this multiple of its reference median is healthy.',
  },
  h: number('Drift', 'decisions', 'CUSUM h', 'σ', 8.5, 0.5, 40, 0.1, 'Decision limit of the CUSUM on divergence.'),
  kappa: number(
    'Drift',
    'decisions',
    'CUSUM κ',
    'σ',
    1,
    0,
    4,
    0.05,
    'Allowance subtracted from every z before it is summed.',
  ),
  cap: number(
    'Drift',
    'decisions',
    'Cap on z',
    'σ',
    3.5,
    0.5,
    20,
    0.1,
    'Winsorisation of z, so that one transient cannot fire by itself.',
  ),
  tau_max: number(
    'Drift',
    'decisions',
    'KL ceiling τ max',
    'nats',
    4.2,
    0.1,
    40,
    0.1,
    'A KL above it is a notice on the event.',
  ),
  burn: number(
    'Drift',
    'decisions',
    'Calibration burn-in',
    'events',
    50,
    0,
    1000,
    10,
    'Reference events of each stream skipped before calibration; a tenth of its reference where that is under 500 events.',
    { integer: true },
  ),
  warmup: number(
    'Drift',
    'decisions',
    'Warm-up',
    'events',
    300,
    0,
    5000,
    10,
    'A stream is WARMING until it has had more events than this; a tenth of the stream where it is shorter than ten warm-ups.',
    { integer: true },
  ),
  tau_min: number(
    'Entropy',
    'decisions',
    'Entropy floor τ min',
    'bits',
    1.85,
    0,
    6,
    0.01,
    'Rényi entropy below it opens HOMOGENIZATION_FLOOR_NEAR.',
  ),
  ent_hyst: number(
    'Entropy',
    'decisions',
    'Entropy hysteresis',
    'bits',
    0.25,
    0,
    2,
    0.01,
    'How far above the floor entropy must rise before the episode closes.',
  ),
  z_band: number(
    'Friction',
    'decisions',
    'Friction band',
    'σ',
    4,
    0.5,
    10,
    0.1,
    'Half-width of the friction band, in standard deviations of ln friction.',
  ),
  dwell: number(
    'Friction',
    'decisions',
    'Friction dwell',
    'events',
    8,
    1,
    200,
    1,
    'Events in a row below the band that open FRAME_WEIGHT_DEGRADATION.',
    { integer: true },
  ),
  void_floor: number(
    'Void',
    'decisions',
    'Void floor',
    '× ρ ref',
    0.5,
    0,
    1,
    0.01,
    'Coupling below this share of the reference median opens VOID.',
  ),
  void_clear: number(
    'Void',
    'decisions',
    'Void clear',
    '× ρ ref',
    0.56,
    0,
    1.5,
    0.01,
    'Coupling above this share of the reference median closes VOID.',
  ),
  void_min_ref: number(
    'Void',
    'decisions',
    'Reference coupling minimum',
    '',
    0.2,
    0,
    1,
    0.01,
    'Where the reference coupling is lower, streams are taken as not coupled and coupling raises no alert.',
  ),
  mewma_lambda: number('Mean shift', 'signals', 'MEWMA λ', '', 0.1, 0.01, 1, 0.01, 'Gain of the moving average of T².'),
  false_alarm_budget: number(
    'Mean shift',
    'decisions',
    'False-alarm budget',
    'events',
    100_000,
    100,
    10_000_000,
    100,
    'Average run length to a false SHIFT that its limit is derived from, by block bootstrap of the reference.',
    { scale: 'log' },
  ),
};

export const PARAMETER_NAMES = Object.keys(PARAMETER_SPECS) as readonly ParameterName[];

export const DEFAULT_PARAMETERS: Parameters = Object.freeze(
  Object.fromEntries(PARAMETER_NAMES.map((name) => [name, PARAMETER_SPECS[name].default])),
) as unknown as Parameters;

export interface ParameterError {
  readonly name: string;
  readonly problem: string;
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Why `value` is not acceptable for `name`; null when it is. */
export function checkParameter(name: ParameterName, value: unknown): string | null {
  const spec = PARAMETER_SPECS[name];
  switch (spec.type) {
    case 'number':
      if (!isFiniteNumber(value)) return `is ${JSON.stringify(value)}, needs a number`;
      if (spec.integer && !Number.isInteger(value)) return `is ${value}, needs a whole number`;
      if (value < spec.min || value > spec.max)
        return `is ${value}, must be from ${spec.min} to ${spec.max}${spec.unit && ` ${spec.unit}`}`;
      return null;
    case 'choice':
      return typeof value === 'string' && spec.choices.includes(value)
        ? null
        : `is ${JSON.stringify(value)}, must be one of ${spec.choices.join(', ')}`;
    case 'boolean':
      return typeof value === 'boolean' ? null : `is ${JSON.stringify(value)}, must be true or false`;
    case 'pair': {
      if (value === null) return spec.nullable ? null : 'is null, needs a pair [low, high]';
      if (!Array.isArray(value) || value.length !== 2 || !value.every(isFiniteNumber))
        return `is ${JSON.stringify(value)}, needs a pair [low, high]`;
      const [lo, hi] = value as [number, number];
      if (spec.integer && !(Number.isInteger(lo) && Number.isInteger(hi)))
        return `is [${lo}, ${hi}], needs whole numbers`;
      if (lo >= hi) return `is [${lo}, ${hi}], the first must be the smaller`;
      if (lo < spec.min || hi > spec.max) return `is [${lo}, ${hi}], must lie within ${spec.min} to ${spec.max}`;
      return null;
    }
  }
}

/** Relations between parameters that no single range expresses. */
function checkRelations(p: Parameters): ParameterError[] {
  const errors: ParameterError[] = [];
  if (p.lambda_slow >= p.lambda_fast)
    errors.push({ name: 'lambda_slow', problem: `is ${p.lambda_slow}, must be below lambda_fast (${p.lambda_fast})` });
  if (p.emd_min > p.emd_window)
    errors.push({ name: 'emd_min', problem: `is ${p.emd_min}, must not exceed emd_window (${p.emd_window})` });
  if (p.void_clear < p.void_floor)
    errors.push({ name: 'void_clear', problem: `is ${p.void_clear}, must not be below void_floor (${p.void_floor})` });
  return errors;
}

/**
 * Checks a flat JSON object of parameters; an absent name has its default, an unknown name or a value out of range is
 * refused by name. Source: spec 11.
 */
export function parseParameters(raw: unknown): Result<Parameters, readonly ParameterError[]> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return err([{ name: '(file)', problem: 'is not a JSON object of parameters' }]);
  const errors: ParameterError[] = [];
  const values: Record<string, unknown> = { ...DEFAULT_PARAMETERS };
  for (const [name, value] of Object.entries(raw)) {
    if (!Object.hasOwn(PARAMETER_SPECS, name)) {
      errors.push({ name, problem: 'is not a parameter' });
      continue;
    }
    const problem = checkParameter(name as ParameterName, value);
    if (problem) errors.push({ name, problem });
    else values[name] = value;
  }
  const parameters = values as unknown as Parameters;
  if (errors.length === 0) errors.push(...checkRelations(parameters));
  return errors.length > 0 ? err(errors) : ok(parameters);
}

/** Only the values that differ from their defaults: what a URL or a parameter file needs to hold. */
export function changedParameters(parameters: Parameters): Partial<Parameters> {
  const differs = (name: ParameterName) =>
    JSON.stringify(parameters[name]) !== JSON.stringify(DEFAULT_PARAMETERS[name]);
  return Object.fromEntries(PARAMETER_NAMES.filter(differs).map((name) => [name, parameters[name]]));
}

/** The earliest stage that has to run again to get from `before` to `after`; null when nothing changed. */
export function firstStageChanged(before: Parameters, after: Parameters): Stage | null {
  const changed = new Set(
    PARAMETER_NAMES.filter((n) => JSON.stringify(before[n]) !== JSON.stringify(after[n])).map(
      (n) => PARAMETER_SPECS[n].stage,
    ),
  );
  return (['projection', 'signals', 'decisions'] as const).find((stage) => changed.has(stage)) ?? null;
}
