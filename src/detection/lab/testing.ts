import { boxMuller, splitmix64 } from '../../core/random.ts';
import type { InControlSeries } from '../../kernels/runLength.ts';
import type { InControl } from './inControl.ts';

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

/** Cuts a series into streams of equal length. */
export function inStreams(values: Float64Array, streams: number): InControlSeries {
  return {
    values,
    starts: Int32Array.from({ length: streams + 1 }, (_, s) => Math.floor((s * values.length) / streams)),
  };
}

export const inControlFrom = (divergence: InControlSeries, friction = divergence): InControl => ({
  source: 'reference',
  divergence,
  friction,
  eventsPerDay: 1000,
});
