import { checkParameter, parseParameters, type ParameterName, type Parameters } from './parameters.ts';

/** Why `value` cannot be set for `name` beside the other parameters, in the parameter's own words; null when it can. */
export function problemWith(parameters: Parameters, name: ParameterName, value: unknown): string | null {
  const own = checkParameter(name, value);
  if (own) return own;
  const parsed = parseParameters({ ...parameters, [name]: value });
  return parsed.ok
    ? null
    : parsed.error.map((error) => (error.name === name ? error.problem : `${error.name} ${error.problem}`)).join('; ');
}
