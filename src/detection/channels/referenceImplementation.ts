import type { EventColumns } from '../../core/columns.ts';
import type { Parameters } from '../parameters.ts';
import type { ColumnName, RowsName, StageReference } from './stage.ts';

/** Events as reference implementations read them. */
export interface PlainEvents {
  readonly events: EventColumns;
  /** Events to compute: the first n. */
  readonly n: number;
  readonly k: number;
  /** Whitened coordinates, n x k. */
  readonly x: Float32Array;
  readonly reference: StageReference;
  readonly parameters: Parameters;
}
/** What stages write, as plain arrays; NaN and 0 at first. */
export type PlainColumns = Readonly<Record<ColumnName, Float64Array>> & Readonly<Record<RowsName, Float32Array>>;

/**
 * The reference implementation of a stage: all its events in order, as its definition has it. Benchmark and tests hold
 * the kernel to it.
 */
export interface StageReferenceImplementation {
  /** Events that it takes a second for at k = 8; 0 where a run past the reference takes longer. */
  readonly eventsPerSecond: number;
  /** @param read columns of earlier stages */
  run(of: PlainEvents, read: PlainColumns, out: PlainColumns): void;
}

export const coordinatesOf = ({ x, k }: PlainEvents, event: number): Float32Array =>
  x.subarray(event * k, (event + 1) * k);
