import { span, type Domain } from './domain.ts';

/** How many positions fall on each of `columns` equal parts of the domain; those outside it on none. */
export function marksByPixel(positions: ArrayLike<number>, domain: Domain, columns: number): Uint32Array {
  const counts = new Uint32Array(columns);
  for (let i = 0; i < positions.length; i += 1) {
    const share = (positions[i] - domain.min) / span(domain);
    if (share >= 0 && share <= 1) counts[Math.min(columns - 1, Math.floor(share * columns))] += 1;
  }
  return counts;
}

/** How many of ascending numbers lie in each [edges[i], edges[i + 1]): of many numbers only few are looked at. */
export function countsBetween(ascending: ArrayLike<number>, edges: ArrayLike<number>): Uint32Array {
  const counts = new Uint32Array(Math.max(0, edges.length - 1));
  let before = placeIn(ascending, edges[0], 0);
  for (let i = 0; i < counts.length; i += 1) {
    const after = placeIn(ascending, edges[i + 1], before);
    counts[i] = after - before;
    before = after;
  }
  return counts;
}

/** The place of the first that is at least `value`, from `from` on. */
function placeIn(ascending: ArrayLike<number>, value: number, from: number): number {
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ascending[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
