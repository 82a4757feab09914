/**
 * Which stage a parameter is an input of: changing it recomputes that stage and the ones after it, nothing before;
 * signals and lasting change do not depend on each other.
 */
export type Stage = 'projection' | 'signals' | 'changes' | 'decisions';

/** Every knob of the pipeline (docs/methods.md 11). Flat, JSON-able; names are those of parameter files. */
export interface Parameters {
  /** What streams are taken by (core/streamKey.ts); whether the ledger has it shows when it is open. */
  readonly stream: string;
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
  readonly meaning_k: number;
  /** What behaviour is made of: columns of the ledger, or those that are known to say something. */
  readonly behaviour: 'auto' | readonly string[];
  readonly conversation_cut: number;
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
    | 'Lasting change';
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
interface ChoiceSpec extends Described {
  readonly type: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
}
/** A stream key (core/streamKey.ts): which there are is known of an open ledger only. */
interface ColumnSpec extends Described {
  readonly type: 'column';
  readonly default: string;
}
/** A list of names, or `default`, which stands for a list that follows from the ledger. */
export interface NamesSpec extends Described {
  readonly type: 'names';
  readonly default: string;
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
export type ParameterSpec = NumberSpec | ChoiceSpec | ColumnSpec | NamesSpec | BooleanSpec | PairSpec;
