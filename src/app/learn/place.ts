/** What the card needs of a place on the page, in CSS px of the window. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

type Size = Pick<Box, 'width' | 'height'>;

const GAP = 12;

const between = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/**
 * Where the card stands: beside what it points at, on the first side that has room (right, left, below, above), else in
 * the corner at the bottom right.
 */
export function placeCard(target: Box | null, card: Size, page: Size): Pick<Box, 'left' | 'top'> {
  const right = page.width - card.width - GAP;
  const bottom = page.height - card.height - GAP;
  if (target) {
    const left = between(target.left, GAP, Math.max(GAP, right));
    const top = between(target.top, GAP, Math.max(GAP, bottom));
    const end = target.left + target.width + GAP;
    const below = target.top + target.height + GAP;
    if (end <= right) return { left: end, top };
    if (target.left - GAP - card.width >= GAP) return { left: target.left - GAP - card.width, top };
    if (below <= bottom) return { left, top: below };
    if (target.top - GAP - card.height >= GAP) return { left, top: target.top - GAP - card.height };
  }
  return { left: Math.max(GAP, right), top: Math.max(GAP, bottom) };
}
