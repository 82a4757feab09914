import type { PlotBox } from './domain.ts';

/** Vertical scale of a chart. `min` and `max` are in scaled units (log10 of the value for a log scale). */
export interface YScale {
  readonly kind: 'linear' | 'log';
  readonly min: number;
  readonly max: number;
  /** Smallest value a log scale shows; smaller ones are drawn at it. Unused by a linear scale. */
  readonly floor: number;
}
export interface Tick {
  /** Position in scaled units. */
  readonly at: number;
  /** The value it stands for. */
  readonly value: number;
}

export const toScaled = (value: number, scale: Pick<YScale, 'kind' | 'floor'>): number =>
  scale.kind === 'log' ? Math.log10(Math.max(value, scale.floor)) : value;
const fromScaled = (at: number, scale: Pick<YScale, 'kind'>): number => (scale.kind === 'log' ? 10 ** at : at);

export const yToPx = (value: number, scale: YScale, box: PlotBox): number =>
  box.top + (1 - (toScaled(value, scale) - scale.min) / (scale.max - scale.min)) * box.height;
export const pxToY = (px: number, scale: YScale, box: PlotBox): number =>
  fromScaled(scale.min + (1 - (px - box.top) / box.height) * (scale.max - scale.min), scale);

/** Value units per pixel at height `px`: constant for a linear scale, the local slope for a log one. */
export function unitsPerPixel(px: number, scale: YScale, box: PlotBox): number {
  const perPixel = (scale.max - scale.min) / box.height;
  return scale.kind === 'log' ? perPixel * Math.LN10 * pxToY(px, scale, box) : perPixel;
}

/** Rounds to 1, 2 or 5 times a power of ten, upwards. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

/**
 * Smallest and largest y above `least` of interleaved points whose x lies in [from, to]; [Infinity, -Infinity] where
 * there is none.
 */
export function yExtent(lines: readonly Float64Array[], from: number, to: number, least = -Infinity): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const points of lines) {
    for (let i = 0; i + 1 < points.length; i += 2) {
      const x = points[i];
      const y = points[i + 1];
      if (x < from || x > to || !Number.isFinite(y) || y <= least) continue;
      if (y < low) low = y;
      if (y > high) high = y;
    }
  }
  return [low, high];
}

/**
 * Scale that shows `extent` (of the data) and every finite value of `include` (thresholds, bounds), with a little air,
 * its ends on round values.
 * @param floor smallest value of a log scale.
 */
export function fitScale(
  kind: 'linear' | 'log',
  extent: readonly [number, number],
  include: readonly number[],
  floor = 1e-3,
): YScale {
  const values = [...extent, ...include].filter(Number.isFinite);
  if (values.length === 0)
    return {
      kind,
      min: kind === 'log' ? Math.log10(floor) : 0,
      max: kind === 'log' ? Math.log10(floor) + 1 : 1,
      floor,
    };
  let low = toScaled(Math.min(...values), { kind, floor });
  let high = toScaled(Math.max(...values), { kind, floor });
  if (high - low < 1e-12 * Math.max(1, Math.abs(high))) {
    const half = kind === 'log' ? 0.5 : Math.max(Math.abs(high) * 0.1, 1e-6);
    low -= half;
    high += half;
  }
  if (kind === 'log') {
    const air = (high - low) * 0.04;
    return { kind, min: Math.max(Math.log10(floor), low - air), max: high + air, floor };
  }
  const step = niceStep((high - low) / 8);
  return {
    kind,
    min: Math.floor(low / step + 1e-9) * step,
    max: Math.ceil((high + (high - low) * 0.02) / step) * step,
    floor,
  };
}

/**
 * About `count` round ticks of a scale; a log scale has its powers of ten, and their halves and fifths where there is
 * room.
 */
export function yTicks(scale: YScale, count: number): Tick[] {
  if (scale.kind === 'linear') {
    const step = niceStep((scale.max - scale.min) / Math.max(1, count));
    const ticks: Tick[] = [];
    for (let i = Math.ceil(scale.min / step - 1e-9); i * step <= scale.max + step * 1e-9; i++)
      ticks.push({ at: i * step, value: Number((i * step).toPrecision(12)) });
    return ticks;
  }
  const decades = scale.max - scale.min;
  const leads = decades * 3 <= count * 1.5 ? [1, 2, 5] : [1];
  const every = leads.length > 1 ? 1 : Math.max(1, Math.ceil(decades / count));
  const ticks: Tick[] = [];
  for (let power = Math.floor(scale.min); power <= scale.max; power++) {
    if (power % every !== 0) continue;
    for (const lead of leads) {
      const at = power + Math.log10(lead);
      if (at >= scale.min && at <= scale.max) ticks.push({ at, value: Number((lead * 10 ** power).toPrecision(3)) });
    }
  }
  return ticks;
}
