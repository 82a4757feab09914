import { boxMuller, splitmix64 } from '../../core/random.ts';
import type { InControl, PlacedSeries } from './inControl.ts';

/** Standard normal numbers for tests. */
export function normalSource(seed: number): () => number {
  const random = splitmix64(seed);
  return () => boxMuller(1 - random(), random());
}

/** A stationary AR(1) series of variance 1. */
export function autoregressive(n: number, phi: number, seed: number): Float64Array {
  const normal = normalSource(seed);
  let value = normal();
  return Float64Array.from({ length: n }, () => (value = phi * value + Math.sqrt(1 - phi * phi) * normal()));
}

/** Cuts a series into streams of equal length, which speak in turn; without conversations. */
export function inStreams(values: Float64Array, streams: number): PlacedSeries {
  const starts = Int32Array.from({ length: streams + 1 }, (_, s) => Math.floor((s * values.length) / streams));
  const event = new Int32Array(values.length);
  for (let s = 0; s < streams; s++)
    for (let i = starts[s]; i < starts[s + 1]; i++) event[i] = (i - starts[s]) * streams + s;
  return { values, starts, event, thread: new Int32Array(values.length).fill(-1) };
}

export const inControlFrom = (divergence: PlacedSeries, friction = divergence): InControl => ({
  source: 'reference',
  divergence,
  friction,
  eventsPerDay: 1000,
  cannotRise: false,
});
