import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { collector, named, open, vectorsByRow } from '../testing.ts';
import type { NamedBlob } from '../types.ts';

/**
 * The first events of every file of other writers, against what an independent reading of it says (expected.json beside
 * them, by ../fixtures/writers/expected.py). The same in a browser: e2e/shapes.spec.ts.
 */

type Row = Readonly<Record<string, unknown>>;
const FIXTURES = new URL('../fixtures/', import.meta.url);
const FOLDERS = ['shapes', 'everyday', 'recipes'];

const isShown = (name: string): boolean => !/^[._]|expected\.json$|^with_/.test(name);
const filesOf = (folder: string): string[] => readdirSync(new URL(`${folder}/`, FIXTURES)).filter(isShown);
/** A file of the same events as another names that. */
function tableOf(folder: string): Readonly<Record<string, readonly Row[]>> {
  const text = readFileSync(new URL(`${folder}/expected.json`, FIXTURES), 'utf8');
  const table = JSON.parse(text) as Record<string, readonly Row[] | string>;
  return Object.fromEntries(
    Object.entries(table).map(([name, rows]) => [
      name,
      (typeof rows === 'string' ? table[rows] : rows) as readonly Row[],
    ]),
  );
}

/** A file, or the files of a folder; a log of spans without content opens with the log of what was said. */
function load(folder: string, name: string): NamedBlob[] {
  const url = new URL(`${folder}/${name}`, FIXTURES);
  if (name === 'openai_v2.jsonl') return [named(name, readFileSync(url)), ...load(folder, 'openai_v2_logs.jsonl')];
  try {
    return [named(name, readFileSync(url))];
  } catch {
    return readdirSync(url, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = `${entry.parentPath}/${entry.name}`;
        return named(path.slice(path.indexOf(`/${name}/`) + 1), readFileSync(path));
      });
  }
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : (value ?? null));

describe.each(FOLDERS)('%s: what another library reads', (folder) => {
  const table = tableOf(folder);

  it('of every file', () => {
    const whole = filesOf(folder).filter((name) => !/^datasets/.test(name));
    expect(Object.keys(table).sort()).toEqual(whole.sort());
  });

  it.each(Object.entries(table))('%s', async (name, expected) => {
    const sink = collector();
    const ledger = await open(load(folder, name), { sink });
    const { columns } = ledger;
    const rows = [...sink.rows].sort((a, b) => Number(a.row) - Number(b.row));
    const vectors = 'embedding' in expected[0] ? await vectorsByRow(ledger) : null;
    const found = expected.map((wanted, i) =>
      Object.fromEntries(
        Object.keys(wanted).map((key) => {
          if (key === 'ts') return [key, isoOf(columns.time[i])];
          if (key === 'event_id') return [key, plain(rows[i]['event_id (file)'])];
          if (key === 'embedding') return [key, vectors!.get(i)!.map((value) => value + 0)];
          if (key === 'latency_ms') return [key, round(rows[i][key])];
          return [key, plain(rows[i][key])];
        }),
      ),
    );
    expect(found).toEqual(
      expected.map((wanted) => ({
        ...wanted,
        ...(typeof wanted.latency_ms === 'number' ? { latency_ms: round(wanted.latency_ms) } : {}),
      })),
    );
  });
});

const round = (ms: unknown): unknown => (typeof ms === 'number' ? Math.round(ms * 1e6) / 1e6 : ms);

/** Milliseconds since 1970 to the microsecond, as ISO text. */
function isoOf(ms: number): string {
  const micros = Math.round(ms * 1000);
  const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1);
  return `${whole}${String(micros % 1000).padStart(3, '0')}Z`;
}
