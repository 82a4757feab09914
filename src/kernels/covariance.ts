import { misuse, requireLength } from './check.ts';
import type { Block } from './arena.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    covarianceAccumulate(
      vectors: number,
      streams: number,
      count: number,
      d: number,
      seen: number,
      shifts: number,
      sums: number,
      scatter: number,
      panel: number,
    ): void;
    covarianceFinish(
      scatter: number,
      d: number,
      seen: number,
      sums: number,
      streamCount: number,
      degrees: number,
      panel: number,
    ): void;
    mirrorUpper(matrix: number, n: number): void;
  }
}

/** Rows copied in at a time: 2 MiB of vectors at most, a few tens of ms of work. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/**
 * Pooled within-stream covariance (docs/methods.md 3) in one pass over batches. Every vector is shifted by the first of
 * its stream, so that taking the stream means off at the end loses no digits to speak of. Allocates in the arena of
 * `kernels` for as long as it lives: give it an instance of its own.
 */
export class CovarianceAccumulator {
  readonly #kernels: KernelModule;
  readonly #dimension: number;
  readonly #streamCount: number;
  readonly #seen: Block<Int32Array>;
  readonly #shifts: Block<Float64Array>;
  readonly #sums: Block<Float64Array>;
  readonly #scatter: Block<Float64Array>;
  readonly #panel: Block<Float64Array>;
  readonly #vectors: Block<Float32Array>;
  readonly #streams: Block<Int32Array>;
  readonly #chunk: number;

  constructor(kernels: KernelModule, dimension: number, streamCount: number) {
    const padded = (dimension + 3) & ~3;
    const { arena } = kernels;
    this.#kernels = kernels;
    this.#dimension = dimension;
    this.#streamCount = streamCount;
    this.#chunk = Math.max(64, Math.floor(CHUNK_BYTES / (dimension * 4)) & ~63);
    this.#seen = arena.i32(streamCount);
    this.#shifts = arena.f64(streamCount * dimension);
    this.#sums = arena.f64(streamCount * dimension);
    this.#scatter = arena.f64(padded * padded);
    this.#panel = arena.f64(padded * 64);
    this.#vectors = arena.f32(this.#chunk * dimension);
    this.#streams = arena.i32(this.#chunk);
    this.#seen.view().fill(0);
    this.#sums.view().fill(0);
    this.#scatter.view().fill(0);
  }

  /** Rows that one call of `add` takes at most. */
  get chunk(): number {
    return this.#chunk;
  }

  /** @param vectors row-major count x D; @param streams stream of each, in [0, streamCount) */
  add(vectors: Float32Array, streams: Int32Array): void {
    const count = streams.length;
    requireLength('vectors', vectors, count * this.#dimension);
    if (count > this.#chunk) misuse(`${count} vectors at once, at most ${this.#chunk}`);
    for (const stream of streams)
      if (stream < 0 || stream >= this.#streamCount) misuse(`stream ${stream} of ${this.#streamCount}`);
    this.#vectors.view().set(vectors);
    this.#streams.view().set(streams);
    this.#kernels.exports.covarianceAccumulate(
      this.#vectors.ptr,
      this.#streams.ptr,
      count,
      this.#dimension,
      this.#seen.ptr,
      this.#shifts.ptr,
      this.#sums.ptr,
      this.#scatter.ptr,
      this.#panel.ptr,
    );
  }

  /** Ends the accumulation. `covariance` is D x D, row-major, inside the accumulator's memory. */
  finish(): { covariance: Block<Float64Array>; mean: Float64Array; count: number; degrees: number } {
    const d = this.#dimension;
    const seen = this.#seen.view();
    const shifts = this.#shifts.view();
    const sums = this.#sums.view();
    const mean = new Float64Array(d);
    let count = 0;
    let present = 0;
    for (let s = 0; s < this.#streamCount; s++) {
      if (seen[s] === 0) continue;
      present++;
      count += seen[s];
      for (let l = 0; l < d; l++) mean[l] += seen[s] * shifts[s * d + l] + sums[s * d + l];
    }
    for (let l = 0; l < d; l++) mean[l] /= count;
    const degrees = count - present;
    this.#kernels.exports.covarianceFinish(
      this.#scatter.ptr,
      d,
      this.#seen.ptr,
      this.#sums.ptr,
      this.#streamCount,
      degrees,
      this.#panel.ptr,
    );
    const { memory } = this.#kernels;
    const { ptr } = this.#scatter;
    return {
      covariance: { ptr, length: d * d, view: () => new Float64Array(memory.buffer, ptr, d * d) },
      mean,
      count,
      degrees,
    };
  }
}
