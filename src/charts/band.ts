/**
 * One edge of a band, thinned to what pixels can show: of the points that fall into one column of `perPixel` axis units
 * only the first, the extreme (largest for an upper edge, smallest for a lower one) and the last stay. Gaps (NaN) are
 * dropped: a band has no holes.
 * @param edge interleaved x, y, x ascending.
 * @returns interleaved x, y, at most 3 points per column.
 */
export function decimateEdge(edge: Float64Array, perPixel: number, side: 'upper' | 'lower'): Float64Array {
  const n = edge.length >> 1;
  const kept: number[] = [];
  const keep = (i: number) => kept.push(edge[i * 2], edge[i * 2 + 1]);
  let i = 0;
  while (i < n) {
    if (!Number.isFinite(edge[i * 2 + 1])) {
      i++;
      continue;
    }
    const column = Math.floor(edge[i * 2] / perPixel);
    const first = i;
    let last = i;
    let extreme = i;
    for (i++; i < n && Math.floor(edge[i * 2] / perPixel) === column; i++) {
      const y = edge[i * 2 + 1];
      if (!Number.isFinite(y)) continue;
      last = i;
      if (side === 'upper' ? y > edge[extreme * 2 + 1] : y < edge[extreme * 2 + 1]) extreme = i;
    }
    keep(first);
    if (extreme !== first && extreme !== last) keep(extreme);
    if (last !== first) keep(last);
  }
  return Float64Array.from(kept);
}

/** Closed outline between two edges: the upper one forwards, the lower one backwards. Interleaved x, y. */
export function bandPolygon(upper: Float64Array, lower: Float64Array, perPixel: number): Float64Array {
  const top = decimateEdge(upper, perPixel, 'upper');
  const bottom = decimateEdge(lower, perPixel, 'lower');
  const polygon = new Float64Array(top.length + bottom.length);
  polygon.set(top);
  const n = bottom.length >> 1;
  for (let i = 0; i < n; i++) {
    polygon[top.length + i * 2] = bottom[(n - 1 - i) * 2];
    polygon[top.length + i * 2 + 1] = bottom[(n - 1 - i) * 2 + 1];
  }
  return polygon;
}
