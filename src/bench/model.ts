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
interface Machine {
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

/** What one program did to show a ledger. */
export interface PeerRow {
  readonly name: string;
  /** What it shows when it is timed, and what of it was computed in that time. */
  readonly does: string;
  /** ms to the first picture, medians of `rounds`; the longest task is 0 if none was over 50 ms. */
  readonly firstPicture: number;
  readonly least: number;
  readonly most: number;
  readonly longestTask: number;
  /** Bytes, the most of all rounds; null where it cannot be told. */
  readonly memory: number | null;
  readonly rounds: number;
}

/** What native programs need for the ledger that the app opens: DuckDB to read it, the rest from its columns on. */
export interface Floor {
  readonly events: number;
  readonly dimension: number;
  readonly k: number;
  /** Version; null where it is not installed. */
  readonly duckdb: string | null;
  /** Milliseconds: 'DuckDB', builds of the C, and 'wasm', our kernels in Node. */
  readonly sides: readonly Pick<Measurement, 'side' | 'ms' | 'fastest' | 'rounds'>[];
}

/** Parts of the bench that can be run by themselves. */
export const SECTIONS = ['kernels', 'app', 'large', 'floor', 'peers'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Report {
  /** When each part was run; absent: it was not. */
  readonly dates: Readonly<Partial<Record<Section, string>>>;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly notes: readonly string[];
  readonly base: Size;
  readonly measurements: readonly Measurement[];
  readonly growth: readonly GrowthPoint[];
  readonly pool: readonly PoolMeasurement[];
  readonly app: readonly AppRow[];
  /** Events of the ledger that the app and other programs opened. */
  readonly appEvents: number;
  /** ms to the first full picture, the median; null if it was not measured. */
  readonly firstPicture: number | null;
  readonly large: readonly AppRow[];
  /** Null if it was not measured. */
  readonly floor: Floor | null;
  readonly peers: readonly PeerRow[];
}

/** A table of texts; the first row is its head. */
export interface Table {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

/** ns a unit. */
export const cost = ({ ms, units }: Pick<Measurement, 'ms' | 'units'>): number => (1e6 * ms) / units;
