import { readFileSync } from 'node:fs';
import { shapeOf } from './list.ts';
import type { ShapeOptions, ShapeRow } from './shape.ts';

/** What the tests of this folder share: fixtures as documents, and the rows that a shape makes of them. */
export const load = (name: string): string =>
  readFileSync(new URL(`../fixtures/shapes/${name}`, import.meta.url), 'utf8');

/** The documents of a small file: a whole value, elements of an array, lines, or values one after another. */
export function documentsOf(name: string): unknown[] {
  const text = load(name);
  const attempts = [
    () => [JSON.parse(text) as unknown].flat(),
    () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
    () =>
      text
        .split(/(?<=^\})\n/m)
        .filter((part) => part !== '')
        .map((part) => JSON.parse(part) as unknown),
  ];
  for (const attempt of attempts)
    try {
      return attempt();
    } catch {
      // The next.
    }
  throw new Error(`${name} is no JSON`);
}

interface Reading {
  readonly shape: string;
  readonly rows: ShapeRow[];
  readonly note: string;
  readonly columns: string[];
}

/** Reads files as the parts of one ledger. */
export function read(files: readonly (readonly unknown[])[], options: ShapeOptions = {}): Reading {
  const shape = shapeOf(files.flat())!;
  const readings = files.map((documents) => {
    const reading = shape.begin(options);
    for (const document of documents) reading.look(document);
    return reading;
  });
  readings[0].join(readings.slice(1));
  const rows = readings.flatMap((reading, i) => {
    const pass = reading.pass();
    return files[i].flatMap((document) => pass(document));
  });
  return {
    shape: shape.id,
    rows,
    note: readings[0].note(),
    columns: readings[0].columns().map(({ name }) => name),
  };
}

export const byTime = (rows: readonly ShapeRow[]): ShapeRow[] =>
  [...rows].sort((a, b) => String(a.ts).localeCompare(String(b.ts)));
/** Without members that have no value. */
export const dense = (row: ShapeRow): ShapeRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));
