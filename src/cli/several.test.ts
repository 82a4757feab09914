import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fixture } from '../ledger/testing.ts';
import { run as analyze } from './analyze.ts';
import { run as convert } from './convert.ts';
import { run as inspect } from './inspect.ts';
import { explained } from './mapping.ts';

let folder: string;
let printed: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-several-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
const at = (...names: string[]): string => join(folder, ...names);

/** 260 events of two agents, with ids from 0. */
const runOf = (name: string, header = 'event_id,ts,agent_id,text'): string =>
  [
    header,
    ...Array.from({ length: 260 }, (_, i) => `${i},${1767600000000 + i * 1000},${'ab'[i % 2]},"${name} ${i * 7}"`),
  ].join('\n');

async function runs(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(at(name), path, '..'), { recursive: true });
    await writeFile(at(name, path), content);
  }
  return at(name);
}
const refusal = (call: Promise<number>): Promise<string> =>
  call.then(
    () => 'it opened',
    (thrown: unknown) => explained(thrown),
  );
let outs = 0;
const out = (): string => at(`out${outs++}`);

describe('several ledgers in a folder', () => {
  it('are refused in one line that lists them and names the options; either opens them', async () => {
    const path = await runs('two', { 'a.csv': runOf('a'), 'b.csv': runOf('b'), 'notes.csv': 'key,value\nx,1\n' });
    expect(await refusal(analyze([path, '--out', out()]))).toBe(
      '2 ledgers in 3 files, not one: their events have the same ids (event 0 is row 1 of a.csv and row 1 of b.csv). ' +
        'Open one of them, or all of them together (--file NAME, or --together). ' +
        'There are a.csv (260 rows), b.csv (260 rows)',
    );
    expect(await analyze([path, '--file', 'b.csv', '--out', out()])).toBe(0);
    expect(printed[0]).toContain('b.csv: 260 events in 2 streams');
    printed = [];
    expect(await analyze([path, '--together', '--out', out()])).toBe(0);
    expect(printed[0]).toContain('520 events in 2 streams');
    expect(printed).toContain('note: 1 file ignored (neither text nor embedding by its columns): notes.csv (1 row).');
    printed = [];
    expect(await analyze([path, '--together', '--map', 'provider_id=file', '--out', out()])).toBe(0);
    expect(printed[0]).toContain('520 events in 2 streams');
    expect(await refusal(analyze([path, '--file', 'c.csv', '--out', out()]))).toBe(
      'c.csv: there is no such file among those given. There are a.csv, b.csv, notes.csv',
    );
  });

  it('with vectors of other lengths are refused, together too', async () => {
    const fixed = await fixture('codec_none.parquet').blob.arrayBuffer();
    const rows = Array.from({ length: 4 }, (_, i) =>
      JSON.stringify({ event_id: 900 + i, ts: i, provider_id: 'a', embedding: [i, 1] }),
    );
    const path = await runs('lengths', { 'a.parquet': new Uint8Array(fixed), 'b.ndjson': rows.join('\n') });
    for (const more of [[], ['--together']])
      expect(await refusal(analyze([path, ...more, '--out', out()]))).toMatch(
        /^2 ledgers in .*, which do not go together: .*\(--file NAME\)\. There are a\.parquet \(12 rows\), b\.ndjson/,
      );
  });

  it('are listed by inspect', async () => {
    const path = await runs('shapes', { 'a.csv': runOf('a'), 'b.csv': runOf('b', 'id,timestamp,speaker,content') });
    expect(await inspect([path])).toBe(0);
    expect(printed[1]).toBe('2 ledgers; what follows is of a.csv, --file NAME shows another');
    expect(printed[3]).toMatch(
      /^a\.csv +260 +2026-01-05 08:00:00\.000 +2026-01-05 08:04:19\.000 +CSV: event_id, ts, agent_id, text$/,
    );
    expect(printed[4]).toMatch(
      /^b\.csv +260 .* CSV: event_id from "id", .*agent_id from "speaker", text from "content"$/,
    );
    expect(printed.at(-1)).toMatch(/^It does not open so: 2 ledgers in 2 files.*--together/);
    printed = [];
    expect(await inspect([path, '--json'])).toBe(0);
    expect(JSON.parse(printed.join('\n'))).toMatchObject({
      ledgers: [{ name: 'a.csv', rows: 260 }, { name: 'b.csv' }],
    });
  });

  it('converted together open as one without options, to the same analysis', async () => {
    const path = await runs('conv', { 'r1/a.csv': runOf('a'), 'r2/a.csv': runOf('b', 'id,ts,speaker,content') });
    const [parquet, partitioned] = [out(), out()];
    expect(await refusal(convert([path, '--out', parquet]))).toMatch(/^2 ledgers in/);
    for (const [to, more] of [
      [parquet, []],
      [partitioned, ['--partition', '--map', 'provider_id=speaker']],
    ] as const) {
      const source = more.length > 0 ? [path, '--file', 'r2'] : [path, '--together'];
      expect(await convert([...source, ...more, '--out', to])).toBe(0);
      expect(printed.at(-1)).toMatch(more.length > 0 ? /: 260 events as/ : /: 520 events as/);
    }
    expect((await readdir(parquet)).every((name) => name.endsWith('.parquet'))).toBe(true);
    const alertsOf = async (args: string[]): Promise<string> => {
      printed = [];
      expect(await analyze([...args, '--out', out()])).toBe(0);
      return `${/\d+ events in .*/.exec(printed[0])![0]}; ${printed.at(-1)}`;
    };
    expect(await alertsOf([parquet])).toBe(await alertsOf([path, '--together']));
  });

  it('files of one name given from two folders are told apart', async () => {
    await runs('x', { 'run.csv': runOf('a') });
    await runs('y', { 'run.csv': runOf('b') });
    expect(await refusal(analyze([at('x', 'run.csv'), at('y', 'run.csv'), '--out', out()]))).toMatch(
      /x\/run\.csv \(260 rows\), .*y\/run\.csv \(260 rows\)$|x \(260 rows\), y \(260 rows\)$/,
    );
    expect(await analyze([at('x'), at('y'), '--file', 'y/run.csv', '--out', out()])).toBe(0);
  });
});
