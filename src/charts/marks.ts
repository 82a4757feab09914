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
