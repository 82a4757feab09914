import type { ReactNode } from 'react';
import { ruleKey, type LimitRule } from '../detection/channels/limitRule.ts';
import type { PlotBox } from './domain.ts';
import { placeThresholds, type Threshold } from './paint.ts';
import { toScaled, type YScale } from './scale.ts';

/** A limit that is drawn and can be dragged: numbers are those of the limit, not of the parameter that governs it. */
export interface LimitSlider {
  readonly rule: LimitRule;
  /** With the parameter's name and unit. */
  readonly name: string;
  /** The parameter's value, and the limit, in words. */
  readonly text: string;
  readonly limit: string;
  /** Where it stands now: charts learn it before the answer that the threshold is of. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

/** What becomes of the limits of a chart; by the key of their rule. */
export interface LimitControl {
  readonly sliders: readonly LimitSlider[];
  /** To as near to a limit as the parameter goes, while it is held. */
  readonly onMove: (key: string, limit: number) => void;
  /** Let go; `completed` false: as it was before. */
  readonly onRest: (key: string, completed: boolean) => void;
  /** By so many steps of the parameter, upwards on the chart. */
  readonly onStep: (key: string, steps: number) => void;
  /** Shows the parameter itself. */
  readonly onShow: (key: string) => void;
  /** What the limit costs, beside it while it is held or focused. */
  readonly figure: (key: string) => ReactNode;
}

/** Names the limit that an element of the page is the handle of. */
export const LIMIT_ATTRIBUTE = 'data-limit';

/** Thresholds with those that are dragged where they stand now. */
export const liveThresholds = (thresholds: readonly Threshold[], sliders: readonly LimitSlider[]): Threshold[] =>
  thresholds.map((threshold) => {
    const { rule } = threshold;
    const slider = rule && sliders.find((one) => ruleKey(one.rule) === ruleKey(rule));
    return slider && Number.isFinite(threshold.value) ? { ...threshold, value: slider.value } : threshold;
  });

/** How near to a line the pointer holds it, CSS px. */
const REACH = 4;

/** The key of the line at a height; null where there is none that can be dragged. */
export function limitAtHeight(
  py: number,
  thresholds: readonly Threshold[],
  scale: YScale,
  box: PlotBox,
): string | null {
  let best: { key: string; away: number } | null = null;
  for (const { threshold, line } of placeThresholds(box, scale, thresholds)) {
    const away = Math.abs(line - py);
    if (threshold.rule && away <= (best?.away ?? REACH)) best = { key: ruleKey(threshold.rule), away };
  }
  return best?.key ?? null;
}

/** A scale that stood still while a limit was dragged beyond it, with the limit in view. */
export function withLimit(scale: YScale, limit: number): YScale {
  const at = toScaled(limit, scale);
  const air = (scale.max - scale.min) * 0.04;
  if (at >= scale.min && at <= scale.max) return scale;
  return { ...scale, min: Math.min(scale.min, at - air), max: Math.max(scale.max, at + air) };
}
