import type { EpochMs, Milliseconds } from '../core/units.ts';
import type { StageId } from './channels/table.ts';
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
  /** Whitened coordinates, length k (`EventStream.project`); null is a void event. */
  readonly coordinates: Float32Array | null;
}

/** What has a state of its own: stages, and the detectors. */
type KernelState = StageId | 'detectors';

/** Everything a stream has to remember: plain JSON. */
export interface StreamState {
  readonly format: 'tautline-stream';
  readonly version: 1;
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
  /** Streams of the newest events of each thread, newest last. */
  readonly threads: readonly (readonly [string | null, readonly number[]])[];
  /** The newest instantiation of each stream, and how often it changed. */
  readonly instantiations: readonly { readonly name: string | null; readonly code: number }[];
}
