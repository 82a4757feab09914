import type { Sweep, SweepCell } from '../../detection/lab/sweep.ts';
import { formatCount, formatNumber, formatPercent } from '../../core/format.ts';
import { PARAMETER_SPECS } from '../../detection/parameters.ts';

/** What a cell of a sweep can be coloured by. */
export const MEASURES = {
  alerts: { title: 'Alerts', labelled: false, format: (v: number) => formatCount(v) },
  precision: { title: 'Precision', labelled: true, format: (v: number) => formatPercent(v, 3) },
  recall: { title: 'Recall', labelled: true, format: (v: number) => formatPercent(v, 3) },
  f1: { title: 'F1', labelled: true, format: (v: number) => formatNumber(v, 3) },
  medianDelay: { title: 'Median delay', labelled: true, format: (v: number) => formatCount(v) },
} as const;
export type MeasureName = keyof typeof MEASURES;

/** Label of an axis of a sweep, with its unit. */
export function axisLabel(name: Sweep['x']['name']): string {
  const { label, unit } = PARAMETER_SPECS[name];
  return unit ? `${label}, ${unit}` : label;
}

export const tickText = (v: number): string => formatNumber(v, 4);

/** What the ends of the colours stand for: all of a share's scale, of counts the least and the most. */
export const scaleOf = (values: readonly number[], measure: MeasureName): readonly [low: number, high: number] =>
  measure === 'alerts' || measure === 'medianDelay' ? [Math.min(...values), Math.max(...values)] : [0, 1];

/**
 * Where a value lies between the least and the most of the grid, 0 to 1; shares on their own scale, counts on a
 * logarithmic one where they span decades.
 */
export function fractionOf(cells: readonly SweepCell[], measure: MeasureName): (value: number) => number {
  const values = cells.map((cell) => cell[measure]).filter(Number.isFinite);
  if (measure !== 'alerts' && measure !== 'medianDelay') return (v) => Math.min(1, Math.max(0, v));
  const [low, high] = scaleOf(values, measure);
  if (!(high > low)) return () => 0.5;
  const log = measure === 'alerts' && high > 20 * (low + 1);
  const at = (v: number): number => (log ? Math.log1p(v) : v);
  return (v) => (at(v) - at(low)) / (at(high) - at(low));
}

/** Where a value lies among ascending grid values, as a fractional position; NaN outside of them. */
export function positionIn(values: readonly number[], value: number): number {
  if (values.length === 1) return value === values[0] ? 0 : Number.NaN;
  for (let i = 0; i + 1 < values.length; i += 1) {
    if (value >= values[i] && value <= values[i + 1]) return i + (value - values[i]) / (values[i + 1] - values[i]);
  }
  return Number.NaN;
}

/** Moves from a cell by arrow keys, rows counted upwards as the grid is drawn; null for other keys. */
export function moveCell(
  key: string,
  [column, row]: readonly [number, number],
  columns: number,
  rows: number,
): [number, number] | null {
  const to = (
    {
      ArrowLeft: [column - 1, row],
      ArrowRight: [column + 1, row],
      ArrowUp: [column, row + 1],
      ArrowDown: [column, row - 1],
      Home: [0, row],
      End: [columns - 1, row],
      PageUp: [column, rows - 1],
      PageDown: [column, 0],
    } as Readonly<Record<string, readonly [number, number]>>
  )[key];
  return to ? [Math.min(columns - 1, Math.max(0, to[0])), Math.min(rows - 1, Math.max(0, to[1]))] : null;
}
