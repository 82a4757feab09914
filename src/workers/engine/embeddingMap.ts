import type { Coordinates, EventColumns } from '../../core/columns.ts';
import { principalPlane } from '../../detection/drilldown/plane.ts';
import type { EmbeddingMap } from '../drilldown.ts';

/**
 * Events with an embedding as points on the principal plane of the whitened coordinates of all points shown
 * (docs/methods.md 3).
 * @param limit points at most; where there are more, evenly spread ones stand for all
 */
export function embeddingMap(
  events: EventColumns,
  { k, x }: Coordinates,
  eventState: Uint8Array,
  limit: number,
): EmbeddingMap {
  const present: number[] = [];
  for (let i = 0; i < events.n; i += 1) if (!events.isVoid[i]) present.push(i);
  const n = Math.min(present.length, Math.max(1, Math.floor(limit)));
  const index = Int32Array.from({ length: n }, (_, j) => present[Math.floor((j * present.length) / n)]);
  const points = new Float32Array(n * k);
  index.forEach((i, j) => points.set(x.subarray(i * k, (i + 1) * k), j * k));
  const { points: plane, explained } = principalPlane(points, k);
  return {
    index,
    k,
    x: points,
    plane: Float32Array.from(plane),
    explained,
    total: present.length,
    pauses: events.n - present.length,
    stream: Int32Array.from(index, (i) => events.stream[i]),
    eventState: Uint8Array.from(index, (i) => eventState[i]),
    time: Float64Array.from(index, (i) => (events.hasTime ? events.time[i] : Number.NaN)),
  };
}
