import { beforeAll, describe, expect, it } from 'vitest';
import type { Bundle } from '../detection/lab/bundle.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { BUILT_KERNELS, loadKernels } from '../kernels/load.node.ts';
import type { KernelModule } from '../kernels/module.ts';
import { failure, named, open } from '../ledger/testing.ts';
import type { NamedBlob, OpenedLedger } from '../ledger/types.ts';
import { loadBundle, makeBundle } from './bundle.ts';
import { createStages, type Analysis } from './stages.ts';
import { groupingOf } from './streams.ts';

let kernels: KernelModule;
beforeAll(async () => {
  kernels = await loadKernels(BUILT_KERNELS);
});

const QUIET = { signal: new AbortController().signal, onProgress: () => undefined };

/** `n` events with a vector each; `columns` gives the others. */
function ledgerOf(n: number, columns: (i: number) => object, path = 'a.ndjson'): NamedBlob {
  const vector = (i: number) => Array.from({ length: 4 }, (_, axis) => Math.sin(i * (axis + 1.37) + axis));
  const row = (i: number) =>
    JSON.stringify({ event_id: i, ts: 1.7e12 + 1000 * i, embedding: vector(i), ...columns(i) });
  return named(path, Array.from({ length: n }, (_, i) => row(i)).join('\n'));
}

async function analysed(ledger: OpenedLedger, stream: string): Promise<Analysis> {
  return createStages(kernels.fork(), ledger).run({ ...DEFAULT_PARAMETERS, stream }, QUIET);
}

async function bundleOf(ledger: OpenedLedger, stream: string): Promise<Bundle> {
  const stages = createStages(kernels.fork(), ledger);
  const analysis = await stages.run({ ...DEFAULT_PARAMETERS, stream }, QUIET);
  const options = { comparedWith: null, embedderReference: 2000, characteristics: null, labels: [] };
  return makeBundle(ledger, analysis, stages.detector, options);
}

const TEAMS = ['red', 'blue', 'green'];
const team = (i: number) => ({
  agent_id: i % 2 ? 'a' : 'b',
  team: i % 10 === 9 ? '' : TEAMS[i % 3],
  file: `f${i % 4}`,
});

describe('an analysis by a column', () => {
  it('has its streams, and those without a value are named and counted', async () => {
    const ledger = await open(ledgerOf(300, team));
    const { events, grouping } = await analysed(ledger, 'team');
    expect(events.streams).toEqual(['(none)', 'blue', 'green', 'red']);
    expect(grouping.notes).toEqual(['30 of 300 events without "team": they are the stream "(none)".']);
    const own = await analysed(ledger, 'column:file');
    expect(own.events.streams).toEqual(['f0', 'f1', 'f2', 'f3']);
    expect((await analysed(ledger, 'file')).events.streams).toEqual(['a.ndjson']);
  });

  it('is to the bit that of the same streams under provider_id', async () => {
    const named = (key: string) => ledgerOf(400, (i) => ({ agent_id: 'a', [key]: TEAMS[(i * i) % 3] }));
    const [by, as] = [await open(named('team')), await open(named('provider_id'))];
    const [one, other] = [await analysed(by, 'team'), await analysed(as, 'provider_id')];
    expect(one.signals).toEqual(other.signals);
    expect(one.decisions.alerts).toEqual(other.decisions.alerts);
  });

  it('is refused of a column that is not there, with those that are', async () => {
    const { message, kind } = await failure(analysed(await open(ledgerOf(30, team)), 'teem'));
    expect(kind).toBe('parameter');
    expect(message).toBe(
      'Parameter "stream": is "teem", and the ledger has no column "teem". Did you mean "team"? ' +
        'Split it by one of provider_id, agent_id, ledger, file, team, column:file',
    );
  });
});

describe('where each event would be a stream of its own', () => {
  const own = (extra: (i: number) => object = () => ({})) =>
    ledgerOf(40, (i) => ({ provider_id: `p${i}`, ...extra(i) }));
  it.each<[string, (i: number) => object, string, string]>([
    ['the agent', (i) => ({ agent_id: `a${i % 2}`, role: 'r' }), 'agent_id', 'the streams are taken by agent_id'],
    ['the role', (i) => ({ agent_id: `a${i}`, role: `r${i % 2}` }), 'role', 'the streams are taken by role'],
    ['the ledger', () => ({}), 'ledger', 'the whole ledger is one stream'],
  ])('%s is taken by default, and it says so', async (_, extra, key, saying) => {
    const { grouping, events } = await analysed(await open(own(extra)), 'provider_id');
    expect(grouping.key).toBe(key);
    expect(grouping.notes[0]).toBe(`Each of the 40 events has its own provider_id: ${saying}.`);
    expect(events.n).toBe(40);
  });

  it('the file is taken where there are several', async () => {
    const half = (path: string, from: number) => {
      const rows = Array.from({ length: 20 }, (_, i) => ({
        event_id: from + i,
        agent_id: `x${from + i}`,
        text: `t${i}`,
      }));
      return named(path, rows.map((row) => JSON.stringify(row)).join('\n'));
    };
    const ledger = await open([half('r/a.ndjson', 0), half('r/b.ndjson', 20)]);
    const { key, notes, column } = await groupingOf(ledger, 'provider_id');
    expect([key, column.values]).toEqual(['file', ['r/a.ndjson', 'r/b.ndjson']]);
    expect(notes[0]).toBe('Each of the 40 events has its own agent_id: the streams are taken by file.');
  });

  it('a column that was asked for is refused, however many they are', async () => {
    const csv = Array.from({ length: 26_000 }, (_, i) => `${i},a,u${i},t`).join('\n');
    const ledger = await open(named('a.csv', `event_id,agent_id,request,text\n${csv}`));
    expect((await failure(groupingOf(ledger, 'request'))).message).toBe(
      'Parameter "stream": is "request", and each of the 26,000 events has its own request: no stream has a history. ' +
        'Split it by one of provider_id, agent_id, ledger, file',
    );
  });

  it('two events of one stream are enough for it to stay', async () => {
    const ledger = await open(ledgerOf(40, (i) => ({ provider_id: `p${Math.max(i, 1)}` })));
    expect(await groupingOf(ledger, 'provider_id')).toMatchObject({ key: 'provider_id', notes: [] });
  });
});

describe('a bundle', () => {
  it('is that of its grouping: other names or codes are another ledger', async () => {
    const at = (columns: (i: number) => object) => open(ledgerOf(300, (i) => ({ agent_id: 'a', ...columns(i) })));
    const plain = (i: number) => ({ team: TEAMS[i % 3] });
    const ledger = await at(plain);
    const bundle = await bundleOf(ledger, 'team');
    expect(bundle.ledger.fingerprint).not.toBe(ledger.report.fingerprint);
    const fits = async (other: OpenedLedger): Promise<boolean> => (await loadBundle(bundle, other)).original;
    expect(await fits(await at(plain))).toBe(true);
    const moved = await at((i) => ({ team: TEAMS[(i === 7 ? 8 : i) % 3] }));
    // The same events otherwise: without the grouping the two are one.
    expect(moved.report.fingerprint).toBe(ledger.report.fingerprint);
    expect(await fits(moved)).toBe(false);
    expect(await fits(await at((i) => ({ team: `${TEAMS[i % 3]}2` })))).toBe(false);
    expect(await fits(await at(() => ({})))).toBe(false);
    const { warnings, own } = await loadBundle(bundle, moved);
    expect([own, warnings.join()]).toEqual([null, expect.stringContaining('made on another ledger')]);
  });

  it('keeps the fingerprint of its ledger by the columns that this covers', async () => {
    const ledger = await open(ledgerOf(300, team));
    for (const key of ['provider_id', 'agent_id', 'ledger'])
      expect((await bundleOf(ledger, key)).ledger.fingerprint, key).toBe(ledger.report.fingerprint);
    for (const key of ['file', 'column:file'])
      expect((await bundleOf(ledger, key)).ledger.fingerprint, key).not.toBe(ledger.report.fingerprint);
  });
});
