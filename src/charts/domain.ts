/** The visible stretch of the shared horizontal axis, in axis units (event index or epoch ms); `max` > `min`. */
export interface Domain {
  readonly min: number;
  readonly max: number;
}

export const span = (domain: Domain): number => domain.max - domain.min;

/**
 * Moves and shrinks `domain` so that it lies within `full` and spans at least `minSpan` (or all of `full` where that is
 * shorter).
 */
export function clampDomain(domain: Domain, full: Domain, minSpan: number): Domain {
  const width = Math.min(span(full), Math.max(minSpan, span(domain)));
  const centre = (domain.min + domain.max) / 2;
  const min = Math.min(full.max - width, Math.max(full.min, span(domain) < minSpan ? centre - width / 2 : domain.min));
  return { min, max: min + width };
}

/** Zooms about axis position `x`, which stays where it is on screen. `factor` below 1 zooms in. */
export function zoomAbout(domain: Domain, x: number, factor: number, full: Domain, minSpan: number): Domain {
  const width = Math.min(span(full), Math.max(minSpan, span(domain) * factor));
  const share = span(domain) > 0 ? (x - domain.min) / span(domain) : 0.5;
  const min = x - share * width;
  return clampDomain({ min, max: min + width }, full, minSpan);
}

export function panBy(domain: Domain, dx: number, full: Domain): Domain {
  return clampDomain({ min: domain.min + dx, max: domain.max + dx }, full, span(domain));
}

/** Where the plot area lies within its element, in CSS pixels. */
export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Same horizontal margins for every chart of a stack, so that one instant is one vertical line. */
export const MARGIN = { left: 66, right: 14 } as const;

export function plotBox(width: number, height: number, top = 6, bottom = 6): PlotBox {
  return {
    left: MARGIN.left,
    top,
    width: Math.max(1, width - MARGIN.left - MARGIN.right),
    height: Math.max(1, height - top - bottom),
  };
}

export const xToPx = (x: number, domain: Domain, box: PlotBox): number =>
  box.left + ((x - domain.min) / span(domain)) * box.width;
export const pxToX = (px: number, domain: Domain, box: PlotBox): number =>
  domain.min + ((px - box.left) / box.width) * span(domain);
