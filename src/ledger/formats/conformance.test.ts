import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../detectFormat.ts';
import type { RawBatch, ReadOptions, TableReader } from '../reader.ts';
import { openTable } from '../source.ts';
import { collector, failure, named, open, platform } from '../testing.ts';
import type { NamedBlob } from '../types.ts';
import { FORMATS, formatByName, isLedgerPath } from './list.ts';

/** What every fixture of fixtures/ holds, in whatever format. */
const N = 12;
const START = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;

const FOLDER = new URL('./fixtures/', import.meta.url);
const FIXTURES = readdirSync(FOLDER).filter((name) => name !== 'README.md');
const load = (name: string): NamedBlob => named(name, readFileSync(new URL(name, FOLDER)));
const tailOf = async ({ blob }: NamedBlob): Promise<Uint8Array> =>
  new Uint8Array(await blob.arrayBuffer()).slice(-8192);

async function batchesOf(reader: TableReader, options: Partial<ReadOptions> = {}): Promise<RawBatch[]> {
  const batches: RawBatch[] = [];
  const columns = reader.fields.map(({ name }) => name);
  for await (const batch of reader.read({ columns, batchRows: 5, ...options })) batches.push(batch);
  return batches;
}
const rowsOf = (batches: readonly RawBatch[]): number => batches.reduce((sum, { rows }) => sum + rows, 0);

describe('the list of formats', () => {
  it('has a fixture for each, and each fixture belongs to one', () => {
    expect(FORMATS.length).toBeGreaterThan(0);
    const ids = FIXTURES.map((name) => name.slice(0, name.indexOf('.')));
    expect([...new Set(ids)].sort()).toEqual(FORMATS.map(({ id }) => id).sort());
  });

  it('names no format and no extension twice, and each extension belongs to a ledger', () => {
    const extensions = FORMATS.flatMap((format) => [...format.extensions, ...(format.alsoNamed ?? [])]);
    expect(new Set(extensions).size).toBe(extensions.length);
    expect(new Set(FORMATS.map(({ label }) => label)).size).toBe(FORMATS.length);
    for (const { id, extensions: own } of FORMATS)
      for (const extension of own) {
        expect(formatByName(`x.${extension.toUpperCase()}`)?.id).toBe(id);
        expect(isLedgerPath(`a/b.${extension}`)).toBe(true);
      }
  });
});

describe.each(FIXTURES)('%s', (name) => {
  const id = name.slice(0, name.indexOf('.'));

  it('is recognised by its bytes, whatever its name', async () => {
    const file = load(name);
    const tail = await tailOf(file);
    expect((await detectFormat(file, tail)).id).toBe(id);
    expect((await detectFormat({ ...file, path: 'no-extension' }, tail)).id).toBe(id);
  });

  it('opens to the same ledger as the other formats', async () => {
    const sink = collector();
    const { columns, report } = await open(load(name), { sink });
    expect(report).toMatchObject({ events: N, rowsRead: N, leftOut: [], embedder: 'built-in' });
    expect(Array.from(columns.time)).toEqual(Array.from({ length: N }, (_, i) => START + i * MINUTE));
    expect(columns.agent).toEqual({ codes: Int32Array.from({ length: N }, (_, i) => i % 2), values: ['a', 'b'] });
    expect(sink.rows.map(({ text }) => text)).toEqual(Array.from({ length: N }, (_, i) => `message ${i}`));
  });

  it('states its columns once each, and as many rows as it gives', async () => {
    const reader = await openTable(load(name), platform);
    expect(reader).toMatchObject({ path: name, format: id, bytes: load(name).blob.size });
    expect(new Set(reader.fields.map((field) => field.name)).size).toBe(reader.fields.length);
    expect(reader.fields.every(({ typeName }) => typeName !== '')).toBe(true);
    expect(rowsOf(await batchesOf(reader))).toBe(reader.rows ?? N);
  });

  it('gives batches without gaps, no larger than asked for, again and again, in the columns asked for', async () => {
    const reader = await openTable(load(name), platform);
    const wanted = [...reader.fields.map((field) => field.name)].reverse().slice(0, 2);
    let last = 0;
    for (const columns of [wanted, wanted.toReversed(), wanted.slice(0, 1)]) {
      const batches = await batchesOf(reader, { columns, onFraction: (fraction) => (last = fraction) });
      let next = 0;
      for (const batch of batches) {
        expect(batch.first).toBe(next);
        expect(batch.rows).toBeLessThanOrEqual(5);
        expect(batch.columns).toHaveLength(columns.length);
        for (const column of batch.columns) expect(column.length).toBe(batch.rows);
        next += batch.rows;
      }
      expect(next).toBe(N);
      expect(last).toBeGreaterThan(0);
      expect(last).toBeLessThanOrEqual(1);
    }
  });

  it('asks before each stretch whether it can be skipped, and then keeps the positions', async () => {
    const reader = await openTable(load(name), platform);
    const asked: number[] = [];
    const skip = (first: number, rows: number): boolean => {
      asked.push(first);
      return first + rows <= 5;
    };
    const batches = await batchesOf(reader, { skip });
    expect(asked[0]).toBe(0);
    expect(batches[0].first).toBe(asked.find((first) => first > 0) ?? 0);
    expect(batches[0].first + rowsOf(batches)).toBe(N);
  });

  it('stops where it is cancelled', async () => {
    const reader = await openTable(load(name), platform);
    const stop = new AbortController();
    stop.abort();
    expect((await failure(batchesOf(reader, { signal: stop.signal }))).kind).toBe('cancelled');
  });

  it('cut off anywhere is refused by name, or gives rows with the loss named, never other rows', async () => {
    const whole = new Uint8Array(await load(name).blob.arrayBuffer());
    for (let parts = 1; parts < 8; parts++) {
      const cut = whole.slice(0, Math.floor((whole.length * parts) / 8));
      const outcome = await open(named(name, cut)).catch((thrown: unknown) => thrown as Error);
      if (outcome instanceof Error) {
        expect(outcome.message).toContain(name);
        continue;
      }
      const { events, rowsRead, leftOut } = outcome.report;
      expect(events + leftOut.reduce((sum, { count }) => sum + count, 0)).toBe(rowsRead);
      expect(Array.from(outcome.columns.time)).toEqual(Array.from({ length: events }, (_, i) => START + i * MINUTE));
    }
  });
});
