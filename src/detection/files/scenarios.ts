import * as v from 'valibot';
import { parameterFileSchema } from './parameters.ts';
import { list, text } from './schema.ts';

/**
 * A file of scenarios. The app reads it one scenario at a time (`state/scenarios.ts`), so that one it cannot read costs
 * no other; this is what it writes.
 */
export const scenariosSchema = v.object({
  format: v.literal('tautline-scenarios'),
  version: v.literal(1),
  /** What is being tried. */
  parameters: parameterFileSchema,
  baseline: v.pipe(v.nullish(parameterFileSchema), v.description('What it is compared with; null: the defaults')),
  scenarios: v.optional(list(v.object({ name: v.pipe(text, v.regex(/\S/)), parameters: parameterFileSchema }))),
});
