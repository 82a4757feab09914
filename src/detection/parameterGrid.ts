import type { NumberSpec } from './parameters.ts';

/** What a slider needs to know of a number; `NumberSpec` and either end of a pair have it. */
export type SliderRange = Pick<NumberSpec, 'min' | 'max' | 'step' | 'integer' | 'scale'>;

const decimalsOf = (step: number): number => (String(step).split('.')[1] ?? '').length;
/** Removes the binary dust of min + i * step. */
const tidy = (value: number, step: number): number => Number(value.toFixed(decimalsOf(step)));
const clamp = (value: number, { min, max }: SliderRange): number => Math.min(max, Math.max(min, value));

/** Spacing of the log grid around `value`: two significant digits, never finer than the parameter's own step. */
const logSpacing = (value: number, step: number): number =>
  Math.max(step, 10 ** (Math.floor(Math.log10(value) + 1e-9) - 1));

/**
 * The value of the slider's grid nearest to `value`: min + i * step, or two significant digits on a logarithmic slider.
 */
export function snap(range: SliderRange, value: number): number {
  if (range.scale === 'linear') {
    const steps = Math.round((clamp(value, range) - range.min) / range.step);
    return clamp(tidy(range.min + steps * range.step, range.step), range);
  }
  const held = clamp(value, range);
  const spacing = logSpacing(held, range.step);
  return clamp(tidy(Math.round(held / spacing) * spacing, range.step), range);
}

/** Where `value` stands on the slider, from 0 to 1. */
export function positionOf(range: SliderRange, value: number): number {
  const held = clamp(value, range);
  if (range.scale === 'linear') return (held - range.min) / (range.max - range.min);
  return Math.log(held / range.min) / Math.log(range.max / range.min);
}

/**
 * The grid value at a slider position from 0 to 1; `valueAt(range, positionOf(range, v))` is v for every v of the grid.
 */
export function valueAt(range: SliderRange, position: number): number {
  const value =
    range.scale === 'linear'
      ? range.min + position * (range.max - range.min)
      : range.min * (range.max / range.min) ** position;
  return snap(range, value);
}

/**
 * The grid value `steps` away (negative is down), for the keyboard. From a value off the grid, as typed into the box,
 * the first step goes to the next grid value in that direction.
 */
export function stepped(range: SliderRange, value: number, steps: number): number {
  const direction = Math.sign(steps);
  let held = clamp(value, range);
  for (let left = Math.abs(steps); left > 0; left -= 1) {
    const onGrid = snap(range, held);
    if ((onGrid - held) * direction > 0) {
      held = onGrid;
      continue;
    }
    const below = direction < 0 ? onGrid * (1 - 1e-6) : onGrid;
    const spacing = range.scale === 'linear' ? range.step : logSpacing(below, range.step);
    const next = snap(range, onGrid + direction * spacing);
    if (next === onGrid) return clamp(onGrid + direction * spacing, range);
    held = next;
  }
  return held;
}
