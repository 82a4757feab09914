import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { xToPx } from '../../charts/domain.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { Alert } from '../../detection/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { analysed, type Analysed } from '../testing.ts';
import { joinEdges } from './edges.ts';
import { alertIndices, episodesOf, overlaysOf, placeEpisodes } from './episodes.ts';
import { needsLog, streamLines } from './lines.ts';
import { fullDomain, rangeOfEvents } from './axis.ts';
import { fetchWindow } from './window.ts';

describe('fetchWindow', () => {
  const request = fc
    .integer({ min: 1, max: 2_000_000 })
    .chain((events) =>
      fc.record({
        events: fc.constant(events),
        from: fc.integer({ min: 0, max: events - 1 }),
        width: fc.integer({ min: 100, max: 4000 }),
        streams: fc.integer({ min: 1, max: 24 }),
      }),
    )
    .chain((r) =>
      fc.record({
        ...(Object.fromEntries(Object.entries(r).map(([k, v]) => [k, fc.constant(v)])) as {
          [K in keyof typeof r]: fc.Arbitrary<number>;
        }),
        to: fc.integer({ min: r.from + 1, max: r.events }),
      }),
    );

  it('covers what is visible, stays within the ledger, and asks for a bounded number of points', () => {
    fc.assert(
      fc.property(request, ({ events, from, to, width, streams }) => {
        const { range, buckets } = fetchWindow({ from, to }, events, width, 'event', streams);
        expect(range.from).toBeLessThanOrEqual(from);
        expect(range.to).toBeGreaterThanOrEqual(to);
        expect(range.from).toBeGreaterThanOrEqual(0);
        expect(range.to).toBeLessThanOrEqual(events);
        expect(range.to - range.from).toBeLessThanOrEqual(2 * (to - from) + 2);
        expect(buckets).toBeLessThanOrEqual(2 * (width + 128) + 2);
        // One bucket per four pixels at the very least, or every event its own.
        expect(buckets / (range.to - range.from)).toBeGreaterThanOrEqual(
          Math.min(1, width / (streams > 8 ? 4 : 2) / (to - from)) * 0.999,
        );
      }),
    );
  });

  it('asks the same for a small pan, and exactly the visible range on the time axis', () => {
    const at = (from: number) => fetchWindow({ from, to: from + 1000 }, 50_000, 1200, 'event', 4);
    expect(at(10_010)).toEqual(at(10_090));
    expect(fetchWindow({ from: 17, to: 1017 }, 50_000, 1200, 'time', 4)).toEqual({
      range: { from: 17, to: 1017 },
      buckets: 640,
    });
  });
});

it("lines run on to their stream's neighbours on either side", () => {
  const data = (...lines: number[][]) => ({
    revision: 3,
    lines: lines.map((points, stream) => ({ stream, points: Float64Array.from(points) })),
  });
  const joined = joinEdges(data([1, 10, 2, 20], []), data([5, 50, 6, 60], [7, 70]), data([8, 80, 9, 90], [9, 1]));
  expect(joined).toEqual(data([2, 20, 5, 50, 6, 60, 8, 80], [7, 70, 9, 1]));
});

it('lines of a series are made once, until other streams are shown', () => {
  const series = {
    kl: { revision: 1, lines: [0, 1].map((stream) => ({ stream, points: Float64Array.of(0, stream) })) },
  };
  const report = {
    streams: ['a', 'b'].map((name) => ({ name, events: 1, voidEvents: 0 })),
  } as unknown as AnalysisReport;
  const lines = (streams: number[]) =>
    streamLines({ series, streams, report, parameters: DEFAULT_PARAMETERS, mode: 'dark', scale: 'linear' }, 'kl');
  expect(lines([0, 1])).toBe(lines([0, 1]));
  expect(lines([1]).map((line) => line.name)).toEqual(['b']);
});

describe('the scale', () => {
  const line = (values: number[]) => ({
    key: '0',
    name: 'a',
    style: { color: '#fff', dash: [] },
    points: Float64Array.from(values.flatMap((value, i) => [i * 1e6, value])),
  });

  it('turns logarithmic for a spike that would hide the rest, and for nothing less', () => {
    expect(needsLog([line([1, 2, 1, 30, 2])])).toBe(false);
    expect(needsLog([line([1, 2, 1, 1e6, 2])])).toBe(true);
    expect(needsLog([line([0, 0, 0, Number.NaN]), line([])])).toBe(false);
  });
});

describe('the event axis', () => {
  it('turns any stretch into a range of whole events that covers it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (events, a, b) => {
          const domain = { min: Math.min(a, b) * (events - 1), max: Math.max(a, b) * (events - 1) };
          const range = rangeOfEvents(domain, events);
          expect(range.from).toBeLessThanOrEqual(domain.min);
          expect(range.to - 1).toBeGreaterThanOrEqual(domain.max - 1e-9);
          expect(range.from).toBeGreaterThanOrEqual(0);
          expect(range.to).toBeLessThanOrEqual(events);
          expect(range.to).toBeGreaterThan(range.from);
        },
      ),
    );
  });
});

describe('episodes of a real analysis', () => {
  let tiny: Analysed;
  beforeAll(async () => {
    tiny = await analysed({ fracture: 320 }, { h: 30 });
  });

  it('overlays are what only the defaults raise', () => {
    const { alerts, baselineAlerts } = tiny.report;
    const overlays = overlaysOf(alerts, baselineAlerts);
    expect(overlays.some((overlay) => overlay.kind === 'DRIFT')).toBe(true);
    expect(overlays.length).toBeLessThanOrEqual(baselineAlerts.length);
    expect(overlaysOf(baselineAlerts, baselineAlerts)).toEqual([]);
    expect(overlaysOf([], baselineAlerts)).toEqual(baselineAlerts);
  });

  it('are placed in order, and to the end of the ledger while they are open', () => {
    const { alerts, baselineAlerts } = tiny.report;
    const full = fullDomain('event', tiny.report);
    const episodes = placeEpisodes(alerts, overlaysOf(alerts, baselineAlerts), (index) => index, full.max);
    expect(episodes.filter((episode) => !episode.overlay)).toHaveLength(alerts.length);
    const box = { left: 0, top: 0, width: 1000, height: 10 };
    for (const episode of episodes) {
      expect(episode.onset).toBeLessThanOrEqual(episode.fired);
      expect(episode.fired).toBeLessThanOrEqual(episode.end);
      expect(xToPx(episode.end, full, box)).toBeLessThanOrEqual(1000);
      if (episode.open) expect(episode.end).toBe(full.max);
    }
  });

  it('wait until the axis position of each of their events is known', () => {
    const alert: Alert = {
      kind: 'VOID',
      stream: 0,
      onset: 1,
      fired: 2,
      resolved: 3,
      onsetSeq: 1,
      firedSeq: 2,
      peak: 0.1,
      lag: 1,
    };
    expect(alertIndices([alert, { ...alert, resolved: null }])).toEqual([1, 2, 3, 1, 2]);
    expect(placeEpisodes([alert], [], (index) => (index === 3 ? Number.NaN : index), 9)).toEqual([]);
  });

  it('follow the order of the streams that are shown', () => {
    const episodes = placeEpisodes(tiny.report.alerts, [], (index) => index, 1200);
    const streams = [...new Set(episodes.map((episode) => episode.lane))];
    expect(streams).not.toEqual([]);
    expect(new Set(episodesOf(episodes, streams).map((episode) => episode.lane))).toEqual(
      new Set(streams.map((_, i) => i)),
    );
    expect(episodesOf(episodes, [])).toEqual([]);
  });
});
