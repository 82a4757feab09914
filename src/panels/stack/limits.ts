import type { LimitSlider } from '../../charts/limits.ts';
import type { Threshold } from '../../charts/paint.ts';
import { formatNumber } from '../../core/format.ts';
import { limitAt, ruleKey, valueFor, type LimitRule } from '../../detection/channels/limitRule.ts';
import { problemWith } from '../../detection/parameterCheck.ts';
import { snap, stepped, type SliderRange } from '../../detection/parameterGrid.ts';
import { PARAMETER_SPECS, type NumberSpec, type PairSpec, type Parameters } from '../../detection/parameters.ts';

const specOf = ({ parameter }: LimitRule) => PARAMETER_SPECS[parameter] as NumberSpec | PairSpec;

function rangeOf(rule: LimitRule): SliderRange {
  const { min, max, step, integer, ...rest } = specOf(rule);
  return { min, max, step, integer, scale: rest.type === 'number' ? rest.scale : 'linear' };
}

function valueOf(parameters: Parameters, { parameter, end }: LimitRule): number {
  const value = parameters[parameter];
  return end === undefined ? (value as number) : (value as readonly [number, number])[end];
}

/** The change that sets the parameter of a limit; null where other parameters do not allow it. */
function changeTo(parameters: Parameters, { parameter, end }: LimitRule, value: number): Partial<Parameters> | null {
  const pair = parameters[parameter] as readonly [number, number];
  const next = end === undefined ? value : end === 0 ? [value, pair[1]] : [pair[0], value];
  return problemWith(parameters, parameter, next) === null ? { [parameter]: next } : null;
}

/** The change that brings a limit as near to where it is wanted as its parameter goes; null where nothing changes. */
export function dragTo(parameters: Parameters, rule: LimitRule, limit: number): Partial<Parameters> | null {
  const wanted = valueFor(rule, limit);
  // Beyond what any value gives: the end that lies there.
  const value = Number.isNaN(wanted) ? (rule.scale > 0 ? -Infinity : Infinity) : wanted;
  const next = snap(rangeOf(rule), value);
  return next === valueOf(parameters, rule) ? null : changeTo(parameters, rule, next);
}

/** The change that moves a limit up the chart by so many steps of its parameter. */
export function stepBy(parameters: Parameters, rule: LimitRule, steps: number): Partial<Parameters> | null {
  const range = rangeOf(rule);
  const up = steps * Math.sign(rule.scale);
  const value = valueOf(parameters, rule);
  const next = Number.isFinite(up) ? stepped(range, value, up) : up > 0 ? range.max : range.min;
  return next === value ? null : changeTo(parameters, rule, next);
}

/** The limits of a chart that can be dragged, where they stand with the parameters in force. */
export function limitSliders(thresholds: readonly Threshold[], parameters: Parameters): LimitSlider[] {
  const ruled = thresholds.flatMap(({ rule, label, value }) =>
    rule && Number.isFinite(value) ? [{ rule, label }] : [],
  );
  const known = new Set<string>();
  return ruled.flatMap(({ rule, label }) => {
    const key = ruleKey(rule);
    if (known.has(key)) return [];
    known.add(key);
    const spec = specOf(rule);
    const own = valueOf(parameters, rule);
    const twice = ruled.some((one) => one.rule.parameter === rule.parameter && ruleKey(one.rule) !== key);
    const upper = rule.end === 1 || (rule.end === undefined && rule.scale > 0);
    const ends = [limitAt(rule, spec.min), limitAt(rule, spec.max)];
    const unit = spec.unit ? ` ${spec.unit}` : '';
    return [
      {
        rule,
        name: `${spec.label}${spec.unit && `, ${spec.unit}`}${twice ? `: ${upper ? 'upper' : 'lower'} limit` : ''}`,
        text: `${spec.label} ${formatNumber(own)}${unit}`,
        limit: label,
        value: limitAt(rule, own),
        min: Math.min(...ends),
        max: Math.max(...ends),
      },
    ];
  });
}
