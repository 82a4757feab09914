import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TautlineFailure } from '../core/errors.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { run as analyze } from './analyze.ts';
import { run as bundle } from './bundle.ts';
import { run as replay } from './replay.ts';
import { run as score } from './score.ts';

let folder: string;
let printed: string[] = [];
const at = (name: string) => join(folder, name);

/** 600 events of three teams; the last hundred without one. */
const rows = (teamOf: (i: number) => unknown) =>
  Array.from({ length: 600 }, (_, i) =>
    JSON.stringify({
      ...{ event_id: i, ts: 1.7e12 + 1000 * i, agent_id: `a${i % 2}`, text: `plan ${i % 7} of ${i % 11}` },
      ...{ 'my "team"': teamOf(i), ledger: `l${i % 4}` },
    }),
  ).join('\n');
const TEAM = 'my "team"';
const teamOf = (i: number) => (i < 500 ? ['rot', 'grün', '青'][i % 3] : null);

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  folder = await mkdtemp(join(tmpdir(), 'tautline-streams-'));
  await writeFile(at('a.ndjson'), rows(teamOf));
  await writeFile(
    at('b.ndjson'),
    rows((i) => teamOf(i === 3 ? 4 : i)),
  );
  await writeFile(at('team.json'), JSON.stringify({ stream: TEAM }));
});
beforeEach(() => {
  printed = [];
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const refusal = async (call: Promise<unknown>): Promise<string> => {
  const thrown: unknown = await call.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(TautlineFailure);
  return (thrown as TautlineFailure).message;
};
async function streamsIn(out: string): Promise<string[]> {
  const parquet = await nodePlatform().parquet();
  const table = tableFromIPC(parquet.readParquet(await readFile(join(out, 'signals.parquet'))).intoIPCStream());
  return [...new Set([...table.getChild('stream')!] as string[])].sort();
}

describe('--stream', () => {
  it.each([
    ['the option', ['--stream', TEAM]],
    ['a parameter file', ['--params', 'team.json']],
  ])('takes any column, by %s', async (_, options) => {
    const args = options.map((option) => (option.endsWith('.json') ? at(option) : option));
    expect(await analyze([at('a.ndjson'), ...args, '--out', at('out')])).toBe(0);
    expect(await streamsIn(at('out'))).toEqual(['(none)', 'grün', 'rot', '青']);
    expect(printed).toContain('note: 100 of 600 events without "my \\"team\\"": they are the stream "(none)".');
  });

  it('keeps ledger and file for what they are, beside columns of that name', async () => {
    expect(await analyze([at('a.ndjson'), '--stream', 'ledger', '--out', at('out')])).toBe(0);
    expect(await streamsIn(at('out'))).toEqual(['ledger']);
    expect(await analyze([at('a.ndjson'), '--stream', 'column:ledger', '--out', at('out')])).toBe(0);
    expect(await streamsIn(at('out'))).toEqual(['l0', 'l1', 'l2', 'l3']);
    expect(
      await analyze([at('a.ndjson'), at('b.ndjson'), '--map', 'event_id=', '--stream=file', '--out', at('out')]),
    ).toBe(0);
    expect(await streamsIn(at('out'))).toEqual(['a.ndjson', 'b.ndjson']);
  });

  it('refuses a column that the ledger does not have, with those that it has', async () => {
    const out = ['--out', at('none')];
    expect(await refusal(analyze([at('a.ndjson'), '--stream', 'my team', ...out]))).toBe(
      'Parameter "stream": is "my team", and the ledger has no column "my team". Did you mean "my \\"team\\""? ' +
        'Split it by one of provider_id, agent_id, ledger, file, my "team", column:ledger',
    );
    expect(await refusal(score([at('a.ndjson'), '--stream', 'role']))).toContain('the ledger has no column "role"');
    await writeFile(at('bad.json'), '{"stream": 7}');
    expect(await refusal(analyze([at('a.ndjson'), '--params', at('bad.json'), ...out]))).toContain(
      'is 7, needs the name of a column',
    );
  });
});

describe('a bundle by a column', () => {
  it.each(['json', 'pb'])('replays on its ledger, and tells one of other streams apart, as %s', async (form) => {
    const file = at(`team.${form}`);
    expect(await bundle([at('a.ndjson'), '--stream', TEAM, '--out', file])).toBe(0);
    expect(await replay([at('a.ndjson'), '--bundle', file])).toBe(0);
    expect(printed.at(-2)).toContain('exactly those expected');
    expect(await replay([at('b.ndjson'), '--bundle', file])).toBe(0);
    expect(printed.at(-2)).toContain("another ledger than the bundle's");
  });

  it('says so where the streams are others than its own', async () => {
    await bundle([at('a.ndjson'), '--stream', TEAM, '--out', at('team.json.json')]);
    await analyze([at('a.ndjson'), '--baseline', at('team.json.json'), '--stream', 'agent_id', '--out', at('out')]);
    expect(printed.find((line) => line.includes('matched by name'))).toMatch(
      /^note: The streams of .* are taken by "my \\"team\\"", here by "agent_id": they are matched by name\.$/,
    );
  });
});
