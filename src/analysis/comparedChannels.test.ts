import { beforeAll, describe, expect, it } from 'vitest';
import { COMPARED_CHANNELS, type ChannelAlarms, type ComparedChannel } from '../detection/lab/channels.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { testKernels } from '../kernels/testing.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { comparedChannels } from './comparedChannels.ts';
import { lengthOnly } from './lengthOnly.ts';
import { createStages } from './stages.ts';
import { changingRows, ndjson } from './testing.ts';

const kernels = testKernels();
const CHANGE = 600;

async function opened(rows: readonly object[], change: Partial<Parameters> = {}) {
  const files = [{ path: 'a.ndjson', blob: new Blob([ndjson(rows)]) }];
  const ledger = await openLedger({ kind: 'files', files }, null, { platform: nodePlatform() });
  const stages = createStages(kernels, ledger);
  const analysis = await stages.run(
    { ...DEFAULT_PARAMETERS, reference_range: [0, 450], ...change },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  return { kernels, ledger, stages, analysis };
}

describe('channels compared', () => {
  let made: Awaited<ReturnType<typeof opened>>;
  let byBudget: ChannelAlarms[][];
  const of = (i: number, channel: ComparedChannel) => byBudget[i].find((one) => one.channel === channel)!;
  beforeAll(async () => {
    made = await opened(changingRows(900, CHANGE));
    byBudget = await comparedChannels(made, [10_000, 2000]);
  });

  it('are all there at every budget, with a lower limit where more alarms are allowed', () => {
    for (const channels of byBudget) expect(channels.map(({ channel }) => channel)).toEqual(COMPARED_CHANNELS);
    for (const channel of ['style', 'length'] as const) {
      const [narrow, wide] = [of(0, channel).limits, of(1, channel).limits];
      narrow.forEach((limit, s) => expect(limit - wide[s]).toBeCloseTo(Math.log(5), 10));
    }
  });

  it('style is found by its own channel, and by the length alone where texts become longer', () => {
    const { streams } = made.analysis.events;
    const found = (channel: ComparedChannel) =>
      of(1, channel)
        .alarms.map(({ stream }) => streams[stream])
        .sort();
    expect(found('style')).toEqual(['b', 'c']);
    expect(found('length')).toEqual(['b']);
    const [{ fired, onset, firedSeq, onsetSeq, resolved }] = of(1, 'length').alarms;
    expect(fired).toBeGreaterThanOrEqual(CHANGE);
    expect(fired).toBeLessThan(CHANGE + 3 * 40);
    expect(Math.abs(onset - CHANGE)).toBeLessThan(3 * 12);
    expect(firedSeq - onsetSeq).toBe((fired - onset) / 3);
    expect(resolved).toBeNull();
  });

  it('the length alone is what scores stand beside', async () => {
    const { analysis } = made;
    expect(await lengthOnly(made, analysis)).toEqual(of(0, 'length').alarms);
  });

  it('say why they have no say', async () => {
    const rows = changingRows(300, 300).map((row) => ({ ...row, text: undefined, embedding: [row.latency_ms, 1] }));
    const bare = await opened(rows, { reference_range: [0, 150] });
    byBudget = await comparedChannels(bare, [1000]);
    expect([of(0, 'length'), of(0, 'style')].map(({ note, limits }) => [note, limits])).toEqual([
      ['the ledger has no text', []],
      ['the ledger has no text', []],
    ]);
    expect(await lengthOnly(bare, bare.analysis)).toBeNull();
  });
});
