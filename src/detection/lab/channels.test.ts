import { describe, expect, test } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import { referenceRange } from '../pipeline.ts';
import { parameters, randomLedger } from '../testing.ts';
import { channelReport, resampledChannels, silentChannel, type ChannelReport } from './channels.ts';
import { levelEpisodes } from './levelEpisodes.ts';
import { normalSource } from './testing.ts';

const p = parameters({ k: 3 });

/** Three unchanged streams of independent events, and a fourth that moves along an axis from event 4000 on. */
function ledger(seed: number, move: number) {
  const { events, coordinates } = randomLedger({ n: 8000, k: 3, streams: 4, seed, voids: 0, resets: 0 });
  const last = events.streams[3];
  const normal = normalSource(seed);
  coordinates.x.forEach((_, j) => (coordinates.x[j] = normal()));
  for (let i = 4000; i < 8000; i++) if (events.stream[i] === 3) coordinates.x[i * 3] += move;
  const intervals = [{ stream: last, from: 4000, to: 8000, label: 'moved' }];
  return { events, coordinates, reference: referenceRange(events.n, p).range, intervals };
}

describe('channels with a resampled limit', () => {
  const made = ledger(3, 1.5);
  const [narrow, wide] = resampledChannels(testKernels(), made, p, [20_000, 2000]);
  const reports = narrow.map((one) => channelReport(one, made.events, made.reference, made.intervals, p));
  const of = (channel: string): ChannelReport => reports.find((report) => report.channel === channel)!;

  test('those anchored at the reference find a lasting move, the lineage does not', () => {
    for (const channel of ['emd', 'anchored']) {
      const [change] = of(channel).streams[3].changes;
      expect(change).toMatchObject({ label: 'moved', open: false });
      expect(change.delay).toBeGreaterThanOrEqual(1);
      expect(change.delay).toBeLessThan(60);
    }
    expect(of('lineage').streams[3].changes[0].delay).toBeNull();
  });

  test('unchanged streams have no change and hardly an alarm', () => {
    for (const { channel, streams } of reports) {
      expect(streams).toHaveLength(4);
      for (const stream of streams.slice(0, 3)) expect(stream.changes).toEqual([]);
      expect([channel, streams.reduce((sum, stream) => sum + stream.falseAlarms, 0) <= 1]).toEqual([channel, true]);
      expect(streams.reduce((sum, stream) => sum + stream.unlabelled, 0)).toBeGreaterThan(4000);
    }
  });

  test('a budget of more alarms lowers every limit', () => {
    narrow.forEach(({ limits }, c) => limits.forEach((limit, s) => expect(wide[c].limits[s]).toBeLessThan(limit)));
  });

  test('one that has no say says why', () => {
    const { events, reference, intervals } = made;
    expect(channelReport(silentChannel('style', 'the ledger has no text'), events, reference, intervals, p)).toEqual({
      channel: 'style',
      streams: [],
      note: 'the ledger has no text',
    });
  });
});

test('a level opens above its limit, closes below half of it, and each stream has its own', () => {
  const events = { n: 10, streams: ['a', 'b'], stream: Int32Array.from([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]) };
  const signal = [9, 9, 3, 3, Number.NaN, 9, 1.4, 9, 4, 1];
  const limits = [2.9, Number.NaN];
  const onset = (stream: number, fired: number) => ({ event: fired - 2, seq: stream });
  expect(levelEpisodes('x', events, signal, (s) => limits[s], { from: 2, onset })).toEqual([
    { kind: 'x', stream: 0, onset: 0, onsetSeq: 0, fired: 2, firedSeq: 2, resolved: 6 },
    { kind: 'x', stream: 0, onset: 6, onsetSeq: 0, fired: 8, firedSeq: 5, resolved: null },
  ]);
  const late = { from: 2, warmup: () => 3, rearm: 0.3 };
  expect(levelEpisodes('x', events, signal, () => 2.9, late).map(({ fired, resolved }) => [fired, resolved])).toEqual([
    [7, null],
    [8, null],
  ]);
});
