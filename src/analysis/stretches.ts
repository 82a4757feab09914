import type { IndexRange } from '../core/columns.ts';
import type { OnProgress } from '../core/progress.ts';

/** Bytes of features that are held at a time. */
const STRETCH_BYTES = 16 * 2 ** 20;
/** Bytes of features of a channel that are kept for the next question. */
const KEPT_BYTES = 48 * 2 ** 20;

interface Reading {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Features of events [from, from + counted.length), a row of `axes` each. */
export interface Stretch {
  readonly from: number;
  readonly features: Float32Array;
  /** 1 where the event counts. */
  readonly counted: Uint8Array;
}

/** What a channel is made of. */
export interface FeatureReader {
  readonly axes: number;
  /** Fills in features and `counted` of the events of the stretch, in whatever order they are read. */
  fill(stretch: Stretch, options: Reading): Promise<void>;
}

export const emptyStretch = (from: number, to: number, axes: number): Stretch => ({
  from,
  features: new Float32Array((to - from) * axes),
  counted: new Uint8Array(to - from),
});

/**
 * The stretches of a channel's events, in order. All are kept where they are small enough; else those of the last range
 * that is: a reference is gone through several times.
 */
export class Stretches {
  readonly axes: number;
  readonly #reader: FeatureReader;
  readonly #n: number;
  readonly #bytes: number;
  readonly #length: number;
  readonly #keepsAll: boolean;
  #kept: Stretch[] = [];

  constructor(reader: FeatureReader, n: number) {
    this.axes = reader.axes;
    this.#reader = reader;
    this.#n = n;
    this.#bytes = reader.axes * Float32Array.BYTES_PER_ELEMENT;
    this.#length = Math.max(1, Math.floor(STRETCH_BYTES / this.#bytes));
    this.#keepsAll = n * this.#bytes <= KEPT_BYTES;
  }

  /** Those that hold events of [from, to); the first and the last may hold others too. */
  async *of({ from, to }: IndexRange, options: Reading): AsyncIterable<Stretch> {
    const end = Math.min(to, this.#n);
    const keeps = this.#keepsAll || (end - from) * this.#bytes <= KEPT_BYTES;
    let at = from;
    while (at < end) {
      const held = this.#kept.find((own) => own.from <= at && at < endOf(own));
      const stretch = held ?? (await this.#read(at, { from, to: end }, options));
      if (!held && keeps) {
        if (!this.#keepsAll) this.#forgetAllBut({ from, to: end });
        this.#kept.push(stretch);
      }
      yield stretch;
      at = endOf(stretch);
    }
    if (!keeps) this.#kept = [];
  }

  /** The events from `at` to the next multiple of the length, of all events where all are kept, else of the range. */
  async #read(at: number, { from, to }: IndexRange, options: Reading): Promise<Stretch> {
    const place = Math.floor(at / this.#length) * this.#length;
    const next = Math.min(place + this.#length, this.#n);
    const stretch = this.#keepsAll
      ? emptyStretch(place, next, this.axes)
      : emptyStretch(at, Math.min(next, to), this.axes);
    const share = stretch.counted.length / Math.max(1, to - from);
    const before = Math.max(0, stretch.from - from) / Math.max(1, to - from);
    await this.#reader.fill(stretch, {
      signal: options.signal,
      onProgress: (progress) =>
        options.onProgress({ ...progress, fraction: Math.min(1, before + share * progress.fraction) }),
    });
    return stretch;
  }

  #forgetAllBut({ from, to }: IndexRange): void {
    this.#kept = this.#kept.filter((own) => own.from < to && endOf(own) > from);
  }
}

const endOf = ({ from, counted }: Stretch): number => from + counted.length;
