import { STYLE_FEATURES } from '../../detection/change/style.ts';
import { SIGNALS } from '../../detection/channels/index.ts';
import { difference, type Difference, type MeanOf } from '../../detection/drilldown/compare/profile.ts';
import { SIGNAL_NAMES } from '../../detection/types.ts';
import type { SideProfile } from '../../analysis/sideProfile.ts';

/** A number of both sides and how far they differ. */
export interface Row {
  readonly key: string;
  readonly label: string;
  readonly kind: 'style' | 'signal';
  readonly a: MeanOf;
  readonly b: MeanOf;
  readonly difference: Difference;
}

/** Rows of what both sides state, those first that are surest to differ: whose interval is farthest from 0. */
export function differencesOf(a: SideProfile, b: SideProfile): readonly Row[] {
  const style = STYLE_FEATURES.flatMap(({ name, label }, i) =>
    a.style && b.style ? [rowOf(name, label, 'style', a.style[i], b.style[i])] : [],
  );
  const signals = SIGNAL_NAMES.map((name) =>
    rowOf(name, SIGNALS[name].label, 'signal', a.signals[name], b.signals[name]),
  );
  return [...style, ...signals]
    .filter((row) => Number.isFinite(row.difference.size))
    .sort((x, y) => sureness(y) - sureness(x) || Math.abs(y.difference.size) - Math.abs(x.difference.size));
}

const rowOf = (key: string, label: string, kind: Row['kind'], a: MeanOf, b: MeanOf): Row => ({
  key,
  label,
  kind,
  a,
  b,
  difference: difference(a, b),
});

/** Distance of the interval from 0; negative where it holds 0, and least where there is none. */
function sureness({ difference: { size, low, high } }: Row): number {
  if (Number.isNaN(low)) return -Infinity;
  return size > 0 ? low : -high;
}

export const excludesZero = (row: Row): boolean => sureness(row) > 0;
