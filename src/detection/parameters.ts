import { shown } from '../core/printable.ts';
import { err, ok, type Result } from '../core/result.ts';
import { PARAMETER_SPECS } from './parameterSpecs.ts';
import type { ParameterName, Parameters, Stage } from './parameterTypes.ts';
import { modernised } from './retired.ts';

export { PARAMETER_SPECS } from './parameterSpecs.ts';
export type {
  BooleanSpec,
  NamesSpec,
  NumberSpec,
  PairSpec,
  ParameterName,
  Parameters,
  ParameterSpec,
  Stage,
} from './parameterTypes.ts';

export const PARAMETER_NAMES = Object.keys(PARAMETER_SPECS) as readonly ParameterName[];

export const DEFAULT_PARAMETERS: Parameters = Object.freeze(
  Object.fromEntries(PARAMETER_NAMES.map((name) => [name, PARAMETER_SPECS[name].default])),
) as unknown as Parameters;

export interface ParameterError {
  readonly name: string;
  readonly problem: string;
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Why `value` is not acceptable for `name`; null when it is. */
export function checkParameter(name: ParameterName, value: unknown): string | null {
  const spec = PARAMETER_SPECS[name];
  switch (spec.type) {
    case 'number':
      if (!isFiniteNumber(value)) return `is ${shown(value)}, needs a number`;
      if (spec.integer && !Number.isInteger(value)) return `is ${value}, needs a whole number`;
      if (value < spec.min || value > spec.max)
        return `is ${value}, must be from ${spec.min} to ${spec.max}${spec.unit && ` ${spec.unit}`}`;
      return null;
    case 'choice':
      return typeof value === 'string' && spec.choices.includes(value)
        ? null
        : `is ${shown(value)}, must be one of ${spec.choices.join(', ')}`;
    case 'column':
      return typeof value === 'string' && value !== '' ? null : `is ${shown(value)}, needs the name of a column`;
    case 'names':
      if (value === spec.default) return null;
      if (
        !Array.isArray(value) ||
        value.length === 0 ||
        !value.every((name) => typeof name === 'string' && name !== '')
      )
        return `is ${shown(value)}, must be "${spec.default}" or a list of columns`;
      return new Set(value).size === value.length ? null : `is ${shown(value)}, names a column twice`;
    case 'boolean':
      return typeof value === 'boolean' ? null : `is ${shown(value)}, must be true or false`;
    case 'pair': {
      if (value === null) return spec.nullable ? null : 'is null, needs a pair [low, high]';
      if (!Array.isArray(value) || value.length !== 2 || !value.every(isFiniteNumber))
        return `is ${shown(value)}, needs a pair [low, high]`;
      const [lo, hi] = value as [number, number];
      if (spec.integer && !(Number.isInteger(lo) && Number.isInteger(hi)))
        return `is [${lo}, ${hi}], needs whole numbers`;
      if (lo >= hi) return `is [${lo}, ${hi}], the first must be the smaller`;
      if (lo < spec.min || hi > spec.max) return `is [${lo}, ${hi}], must lie within ${spec.min} to ${spec.max}`;
      return null;
    }
  }
}

/** Relations between parameters that no single range expresses. */
function checkRelations(p: Parameters): ParameterError[] {
  const errors: ParameterError[] = [];
  if (p.lambda_slow >= p.lambda_fast)
    errors.push({ name: 'lambda_slow', problem: `is ${p.lambda_slow}, must be below lambda_fast (${p.lambda_fast})` });
  if (p.emd_min > p.emd_window)
    errors.push({ name: 'emd_min', problem: `is ${p.emd_min}, must not exceed emd_window (${p.emd_window})` });
  if (p.void_clear < p.void_floor)
    errors.push({ name: 'void_clear', problem: `is ${p.void_clear}, must not be below void_floor (${p.void_floor})` });
  return errors;
}

/**
 * Checks a flat JSON object of parameters; an absent name has its default, an unknown name or a value out of range is
 * refused by name, a retired one is passed over (`retiredNotes`). Source: docs/methods.md 11.
 */
export function parseParameters(raw: unknown): Result<Parameters, readonly ParameterError[]> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return err([{ name: '(file)', problem: 'is not a JSON object of parameters' }]);
  const errors: ParameterError[] = [];
  const values: Record<string, unknown> = { ...DEFAULT_PARAMETERS };
  for (const [name, value] of Object.entries(modernised(raw as Readonly<Record<string, unknown>>))) {
    if (!Object.hasOwn(PARAMETER_SPECS, name)) {
      errors.push({ name, problem: 'is not a parameter' });
      continue;
    }
    const problem = checkParameter(name as ParameterName, value);
    if (problem) errors.push({ name, problem });
    else values[name] = value;
  }
  const parameters = values as unknown as Parameters;
  if (errors.length === 0) errors.push(...checkRelations(parameters));
  return errors.length > 0 ? err(errors) : ok(parameters);
}

/** Only the values that differ from their defaults: what a URL or a parameter file needs to hold. */
export function changedParameters(parameters: Parameters): Partial<Parameters> {
  const differs = (name: ParameterName) =>
    JSON.stringify(parameters[name]) !== JSON.stringify(DEFAULT_PARAMETERS[name]);
  return Object.fromEntries(PARAMETER_NAMES.filter(differs).map((name) => [name, parameters[name]]));
}

/** The earliest stage that has to run again to get from `before` to `after`; null when nothing changed. */
export function firstStageChanged(before: Parameters, after: Parameters): Stage | null {
  const changed = new Set(
    PARAMETER_NAMES.filter((n) => JSON.stringify(before[n]) !== JSON.stringify(after[n])).map(
      (n) => PARAMETER_SPECS[n].stage,
    ),
  );
  return (['projection', 'signals', 'changes', 'decisions'] as const).find((stage) => changed.has(stage)) ?? null;
}
