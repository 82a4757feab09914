import type { NumberSpec, ParameterSpec, Stage } from './parameterTypes.ts';

/** The description of a parameter that is a number. */
export const numberSpec = (
  group: ParameterSpec['group'],
  stage: Stage,
  label: string,
  unit: string,
  value: number,
  min: number,
  max: number,
  step: number,
  help: string,
  extra: { integer?: boolean; scale?: 'linear' | 'log' } = {},
): NumberSpec => ({
  type: 'number',
  group,
  stage,
  label,
  unit,
  default: value,
  min,
  max,
  step,
  help,
  integer: extra.integer ?? false,
  scale: extra.scale ?? 'linear',
});
