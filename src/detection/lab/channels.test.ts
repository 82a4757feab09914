import { describe, expect, test } from 'vitest';
import { openMulberry32 as uniform } from '../../core/random.ts';
import { testKernels } from '../../kernels/testing.ts';
import { referenceRange } from '../pipeline.ts';
import { parameters, randomLedger } from '../testing.ts';
import { channelReports, type ChannelInput } from './channels.ts';
import { normalSource } from './testing.ts';

const p = parameters({ k: 3 });
const length = uniform(77);

/** Three unchanged streams of independent events, and a fourth that moves along an axis from event 4000 on. */
function ledger(seed: number, move: number): ChannelInput {
  const { events, coordinates } = randomLedger({ n: 8000, k: 3, streams: 4, seed, voids: 0, resets: 0 });
  const last = events.streams[3];
  const normal = normalSource(seed);
  coordinates.x.forEach((_, j) => (coordinates.x[j] = normal()));
  for (let i = 4000; i < 8000; i++) if (events.stream[i] === 3) coordinates.x[i * 3] += move;
  return {
    events,
    coordinates,
    reference: referenceRange(events.n, p).range,
    intervals: move > 0 ? [{ stream: last, from: 4000, to: 8000, label: 'moved' }] : [],
    textLength: Int32Array.from(
      { length: 8000 },
      (_, i) => Math.floor(100 * 2 ** length()) + (move > 0 && i >= 4000 && events.stream[i] === 3 ? 200 : 0),
    ),
  };
}

describe('reference channels', () => {
  const reports = channelReports(testKernels(), ledger(3, 1.5), p, 20_000);
  const of = (channel: string) => reports.find((report) => report.channel === channel)!;

  test('those anchored at the reference find a lasting move, the lineage does not', () => {
    for (const channel of ['displacement', 'shift', 'anchored', 'length']) {
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

  test('without text there is nothing to say of its length', () => {
    const report = channelReports(testKernels(), { ...ledger(3, 0), textLength: null }, p, 20_000).find(
      ({ channel }) => channel === 'length',
    )!;
    expect(report).toMatchObject({ streams: [], note: 'the ledger has no text, or all of it is of one length' });
  });
});
