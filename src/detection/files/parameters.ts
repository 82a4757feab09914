import * as v from 'valibot';
import {
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  parseParameters,
  type ParameterSpec,
  type Parameters,
} from '../parameters.ts';
import { must, pathItems } from './schema.ts';

/**
 * Parameters in files. `PARAMETER_SPECS` is their schema, and `parseParameters` its check, which the first load of the
 * app has without a library: here both become a part of other schemas.
 */

type JsonSchema = Readonly<Record<string, unknown>>;

const bounded = ({ integer: whole, min, max }: { integer: boolean; min: number; max: number }): JsonSchema => ({
  type: whole ? 'integer' : 'number',
  minimum: min,
  maximum: max,
});

function specSchema(spec: ParameterSpec): JsonSchema {
  const unit = 'unit' in spec && spec.unit ? ` (${spec.unit})` : '';
  const described = { description: `${spec.label}${unit}. ${spec.help}`, default: spec.default };
  switch (spec.type) {
    case 'number':
      return { ...bounded(spec), ...described };
    case 'choice':
      return { enum: spec.choices, ...described };
    case 'column':
      return { type: 'string', minLength: 1, ...described };
    case 'names':
      return {
        anyOf: [{ const: spec.default }, { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true }],
        ...described,
      };
    case 'boolean':
      return { type: 'boolean', ...described };
    case 'pair': {
      const pair = { type: 'array', items: bounded(spec), minItems: 2, maxItems: 2 };
      return { ...(spec.nullable ? { anyOf: [pair, { type: 'null' }] } : pair), ...described };
    }
  }
}

const properties = (): JsonSchema =>
  Object.fromEntries(PARAMETER_NAMES.map((name) => [name, specSchema(PARAMETER_SPECS[name])]));

const fields = v.record(v.string(), v.unknown(), must('an object'));

const parse = v.rawTransform<Record<string, unknown>, Parameters>(({ dataset, addIssue, NEVER }) => {
  const parsed = parseParameters(dataset.value);
  if (parsed.ok) return parsed.value;
  for (const { name, problem } of parsed.error)
    addIssue({ message: problem, input: dataset.value[name], path: pathItems(dataset.value, [name]) });
  return NEVER;
});

/** A parameter file (docs/methods.md 11): what it leaves out has its default. */
export const parameterFileSchema = v.pipe(
  fields,
  v.metadata({ properties: properties(), additionalProperties: false }),
  parse,
);

/** All parameters: a default may change, and what was measured with it would change too. */
export const parametersSchema = v.pipe(
  fields,
  v.metadata({ properties: properties(), required: PARAMETER_NAMES, additionalProperties: false }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value } = dataset;
    const missing = PARAMETER_NAMES.find((name) => !Object.hasOwn(value, name));
    if (missing !== undefined) addIssue({ message: 'is missing', input: undefined, path: pathItems(value, [missing]) });
  }),
  parse,
);
