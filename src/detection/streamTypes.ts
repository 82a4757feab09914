import type { EpochMs, Milliseconds } from '../core/units.ts';
import type { StageId } from './channels/table.ts';
import type { ChangeState } from './change/eventStream.ts';
import type { LevelState } from './levels.ts';
import type { Parameters } from './parameters.ts';

/** One event as it arrives; events come in the order of (time, event id). */
export interface StreamEvent {
  /** Name of its stream, one of `EventStream.streams`. */
  readonly stream: string;
  /** NaN if there are no timestamps. */
  readonly time: EpochMs;
  readonly thread: string | null;
  readonly instantiation: string | null;
  /** NaN if there is none. */
  readonly latency: Milliseconds;
  /** Whitened coordinates on all axes of the baseline (`EventStream.project`); null is a void event. */
  readonly coordinates: Float32Array | null;
  /** What it says, and who says it: for style change. */
  readonly text?: string | null;
  readonly role?: string | null;
  /** Columns that behaviour change is judged on, by name. */
  readonly values?: Readonly<Record<string, number | string | null>>;
}

/** What has a state of its own: stages, and the detectors. */
type KernelState = StageId | 'detectors';

/** Everything a stream has to remember: plain JSON. */
export interface StreamState {
  readonly format: 'tautline-stream';
  readonly version: 2;
  readonly parameters: Parameters;
  readonly streams: readonly string[];
  readonly k: number;
  /** Events taken in. */
  readonly events: number;
  readonly seq: readonly number[];
  /** Kernel states, base64 of their little-endian bytes. */
  readonly kernels: Readonly<Partial<Record<KernelState, string>>>;
  /** The newest events with an embedding, oldest first: stream codes and coordinates (base64 of float32). */
  readonly recent: { readonly stream: readonly number[]; readonly x: string };
  /** Streams of the newest events of each thread, newest last; threads in the order of their newest events. */
  readonly threads: readonly (readonly [string | null, readonly number[]])[];
  /** The newest instantiation of each stream, and how often it changed. */
  readonly instantiations: readonly { readonly name: string | null; readonly code: number }[];
  /** The open alert of each level channel and stream. */
  readonly levels: LevelState;
  readonly changes: ChangeState;
}
