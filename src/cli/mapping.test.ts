import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nearest } from '../core/nearest.ts';
import { LEDGER_COLUMNS } from '../core/ledgerSchema.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { plainLedger } from '../ledger/testing.ts';
import { writeParquet } from '../ledger/write.ts';
import { run as analyze } from './analyze.ts';
import { run as channels } from './channels.ts';
import { explained, readMapping } from './mapping.ts';
import { run as score } from './score.ts';

let folder: string;
let printed: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-mapping-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

const at = (name: string): string => join(folder, name);

/** What the command line says of a refusal. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (thrown) {
    return explained(thrown);
  }
  throw new Error('it was done');
}

describe('the options that state columns', () => {
  it('win over the file', async () => {
    await writeFile(at('mapping.json'), '{"map": {"text": "body", "ts": "when", "role": null}, "unit": {"ts": "ms"}}');
    const values = { map: ['text=a=b', 'agent_id='], unit: ['ts=s'], mapping: at('mapping.json') };
    expect(await readMapping(values)).toEqual({
      map: { text: 'a=b', ts: 'when', role: null, agent_id: null },
      unit: { ts: 's' },
    });
    expect(await readMapping({})).toBeUndefined();
  });

  it.each<[Parameters<typeof readMapping>[0], string]>([
    [{ map: ['text'] }, '"--map": is "text". Give it as COLUMN=VALUE, such as --map text=body'],
    [{ map: ['=a'] }, '"--map": is "=a"'],
    [{ map: ['txet=a'] }, `"--map": names "txet", which takes none. Did you mean text? There are event_id, ts,`],
    [{ map: ['__proto__=a'] }, '"--map": names "__proto__"'],
    [{ map: ['text=a', 'text=b'] }, '"--map": names text twice'],
    [{ unit: ['cost_usd=s'] }, '"--unit": names "cost_usd", which takes none. There are ts, latency_ms'],
    [{ unit: ['ts=min'] }, '"--unit": has the unit "min". There are s, ms, us, ns'],
    [{ unit: ['ts='] }, '"--unit": has the unit ""'],
  ])('%j are refused by name', async (values, problem) => {
    await expect(readMapping(values)).rejects.toThrow(problem);
  });

  it.each([
    ['{"map": {"txet": "a"}}', `"map.txet" is not a column of a ledger: there are ${LEDGER_COLUMNS.join(', ')}`],
    ['{"map": {"text": 3}}', '"map.text" must be the name of a column of the files, or null for none, not 3'],
    ['{"map": []}', 'must be an object that holds the objects "map" and "unit"'],
    ['{"map": "text"}', 'must be an object that holds the objects "map" and "unit"'],
    ['{"unit": {"ts": "min"}}', '"unit.ts" must be one of s, ms, us, ns, not "min"'],
    ['{"units": {}}', '"units" is not known: there are map and unit'],
    ['[1]', 'must be an object that holds the objects "map" and "unit"'],
    ['text: body', 'the mapping cannot be used: it is not JSON'],
  ])('a file that holds %s is refused with the field', async (text, problem) => {
    await writeFile(at('wrong.json'), text);
    await expect(readMapping({ mapping: at('wrong.json') })).rejects.toThrow(problem);
  });
});

describe('names', () => {
  it.each([
    ['who_sed', 'who_said'],
    ['WHO_SAID', 'who_said'],
    ['bdoy', 'body'],
    ['price', null],
    ['x'.repeat(100_000), null],
  ])('%.20s: %j was meant', (name, meant) => {
    expect(nearest(name, ['when', 'who_said', 'body'])).toBe(meant);
  });
});

const ROWS = (first: number, step: number): string =>
  [
    'when,who,body,took',
    ...Array.from({ length: 240 }, (_, i) => `${first + i * step},w${i % 2},"said ${i % 31}",${i % 4}`),
  ].join('\n');

describe('a ledger of other names', () => {
  it.each([
    ['s', 1.7e9, 0.5, 500],
    ['ms', 1.7e12, 500, 500],
    ['us', 1.7e15, 500_000, 500],
    ['ns', 1.7e18, 524_288_000, 524.288],
    // As milliseconds, or as times of another century, by their size.
    ['s', 0, 0.5, 500],
    ['s', 4e8, 60, 60_000],
    ['us', 4e14, 500_000, 500],
  ])('is analysed with numbers of %s from %d on', async (unit, first, step, stepMs) => {
    const file = at('other.csv');
    await writeFile(file, ROWS(first, step));
    const stated = [
      '--map',
      'agent_id=who',
      '--map',
      'ts=when',
      '--unit',
      `ts=${unit}`,
      '--map',
      'latency_ms=took',
      '--unit',
      'latency_ms=s',
    ];
    expect(await analyze([file, ...stated, '--out', at('out')])).toBe(0);
    expect(printed[0]).toMatch(/240 events in 2 streams/);
    expect(printed).toContain('note: latency_ms: the numbers of "took" are seconds.');
    const { openLedger } = await import('../ledger/open.ts');
    const { namedBlobs } = await import('../ledger/files.node.ts');
    const ledger = await openLedger({ kind: 'files', files: await namedBlobs(file) }, null, {
      platform: nodePlatform(),
      stated: await readMapping({
        map: ['agent_id=who', 'ts=when', 'latency_ms=took'],
        unit: [`ts=${unit}`, 'latency_ms=s'],
      }),
    });
    const { time, latency } = ledger.columns;
    expect(time[1] - time[0]).toBeCloseTo(stepMs, 2);
    expect(time[239] - time[0]).toBeCloseTo(239 * stepMs, 2);
    expect(Array.from(latency.subarray(0, 4))).toEqual([0, 1000, 2000, 3000]);
  });

  it('can be narrowed by times of the stated unit', async () => {
    await writeFile(at('range.csv'), ROWS(4e8, 60));
    const stated = ['--map', 'agent_id=who', '--map', 'ts=when', '--unit', 'ts=s'];
    await analyze([at('range.csv'), ...stated, '--to', String(4e11 + 60_000 * 100), '--out', at('out')]);
    expect(printed[0]).toMatch(/100 of 240 events/);
  });

  it('is scored and measured with the same options', async () => {
    await writeFile(at('labels.csv'), ROWS(1.7e9, 1).replaceAll('took', 'fault').replaceAll(/,3$/gm, ','));
    const stated = ['--map', 'agent_id=who', '--map', 'ts=when'];
    expect(await score([at('labels.csv'), ...stated, '--out', at('score.json')])).toBe(0);
    expect(await channels([at('labels.csv'), ...stated, '--set', 'stream=agent_id'])).toBe(0);
    expect(await readFile(at('score.json'), 'utf8')).toContain('"w0"');
  });
});

describe('a ledger that is refused for its columns', () => {
  it.each<[string, string, readonly string[], RegExp]>([
    [
      'no speaker',
      'mood,n\none,1\n',
      [],
      /no column says who speaks.* \(--map provider_id=SOURCE, --map embedding=SOURCE, --map text=SOURCE\)$/,
    ],
    [
      'a name of no column',
      'who,body\na,one\n',
      ['--map', 'agent_id=wo'],
      /"wo": found no such column.* Did you mean "who"\? Map agent_id to .*body \(Utf8\) \(--map agent_id=SOURCE\)$/,
    ],
    [
      'a wrong type',
      'agent_id,text,cost\na,one,much\nb,two,more\n',
      ['--map', 'cost_usd=cost'],
      /column "cost".* \(--map cost_usd=SOURCE\)$/,
    ],
    [
      'a wrong value',
      'agent_id,text,autonomy\na,one,300\n',
      [],
      /found "?300"? at row 1.* \(--map autonomy_level=SOURCE\)$/,
    ],
    [
      'a text among ids that are numbers',
      'event_id,agent_id,text\n1,a,one\n2,b,two\nx-3,a,three\n',
      [],
      /found "x-3" at row 3.*leave event_id unmapped.* \(--map event_id=\)$/,
    ],
    [
      'units in one column',
      'ts,agent_id,text\n1700000000,a,one\n1700000001000,b,two\n',
      [],
      /one unit.* \(--unit ts=s\|ms\|us\|ns\)$/,
    ],
    [
      'a unit of dates',
      'ts,agent_id,text\n2024-01-01,a,one\n',
      ['--unit', 'ts=s'],
      /column "ts".*Leave the unit of ts out/,
    ],
    [
      'a unit of no column',
      'agent_id,text\na,one\n',
      ['--unit', 'ts=s'],
      /no column of wrong.csv is read as ts.*\(--map ts=SOURCE\)$/,
    ],
    [
      'a time beyond its unit',
      'ts,agent_id,text\n1e17,a,one\n',
      ['--unit', 'ts=s'],
      /column "ts": found 100000000000000000 at row 1/,
    ],
  ])('%s: the option is named', async (_, text, options, words) => {
    await writeFile(at('wrong.csv'), text);
    expect(await refusal(analyze([at('wrong.csv'), ...options, '--out', at('never')]))).toMatch(words);
  });

  it('of traces without an event of the kinds chosen names those there are', async () => {
    const traces = fileURLToPath(new URL('../ledger/fixtures/shapes/openinference.jsonl', import.meta.url));
    expect(await refusal(analyze([traces, '--events', 'tool,agent', '--out', at('never')]))).toMatch(
      /no event can be read from it.*Take model spans as events too \(--events model\)$/,
    );
  });

  it('of timestamps takes no unit, whatever its column is called', async () => {
    await writeFile(at('plain.parquet'), await writeParquet(plainLedger(20), nodePlatform()));
    const said = await refusal(analyze([at('plain.parquet'), '--unit', 'ts=ms', '--out', at('never')]));
    expect(said).toMatch(/column "ts": found Timestamp<MICROSECOND>, need numbers, as their unit is stated/);
  });
});
