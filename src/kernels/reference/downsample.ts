import type { DownsampleRequest } from '../downsample.ts';

/** Min-max decimation by its definition, stream by stream; see `downsample`. */
export function downsample({ x, y, stream, from, to, buckets, streams }: DownsampleRequest): Float64Array[] {
  const at = (i: number): number => (x ? x[i] : i);
  const width = to > from ? at(to - 1) - at(from) : 0;
  const bucketOf = (i: number): number =>
    width > 0 ? Math.min(buckets - 1, Math.floor((at(i) - at(from)) * (buckets / width))) : 0;
  return streams.map((code) => {
    const events: number[] = [];
    for (let i = from; i < to; i++) if (stream[i] === code) events.push(i);
    const inner = new Map<number, number[]>();
    for (const i of events.slice(1, -1)) inner.set(bucketOf(i), [...(inner.get(bucketOf(i)) ?? []), i]);
    const chosen = [
      events.slice(0, 1),
      ...[...inner.values()].map((members) => extremes(members, y)),
      events.length > 1 ? events.slice(-1) : [],
    ].flat();
    const points: number[] = [];
    for (const i of chosen) {
      if (Number.isNaN(y[i]) && points.length > 0 && Number.isNaN(points[points.length - 1])) continue;
      points.push(at(i), y[i]);
    }
    return Float64Array.from(points);
  });
}

function extremes(members: readonly number[], y: Float64Array): readonly number[] {
  if (members.length <= 2) return members;
  const present = members.filter((i) => !Number.isNaN(y[i]));
  if (present.length === 0) return members.slice(0, 1);
  const low = present.reduce((best, i) => (y[i] < y[best] ? i : best));
  const high = present.reduce((best, i) => (y[i] > y[best] ? i : best));
  return low === high ? [low] : [low, high].sort((a, b) => a - b);
}
