import { clampDomain, panBy, type Domain } from './domain.ts';

/** What a drag or key has hold of: an edge of the visible window, the window, a new one, an edge of the reference. */
export type Grip = 'from' | 'to' | 'window' | 'draw' | 'ref-from' | 'ref-to';

/** Where a drag of `grip` from `start` to `x` takes the window. */
export function dragWindow(
  grip: Grip,
  window: Domain,
  start: number,
  x: number,
  full: Domain,
  minSpan: number,
): Domain {
  switch (grip) {
    case 'window':
      return panBy(window, x - start, full);
    case 'draw':
      return clampDomain({ min: Math.min(start, x), max: Math.max(start, x) }, full, minSpan);
    case 'from':
      return clampDomain({ min: Math.min(x, window.max - minSpan), max: window.max }, full, minSpan);
    case 'to':
      return clampDomain({ min: window.min, max: Math.max(x, window.min + minSpan) }, full, minSpan);
    default:
      return window;
  }
}

/** Where a drag or key takes an edge of the reference period: within the ledger, the edges at least `minSpan` apart. */
export function moveReference(
  edge: 'ref-from' | 'ref-to',
  reference: Domain,
  x: number,
  full: Domain,
  minSpan: number,
): Domain {
  return edge === 'ref-from'
    ? { min: Math.max(full.min, Math.min(x, reference.max - minSpan)), max: reference.max }
    : { min: reference.min, max: Math.min(full.max, Math.max(x, reference.min + minSpan)) };
}
