import type { VectorColumn } from './vectors.ts';

/** Most bytes of vectors that are kept: those of a million events of 64 dimensions. */
const MAX_CACHED_BYTES = 256 << 20;

/** Vectors of consecutive file rows, as they were read. */
export interface CachedBatch {
  /** File row of the first. */
  readonly base: number;
  readonly vectors: VectorColumn;
}

/**
 * The vectors that the first pass has decoded, until they are projected: a ledger that is small enough is decoded once.
 */
export class VectorCache {
  readonly budget: number;
  #batches: CachedBatch[] | null = [];
  #batchRows = 0;
  #bytes = 0;
  #last: ArrayBufferLike | null = null;

  /**
   * @param spare bytes that may be taken
   * @param expected bytes of all vectors, as far as is known: none are kept where they would be too many
   */
  constructor(spare: number, expected = 0) {
    const most = Math.min(spare, MAX_CACHED_BYTES);
    this.budget = expected > most ? 0 : most;
  }

  /** @param batchRows rows to a batch that the file was read with */
  add(base: number, vectors: VectorColumn, batchRows: number): void {
    if (this.#batches === null) return;
    const { values, offsets } = vectors;
    // Vectors of one file may be views into one buffer, which is kept whole.
    this.#bytes += (values.buffer === this.#last ? 0 : values.buffer.byteLength) + offsets.byteLength;
    this.#last = values.buffer;
    if (this.#bytes > this.budget || (this.#batches.length > 0 && batchRows !== this.#batchRows)) {
      this.release();
      return;
    }
    this.#batchRows = batchRows;
    this.#batches.push({ base, vectors });
  }

  /** All batches in file order, where they are what reading in batches of `batchRows` would give; else null. */
  all(batchRows: number): readonly CachedBatch[] | null {
    return this.#batches && this.#batches.length > 0 && this.#batchRows === batchRows ? this.#batches : null;
  }

  /** All batches, which are not kept here any more; null if none are kept. */
  take(): (CachedBatch & { readonly batchRows: number })[] | null {
    const batches = this.#batches && this.#batches.map((batch) => ({ ...batch, batchRows: this.#batchRows }));
    this.release();
    return batches;
  }

  release(): void {
    this.#batches = null;
    this.#last = null;
  }
}
