import { readdirSync, readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { jsonSchemas, schemaText } from '../../../scripts/schemas.mjs';
import { explain, type TautlineFailure } from '../../core/errors.ts';
import { DEFAULT_PARAMETERS, PARAMETER_NAMES, PARAMETER_SPECS, parseParameters } from '../parameters.ts';
import { readFields, readText, type FileFormat } from './file.ts';
import { integer, list, text } from './schema.ts';

const folder = new URL('../../../public/schema/', import.meta.url);
const schemas = jsonSchemas();
const validator = (name: string) => new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schemas[name]);
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    return explain((thrown as TautlineFailure).error);
  }
  throw new Error('it was taken');
};

describe('public/schema', () => {
  it.each(Object.keys(schemas))('%s is what the program reads by (else: npm run schemas)', async (name) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(await schemaText(schemas[name]));
  });

  it('holds no schema that the program does not have', () => {
    const published = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));
    expect(published.sort()).toEqual(Object.keys(schemas).sort());
  });
});

describe('parameters in files', () => {
  const validate = validator('parameters.schema.json');

  it('are taken by the schema where the program takes them, each by itself', () => {
    const value = fc.oneof(
      fc.integer({ min: -10, max: 20_000_000 }),
      fc.integer({ min: 0, max: 30 }),
      fc.double({ min: -2, max: 2000, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      fc.constantFrom(null, 'auto', 'time', 'lineage', 'reference', 'agent_id', '', [], {}),
      fc.tuple(fc.integer({ min: -1, max: 12 }), fc.integer({ min: -1, max: 12 })),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...PARAMETER_NAMES), value, (name, given) => {
        const parsed = parseParameters({ [name]: given });
        // What no schema says: low below high, and relations between parameters.
        const beyond = parsed.ok
          ? false
          : /first must be the smaller|must be below|must not/.test(parsed.error[0].problem);
        if (!beyond) expect(validate({ [name]: given }), `${name} ${JSON.stringify(given)}`).toBe(parsed.ok);
        if (parsed.ok) taken++;
      }),
      { numRuns: 3000, seed: 5 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it('are the defaults where they are left out, and no others exist', () => {
    expect(validate({})).toBe(true);
    expect(validate({ hh: 1 })).toBe(false);
    expect(validate(DEFAULT_PARAMETERS)).toBe(true);
    const { properties } = schemas['parameters.schema.json'] as unknown as {
      properties: Record<string, { default: unknown }>;
    };
    for (const name of PARAMETER_NAMES) expect(properties[name].default).toEqual(PARAMETER_SPECS[name].default);
  });
});

describe('a file of several versions', () => {
  /** Version 1 had one name, version 2 a list of names, version 3 says since when. */
  const format: FileFormat<{ names: string[]; since: number }> = {
    format: 'example',
    what: 'the example',
    otherwise: 'it is not an example',
    advice: 'Write another.',
    schema: v.object({ names: list(text), since: integer(1) }),
    upgrades: [({ name, ...rest }) => ({ ...rest, names: [name] }), (file) => ({ ...file, since: 1 })],
  };
  const read = (value: object) => readFields(format, value, 'e.json');

  it('is read from each of them', () => {
    expect(read({ format: 'example', version: 3, names: ['a', 'b'], since: 7 })).toEqual({
      names: ['a', 'b'],
      since: 7,
    });
    expect(read({ format: 'example', version: 2, names: ['a', 'b'] })).toEqual({ names: ['a', 'b'], since: 1 });
    expect(read({ format: 'example', version: 1, name: 'a' })).toEqual({ names: ['a'], since: 1 });
    expect(readText(format, '\uFEFF{"format": "example", "version": 1, "name": "a"}', 'e.json').names).toEqual(['a']);
  });

  it.each<[object, string]>([
    [{ format: 'example', version: 4 }, 'it is of version 4, this program reads version 1 to 3'],
    [{ format: 'example', version: 0 }, 'it is of version 0, this program reads version 1 to 3'],
    [{ format: 'example' }, '"version" is missing'],
    [{ format: 'other', version: 1 }, 'it is not an example'],
    [[], '"format" is missing'],
    [{ format: 'example', version: 2, names: ['a', 3] }, '"names[1]" must be a text, not 3'],
    [{ format: 'example', version: 1, name: {} }, '"names[0]" must be a text, not an object'],
    [{ format: 'example', version: 3, names: [], since: 1.5 }, '"since" must be a whole number from 1, not 1.5'],
    [{ format: 'example', version: 3, names: 'x'.repeat(99), since: 1 }, '"names" must be a list, not "xxx'],
  ])('is refused by name: %j', (value, problem) => {
    expect(refusal(() => read(value))).toContain(`e.json: the example cannot be used: ${problem}`);
  });
});
