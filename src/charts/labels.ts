/**
 * Moves labels apart vertically so that none overlap: keeps their order, moves each as little as a single downward and
 * upward sweep allows.
 * @param wanted centre of each label in pixels.
 * @returns centres, in the order given, at least `gap` apart and within [top, bottom] where they fit.
 */
export function spreadLabels(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const placed = [...wanted];
  let floor = top;
  for (const i of order) {
    placed[i] = Math.max(floor, Math.min(bottom, wanted[i]));
    floor = placed[i] + gap;
  }
  let ceiling = bottom;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(ceiling, placed[i]);
    ceiling = placed[i] - gap;
  }
  return placed;
}
