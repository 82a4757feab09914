import fc from 'fast-check';
import { boxMuller, openMulberry32 as uniform } from '../core/random.ts';
import type { EventBlocks } from './events.ts';
import type { KernelModule } from './module.ts';

/** Random columns of events for the tests of the pipeline kernels. */
export interface TestEvents {
  readonly n: number;
  readonly k: number;
  readonly streams: number;
  readonly x: Float32Array;
  readonly stream: Int32Array;
  readonly isVoid: Uint8Array;
  readonly instantiation: Int32Array;
  readonly thread: Int32Array;
  readonly time: Float64Array;
  readonly window: Float64Array;
}

export const THREADS = 3;

export const normals = (n: number, random: () => number): Float64Array =>
  Float64Array.from({ length: n }, () => boxMuller(random(), random()));

export interface Shape {
  readonly n: number;
  readonly k: number;
  readonly streams: number;
  readonly seed: number;
  readonly voids: number;
}

/** Streams of very different shares, correlated axes, voids, resets, ties in time. */
export function testEvents({ n, k, streams, seed, voids }: Shape): TestEvents {
  const random = uniform(seed);
  const mix = normals(k * k, random);
  const x = new Float32Array(n * k).fill(Number.NaN);
  const stream = Int32Array.from({ length: n }, () => Math.floor(streams * random() ** 2));
  const isVoid = Uint8Array.from({ length: n }, () => (random() < voids ? 1 : 0));
  const version = new Int32Array(streams);
  const instantiation = Int32Array.from(stream, (s) =>
    random() < 0.2 ? -1 : random() < 0.02 ? ++version[s] : version[s],
  );
  let now = 0;
  for (let i = 0; i < n; i++) {
    if (isVoid[i]) continue;
    const z = normals(k, random);
    for (let a = 0; a < k; a++) {
      let v = 0.5 * stream[i];
      for (let b = 0; b < k; b++) v += (mix[a * k + b] * z[b]) / Math.sqrt(k);
      x[i * k + a] = v + z[a];
    }
  }
  return {
    n,
    k,
    streams,
    x,
    stream,
    isVoid,
    instantiation,
    thread: Int32Array.from({ length: n }, () => Math.floor(random() * (THREADS + 1)) - 1),
    time: Float64Array.from({ length: n }, () => (now += random() < 0.2 ? 0 : 200 * random())),
    window: Float64Array.from({ length: n }, () => 120 + (random() < 0.5 ? 0 : 200 * random())),
  };
}

/** k as the kernels meet it: odd, even, beyond a block. */
export const shapes = (maxEvents: number): fc.Arbitrary<Shape> =>
  fc.record({
    n: fc.integer({ min: 0, max: maxEvents }),
    k: fc.constantFrom(1, 2, 3, 4, 5, 8, 13, 32),
    streams: fc.constantFrom(1, 2, 3, 7),
    seed: fc.integer(),
    voids: fc.constantFrom(0, 0.05, 0.6, 1),
  });

/** @param only the streams to compute; absent = all */
export function blocksOf({ arena }: KernelModule, e: TestEvents, only?: ArrayLike<number>): EventBlocks {
  const all = {
    n: e.n,
    k: e.k,
    streams: e.streams,
    x: arena.f32From(e.x),
    stream: arena.i32From(e.stream),
    isVoid: arena.u8From(e.isVoid),
  };
  return only ? { ...all, only: arena.u8From(only) } : all;
}

/** Two parts of the streams: those whose bit is set, and the others. */
export const parts = (streams: number, bits: number): Uint8Array[] =>
  [0, 1].map((part) => Uint8Array.from({ length: streams }, (_, s) => (((bits >> s) & 1) === part ? 1 : 0)));

/**
 * Runs over a part of the streams each, put together: every event's value from the run over its stream; infinite where
 * another run wrote over the `untouched` value of that event. `width` values an event.
 */
export function merged(
  e: TestEvents,
  chosen: readonly Uint8Array[],
  values: readonly ArrayLike<number>[],
  untouched: number,
  width = 1,
): number[] {
  return Array.from({ length: e.n * width }, (_, j) => {
    const owner = chosen.findIndex((only) => only[e.stream[Math.floor(j / width)]] === 1);
    return values.every((column, run) => run === owner || column[j] === untouched) ? values[owner][j] : Infinity;
  });
}

/** Where the events [0, n) are cut, so that a run in pieces can be compared with one in whole. */
export const pieces = (n: number, cuts: readonly number[]): [number, number][] => {
  const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, n)), n])].sort((a, b) => a - b);
  return at.slice(1).map((to, i) => [at[i], to]);
};

/** Largest |a - b| / (1 + |b|); infinite where only one of them is NaN. */
export function deviation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || (Number.isNaN(a[i]) && Number.isNaN(b[i]))) continue;
    const d = Math.abs(a[i] - b[i]) / (1 + Math.abs(b[i]));
    worst = Math.max(worst, Number.isNaN(d) ? Infinity : d);
  }
  return worst;
}
