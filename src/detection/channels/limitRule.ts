import type { ParameterName } from '../parameterTypes.ts';

/**
 * How a limit that is drawn follows from the parameter that governs it: with u the value of the parameter (its
 * logarithm where `ofLog`), the limit is offset + scale u, or e to that where `isLog`. Plain data, so that charts can
 * compare it.
 */
export interface LimitRule {
  readonly parameter: ParameterName;
  /** Which end of a parameter that is a pair. */
  readonly end?: 0 | 1;
  readonly offset: number;
  readonly scale: number;
  readonly ofLog?: boolean;
  readonly isLog?: boolean;
}

/** A limit that is the parameter itself, or a multiple of it. */
export const governedBy = (parameter: ParameterName, scale = 1, more: Partial<LimitRule> = {}): LimitRule => ({
  parameter,
  offset: 0,
  scale,
  ...more,
});

/** Tells the limits of one chart apart. */
export const ruleKey = ({ parameter, end, scale }: LimitRule): string =>
  `${parameter}${end ?? ''}${scale < 0 ? ' below' : ''}`;

/** The limit that a value of the parameter gives. */
export function limitAt({ offset, scale, ofLog, isLog }: LimitRule, value: number): number {
  const at = offset + scale * (ofLog ? Math.log(value) : value);
  return isLog ? Math.exp(at) : at;
}

/** The value of the parameter that gives a limit; not finite where none does. */
export function valueFor({ offset, scale, ofLog, isLog }: LimitRule, limit: number): number {
  const at = ((isLog ? Math.log(limit) : limit) - offset) / scale;
  return ofLog ? Math.exp(at) : at;
}
