import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changingRows, ndjson } from '../analysis/testing.ts';
import { run } from './channels.ts';
import type { Comparison } from './channelsComparison.ts';

const CHANGE = 600;
const ONSET = { onset_event: CHANGE + 1, onset_seq: 201, stream: 'b' };
const entry = (name: string, change: object) => ({ name, kind: 'swap', wander: false, reference: 450, ...change });

let out = '';
let printed: string[] = [];
const path = (name: string) => join(out, name);
const write = (name: string, content: unknown) =>
  writeFile(path(name), typeof content === 'string' ? content : JSON.stringify(content)).then(() => path(name));
const readComparison = async (name: string) => JSON.parse(await readFile(path(name), 'utf8')) as Comparison;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'tautline-'));
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  await write('changed.ndjson', ndjson(changingRows(840, CHANGE)));
  // As before, and nobody says where it changes.
  await write('same.ndjson', ndjson(changingRows(600, 600, 6)));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(out, { recursive: true });
});

describe('tautline channels', () => {
  it('takes the changes from the label column, for several budgets', async () => {
    const args = ['--budget', '2000,10000', '--set', 'reference_range=450', '--set', 'h=9', '--out', path('out.json')];
    await expect(run([path('changed.ndjson'), ...args])).rejects.toThrow(/"reference_range": is 450, needs a pair/);
    const params = await write('params.json', { reference_range: [0, 450] });
    const rest = ['--params', params, '--set', 'h=9', '--out', path('out.json')];
    expect(await run([path('changed.ndjson'), '--budget', '2000', '--budget', '10000', ...rest])).toBe(0);
    const { parameters, budgets } = await readComparison('out.json');
    expect(parameters.h).toBe(9);
    expect(budgets.map(({ budget, groups }) => [budget, groups])).toEqual([
      [2000, null],
      [10_000, null],
    ]);
    const [style] = budgets[0].ledgers[0].channels!;
    expect(style.streams.map(({ stream, changes }) => [stream, changes.map(({ delay }) => delay !== null)])).toEqual([
      ['a', []],
      ['b', [true]],
      ['c', [true]],
    ]);
    const text = printed.join('\n');
    expect(text).toMatch(/changed\.ndjson \(840 events\)/);
    expect(text).toMatch(/All ledgers, one false alarm allowed in 2,000 events/);
    expect(text).toMatch(/STYLE: how messages are written +2 of 2/);
    expect(text).toMatch(/length +b .* changed at 201: found after/);
  }, 120_000);

  const truth = () =>
    write('truth.json', [
      entry('changed', ONSET),
      entry('same.ndjson', { kind: 'null', wander: true, onset_event: null, onset_seq: null, stream: null }),
      entry('other', ONSET),
    ]);

  it('takes reference and change of every ledger from a file of truth, on threads of its own', async () => {
    const ledgers = [path('same.ndjson'), path('changed.ndjson')];
    const args = ['--truth', await truth(), '--budget', '2000', '--json', '--out', path('out.json')];
    expect(await run([...ledgers, ...args])).toBe(0);
    const written = await readComparison('out.json');
    expect(JSON.parse(printed.join('\n'))).toEqual(written);
    const [{ ledgers: compared, groups }] = written.budgets;
    expect(compared.map(({ ledger, outcome }) => [ledger, outcome!.kind, outcome!.reference])).toEqual([
      ['same.ndjson', 'null', 450],
      ['changed.ndjson', 'swap', 450],
    ]);
    const all = groups!.find(({ channel, group }) => channel === 'style' && group.kind === null)!;
    // What `c` raises is no part of the truth: an alarm of any other stream is false.
    expect(all).toMatchObject({ ledgers: 2, found: { count: 1, of: 1 }, falseAlarms: { count: 1, exposure: 460 } });
    expect(all.delay.median).toBeLessThan(40);
  }, 120_000);

  it('prints what each channel finds by kind, topics and reference', async () => {
    const ledgers = [path('changed.ndjson'), path('changed.ndjson')];
    expect(await run([...ledgers, '--truth', await truth(), '--budget', '2000', '--workers', '1'])).toBe(0);
    const text = printed.join('\n');
    expect(text).toMatch(/One false alarm allowed in 2,000 events, 2 ledgers/);
    expect(text).toMatch(/^style +all +2 +2 of 2 +34 to 100 % +\d+ +2 +620 +310 \(86 to 2,560\) +0\.31$/m);
    expect(text).toMatch(/^style +swap +mixed +450 +2 +2 of 2 /m);
    expect(text).toMatch(/^emd +all +2 .* 0 +620 +over 168 +0\.31$/m);
    expect(text).toMatch(/^style or meaning +all .* 0\.62$/m);
  }, 120_000);

  it.each([
    [[], /"LEDGER": is missing/],
    [['same.ndjson', '--set', 'h'], /"--set": is "h". Give it as name=value/],
    [['same.ndjson', '--set', 'height=3'], /"height": is not a parameter/],
    [['same.ndjson', '--budget', 'few'], /"--budget": is "few", needs a number/],
    [['same.ndjson', '--budget', '2000,500'], /"--budget": is 500, must be from 1000 to 10000000 events/],
    [['same.ndjson', '--labels', '/nowhere.csv'], /nowhere\.csv: there is no such file/],
    [['same.ndjson', '--truth', '/nowhere.json'], /nowhere\.json: there is no such file/],
    [['same.ndjson', '--truth', 'truth.json', '--labels', 'x.csv'], /"--truth": does not go with --labels/],
    [['same.ndjson', '--truth', 'truth.json', '--params', 'params.json'], /"reference_range": does not go with --tr/],
    [['same.ndjson', '--truth', 'params.json'], /params\.json: the truth cannot be used: it must be a list/],
    [['same.ndjson', '--truth', 'truth.json'], /truth\.json: it says nothing of the ledger "same\.ndjson"/],
    [['changed.ndjson', '--truth', 'truth.json'], /truth\.json: "changed" is not as it says: event 605 is of the st/],
  ])('refuses %j', async (args, message) => {
    await write('params.json', { reference_range: [0, 450] });
    await write('truth.json', [entry('changed', { ...ONSET, onset_event: 605 })]);
    const named = args.map((arg) => (/^[a-z]+\.(ndjson|json)$/.test(arg) ? path(arg) : arg));
    await expect(run(named)).rejects.toThrow(message);
  });
});
