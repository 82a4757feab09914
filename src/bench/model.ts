/** A number of events and axes. */
export interface Size {
  readonly n: number;
  readonly k: number;
}

export type EngineName = 'Node' | 'Chromium';

/** What one implementation of a case took at one size. */
export interface Measurement {
  readonly engine: EngineName;
  readonly case: string;
  readonly n: number;
  readonly k: number;
  /** 'wasm', 'reference implementation', or the build of the C. */
  readonly side: string;
  /** Milliseconds: median and least of the rounds. */
  readonly ms: number;
  readonly fastest: number;
  readonly rounds: number;
  /** Runs within a round. */
  readonly times: number;
  /** Units of the case (events, or one run) that it did. */
  readonly units: number;
  /** Bytes that the whole case reads and writes; 0 where that says nothing. */
  readonly bytes: number;
  /** Largest difference of its results from those of the wasm; null for the wasm itself. */
  readonly difference: number | null;
}

/** Cost of an event in the signals stage at one of several sizes that were run in turn, ns: median of the rounds. */
export interface GrowthPoint {
  readonly engine: EngineName;
  readonly n: number;
  readonly k: number;
  readonly ns: number;
  readonly rounds: number;
}

/** Signals stage over a pool of workers. */
export interface PoolMeasurement {
  readonly engine: EngineName;
  readonly n: number;
  readonly k: number;
  readonly workers: number;
  readonly ms: number;
  readonly rounds: number;
}

/** Where it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly chromium: string | null;
  readonly compiler: string | null;
}

export interface AppRow {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean | null;
}

export interface Report {
  readonly date: string;
  readonly machine: Machine;
  readonly notes: readonly string[];
  readonly base: Size;
  readonly measurements: readonly Measurement[];
  readonly growth: readonly GrowthPoint[];
  readonly pool: readonly PoolMeasurement[];
  readonly app: readonly AppRow[];
}

/** ns a unit. */
export const cost = ({ ms, units }: Pick<Measurement, 'ms' | 'units'>): number => (1e6 * ms) / units;
