import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { namedBlobs } from '../ledger/files.node.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { collector, fixture, plainLedger } from '../ledger/testing.ts';
import { writeParquet } from '../ledger/write.ts';
import { run as analyze } from './analyze.ts';
import { run as convert } from './convert.ts';
import { run as generate } from './generate.ts';

const platform = nodePlatform();
let folder: string;
let printed: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-convert-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

const at = (...names: string[]): string => join(folder, ...names);

/** Structs and lists as JSON. */
const plain = (row: object): object =>
  JSON.parse(JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))) as object;

/** Every column that is kept, by canonical row. */
async function kept(path: string, options: Parameters<typeof openLedger>[2] = { platform }) {
  const sink = collector();
  const { report } = await openLedger({ kind: 'files', files: await namedBlobs(path) }, null, { ...options, sink });
  return { report, rows: sink.rows.sort((a, b) => Number(a.row) - Number(b.row)) };
}

const CSV = [
  'when,who,body,vendor,duration,flag,note',
  ...Array.from(
    { length: 320 },
    (_, i) =>
      `${i / 4},w${i % 3},"words ${(i * 37) % 101} and ${i % 7}, ${i}",v${i % 2},${(i % 9) / 10},,${i % 5 ? i : ''}`,
  ),
].join('\n');
const NDJSON = Array.from({ length: 300 }, (_, i) =>
  JSON.stringify({
    ...{
      id: 9_007_199_254_740_993n.toString() + String(i).padStart(2, '0').slice(0, 1),
      created: 1_700_000_000_000.25 + i / 3,
    },
    ...{ agent: i % 4 ? 'a' : null, model: ['m', 'é=%/'][i % 2], content: i % 11 ? `said ${i % 13} of ${i}` : null },
    ...{ meta: { x: i, deep: [i, { y: null }] }, shadow: null, outcome: 'ok' },
  }),
).join('\n');

interface Case {
  readonly name: string;
  readonly write: (path: string) => Promise<unknown>;
  readonly options?: readonly string[];
  /** Not by partitions. */
  readonly whole?: boolean;
}

const CASES: readonly Case[] = [
  { name: 'tour', write: (path) => generate(['quick-tour', '--out', path]) },
  {
    name: 'runs.csv',
    write: (path) => writeFile(path, CSV),
    options: [
      '--map',
      'agent_id=who',
      '--map',
      'ts=when',
      '--unit',
      'ts=s',
      '--map',
      'provider_id=',
      '--map',
      'latency_ms=',
    ],
    whole: true,
  },
  {
    name: 'seconds.csv',
    write: (path) => writeFile(path, CSV),
    options: ['--map', 'agent_id=who', '--unit', 'latency_ms=s'],
  },
  { name: 'said.ndjson', write: (path) => writeFile(path, NDJSON), options: ['--map', 'event_id='] },
  {
    name: 'odd.parquet',
    write: async (path) => writeFile(path, Buffer.from(await fixture('odd_types.parquet').blob.arrayBuffer())),
  },
  {
    name: 'views.arrow',
    write: async (path) => writeFile(path, Buffer.from(await fixture('views.arrow').blob.arrayBuffer())),
  },
  {
    name: 'anew',
    write: async (path) => {
      await mkdir(path);
      for (const day of [0, 1, 2]) {
        const time = Float64Array.from({ length: 150 }, (_, i) => Date.UTC(2024, 0, 1 + day) + i * 1000);
        await writeFile(join(path, `day${day}.parquet`), await writeParquet(plainLedger(150, 4, { time }), platform));
      }
    },
    whole: true,
  },
];

describe('convert', () => {
  it.each(CASES)(
    '$name opens to the same analysis, with the columns that are kept',
    async (one) => {
      const { name, options = [], whole = false } = one;
      const source = at(name);
      await one.write(source);
      expect(await analyze([source, ...options, '--out', at(`${name}.analysed`)])).toBe(0);
      const stated = await import('./mapping.ts').then(({ readMapping }) =>
        readMapping({
          map: options.filter((_, i) => options[i - 1] === '--map'),
          unit: options.filter((_, i) => options[i - 1] === '--unit'),
        }),
      );
      const before = await kept(source, { platform, stated });
      for (const flags of whole ? [[]] : [[], ['--partition']]) {
        const out = at(`${name}.converted${flags.join('')}`);
        expect(await convert([source, ...options, ...flags, '--out', out])).toBe(0);
        expect(await analyze([out, '--out', `${out}.analysed`])).toBe(0);
        for (const file of ['signals.parquet', 'alerts.json', 'calibration.json'])
          expect(
            (await readFile(join(`${out}.analysed`, file))).equals(await readFile(at(`${name}.analysed`, file))),
            file,
          ).toBe(true);
        const after = await kept(out);
        expect(after.report.fingerprint).toBe(before.report.fingerprint);
        // Names that would be guessed are written as other ones, and partitions add the hour.
        const own = (rows: typeof before.rows) =>
          rows.map((row) =>
            Object.fromEntries(Object.entries(row).map(([key, value]) => [key.replace(/ \(file\)$/, ''), value])),
          );
        const expected = own(before.rows);
        own(after.rows).forEach((row, i) => expect(plain(row)).toMatchObject(plain(expected[i])));
      }
    },
    60_000,
  );

  it('says what it left out, and under which name a column is written', async () => {
    await writeFile(at('left.csv'), 'agent_id,text,vendor\na,one,x\nb,two,\na,three,y\n"b",four,z,more\n');
    await convert([at('left.csv'), '--map', 'provider_id=', '--out', at('left')]);
    expect(printed.join('\n')).toMatch(/left out: 1 of 4 rows/);
    expect(printed).toContain(
      'note: Column "vendor" is written as "vendor (file)": under its name it would be read as provider_id',
    );
    expect(printed.at(-1)).toMatch(/^left\.csv: 3 events as 1 Parquet file, .* in /);
  });

  it('refuses a folder that is not empty, and leaves it as it is', async () => {
    await mkdir(at('full'));
    await writeFile(at('full', 'mine.txt'), 'mine');
    await writeFile(at('small.csv'), 'agent_id,text\na,one\n');
    await expect(convert([at('small.csv'), '--out', at('full')])).rejects.toThrow('not empty (it holds "mine.txt")');
    expect(await readdir(at('full'))).toEqual(['mine.txt']);
  });

  it.each<[string[], string]>([
    [[], '--out DIR'],
    [['--out', 'p', '--map', 'text=words'], 'no such column'],
  ])('refuses %j, and writes nothing', async (options, problem) => {
    await writeFile(at('agents.csv'), 'agent_id,text\na,one\n');
    const out = options.map((option) => (option === 'p' ? at('nothing') : option));
    await expect(convert([at('agents.csv'), ...out])).rejects.toThrow(problem);
    expect(await readdir(folder)).not.toContain('nothing');
  });
});
