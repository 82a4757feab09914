import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomLedger } from '../testing.ts';
import { ownEvents, type Interval } from './intervals.ts';
import { createScorer, type Episode } from './score.ts';
import { scoreAnalysis } from './scoreReport.ts';

interface Case {
  readonly n: number;
  readonly streams: readonly string[];
  readonly stream: Int32Array;
}

const alternate = (n: number, streams: number): Case => ({
  n,
  streams: Array.from({ length: streams }, (_, s) => `s${s}`),
  stream: Int32Array.from({ length: n }, (_, i) => i % streams),
});

/** An episode of a stream by own positions (seq - 1). */
function episode(events: Case, stream: number, onset: number, fired: number): Episode {
  const own = ownEvents(events)[stream];
  return { kind: 'DRIFT', stream, onset: own[onset], fired: own[fired], onsetSeq: onset + 1, firedSeq: fired + 1 };
}

const interval = (stream: string | null, from: number, to: number, label = 'fault'): Interval => ({
  stream,
  from,
  to,
  label,
});

describe('scoring by hand', () => {
  // Two streams; stream 0 has the even events. Own events 20..29 of stream 0 are events 40..58.
  const events = alternate(200, 2);
  const scorer = createScorer(events, [interval('s0', 40, 60), interval('s1', 101, 102), interval('s0', 5, 15)], {
    tolerance: 2,
    from: 20,
  });

  it('leaves out what lies before the first event that can be alerted on', () => {
    expect(scorer.intervals).toHaveLength(2);
    expect(scorer.leftOut).toEqual([
      { interval: interval('s0', 5, 15), reason: 'it ends before the first event that can be alerted on' },
    ]);
  });

  it.each<[string, Episode, number]>([
    ['at once', episode(events, 0, 20, 20), 1],
    ['late, with its onset inside', episode(events, 0, 28, 40), 21],
    ['within the tolerance before', episode(events, 0, 18, 18), -1],
    ['within the tolerance after', episode(events, 0, 31, 31), 12],
  ])('matches %s', (_, e, delay) => {
    const { found, hits, matches, missed, precision, recall } = scorer.detail([e]);
    expect([found, hits, precision, recall]).toEqual([1, 1, 1, 0.5]);
    expect(matches[0]).toMatchObject({ episode: e, delay, interval: { from: 40 } });
    expect(missed).toEqual([interval('s1', 101, 102)]);
  });

  it.each<[string, Episode]>([
    ['beyond the tolerance before', episode(events, 0, 10, 17)],
    ['beyond the tolerance after', episode(events, 0, 32, 35)],
    ['in another stream', episode(events, 1, 22, 22)],
  ])('does not match %s', (_, e) => {
    expect(scorer.detail([e])).toMatchObject({ found: 0, hits: 0, precision: 0, recall: 0, f1: 0, falseEpisodes: [e] });
  });

  it('gives the delay of the first to fire, quantiles over intervals and counts by label', () => {
    const late = episode(events, 0, 22, 25);
    const early = episode(events, 0, 21, 23);
    const point = episode(events, 1, 51, 51);
    const detail = scorer.detail([late, early, point]);
    expect(detail.matches.map((m) => m.delay)).toEqual([4, 2]);
    expect(detail.delay).toMatchObject({ count: 2, median: 3, q05: 2, q95: 4 });
    expect([detail.precision, detail.recall, detail.f1]).toEqual([1, 1, 1]);
    expect(detail.byLabel).toEqual([{ label: 'fault', intervals: 2, found: 2 }]);
  });

  it('of nothing is not a number, of no alerts an F1 of 0', () => {
    expect(scorer.score([])).toMatchObject({ precision: Number.NaN, recall: 0, f1: 0 });
    expect(createScorer(events, [], { tolerance: 2, from: 20 }).score([episode(events, 0, 30, 30)])).toMatchObject({
      precision: 0,
      recall: Number.NaN,
      f1: Number.NaN,
    });
  });

  it('an episode that is open for the rest of the ledger does not find later faults', () => {
    const open = episode(events, 0, 12, 14);
    expect(scorer.score([open])).toMatchObject({ found: 0, hits: 0 });
  });

  it('always-fire has the share of widened labelled events as its precision', () => {
    // Own events 10 of s0 and 10 of s1 come first; s0: 18..31 widened, s1: 48..52.
    expect(scorer.alwaysFire()).toMatchObject({ recall: 1, episodes: 180, hits: 14 + 5, precision: 19 / 180 });
  });

  it('chance hits as often as the labelled share says, and is the same for a seed', () => {
    const alerts = Array.from({ length: 20 }, (_, i) => episode(events, 0, 12 + 4 * i, 12 + 4 * i));
    const chance = scorer.chance(alerts, { replicates: 400, seed: 3 });
    expect(chance.precision.mean).toBeCloseTo(14 / 90, 1.8);
    expect(chance.precision.interval[0]).toBeLessThan(14 / 90);
    expect(chance.precision.interval[1]).toBeGreaterThan(14 / 90);
    expect(scorer.chance(alerts, { replicates: 400, seed: 3 })).toEqual(chance);
    expect(scorer.chance(alerts, { replicates: 400, seed: 4 })).not.toEqual(chance);
  });

  it('an interval of all streams is found by any of them', () => {
    const all = createScorer(events, [interval(null, 100, 110)], { tolerance: 0, from: 0 });
    expect(all.score([episode(events, 1, 52, 52)])).toMatchObject({ found: 1, precision: 1, delay: { median: 3 } });
  });
});

const labelled = (stream: string, from: number, to: number, label: string): Interval =>
  label === 'ok' ? { ...interval(stream, from, to, label), expect: 'none' } : interval(stream, from, to, label);

describe('stretches that are to be absorbed', () => {
  // Own events of s0: 20..29 the fault, 50..54 the transient, 31..33 another within the tolerance of the fault.
  const events = alternate(200, 2);
  const quiet = (from: number, to: number) => ({ ...interval('s0', from, to, 'transient'), expect: 'none' as const });
  const scorer = createScorer(events, [interval('s0', 40, 60), quiet(100, 110), quiet(62, 68), quiet(5, 15)], {
    tolerance: 2,
    from: 20,
  });
  const fault = episode(events, 0, 21, 22);

  it('are apart from those to be found', () => {
    expect(scorer.intervals.map(({ from }) => from)).toEqual([40]);
    expect(scorer.toAbsorb.map(({ from }) => from)).toEqual([100, 62]);
    expect(scorer.leftOut).toHaveLength(1);
  });

  it('are no miss where nothing fires', () => {
    expect(scorer.detail([fault])).toMatchObject({
      ...{ recall: 1, precision: 1, f1: 1, missed: [] },
      ...{ toAbsorb: 2, absorbed: 2, notAbsorbed: [] },
      byLabel: [{ label: 'fault', intervals: 1, found: 1 }],
      absorbedByLabel: [{ label: 'transient', intervals: 2, absorbed: 2 }],
    });
  });

  it.each<[string, Episode, number, number]>([
    ['an alert in one is false', episode(events, 0, 51, 52), 1, 100],
    ['an alert that begins in one is false', episode(events, 0, 53, 60), 1, 100],
    ['an alert that also matches a fault is none', episode(events, 0, 30, 31), 2, -1],
  ])('%s', (_, e, absorbed, at) => {
    const detail = scorer.detail([fault, e]);
    expect(detail).toMatchObject({ recall: 1, absorbed, hits: at < 0 ? 2 : 1 });
    expect(detail.falseEpisodes).toEqual(at < 0 ? [] : [e]);
    expect(detail.notAbsorbed.map(({ from }) => from)).toEqual(at < 0 ? [] : [at]);
  });

  it('alone leave nothing to be found', () => {
    const alone = createScorer(events, [quiet(100, 110)], { tolerance: 2, from: 20 });
    expect(alone.score([])).toMatchObject({
      intervals: 0,
      recall: Number.NaN,
      f1: Number.NaN,
      toAbsorb: 1,
      absorbed: 1,
    });
  });
});

describe('scoring of an analysis', () => {
  // One stream: own positions are event numbers.
  const { events } = randomLedger({ n: 400, k: 1, streams: 1, seed: 1 });
  const stretch = { stream: events.streams[0], from: 200, to: 210, label: 'fault' };
  const hits = (at: number, tolerance?: number) =>
    scoreAnalysis({
      events,
      alerts: [
        {
          kind: 'DRIFT',
          stream: 0,
          onset: at,
          fired: at,
          resolved: null,
          onsetSeq: at + 1,
          firedSeq: at + 1,
          peak: 1,
          lag: 0,
        },
      ],
      intervals: [stretch],
      reference: { from: 0, to: 100 },
      lengthOnly: null,
      tolerance,
    }).all.score.hits;

  it('widens a stretch by four own events unless told otherwise', () => {
    expect([195, 196, 213, 214].map((at) => hits(at))).toEqual([0, 1, 1, 0]);
    expect([195, 199, 209, 210].map((at) => hits(at, 0))).toEqual([0, 0, 1, 0]);
  });
});

describe('laws', () => {
  const cases = fc.record({
    streams: fc.integer({ min: 1, max: 4 }),
    tolerance: fc.integer({ min: 0, max: 6 }),
    marks: fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 60, max: 390 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('a', 'b', 'ok'),
      ),
      { minLength: 1, maxLength: 6 },
    ),
    fires: fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 9 })),
      { maxLength: 30 },
    ),
  });
  const make = ({
    streams,
    tolerance,
    marks,
    fires,
  }: {
    streams: number;
    tolerance: number;
    marks: [number, number, number, string][];
    fires: [number, number, number][];
  }) => {
    const events = alternate(400, streams);
    const count = Math.floor(400 / streams);
    const intervals = marks.map(([s, from, length, label]) =>
      labelled(`s${s % streams}`, from, Math.min(400, from + length * streams), label),
    );
    const episodes = fires.map(([s, at, lag]) => {
      const fired = Math.floor(count * (0.15 + (0.85 * at) / 100));
      return episode(events, s % streams, Math.max(0, fired - lag), fired);
    });
    return { events, intervals, episodes, options: { tolerance, from: 40 } };
  };

  it('every share lies in 0..1, F1 between 0 and 1, and always-fire finds everything', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { events, intervals, episodes, options } = make(c);
        const scorer = createScorer(events, intervals, options);
        const chance = scorer.chance(episodes, { replicates: 5 });
        for (const share of [scorer.score(episodes), scorer.alwaysFire()]
          .flatMap((s) => [s.precision, s.recall, s.f1])
          .concat(chance.recall.mean, chance.f1.mean)) {
          if (!Number.isNaN(share)) expect(share >= 0 && share <= 1).toBe(true);
        }
        if (scorer.intervals.length > 0) expect(scorer.alwaysFire().recall).toBe(1);
        const detail = scorer.detail(episodes);
        expect(detail.matches.length + detail.missed.length).toBe(detail.intervals);
        expect(detail.falseEpisodes.length + detail.hits).toBe(detail.episodes);
      }),
    );
  });

  it('always-fire in closed form is always-fire by episodes', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { events, intervals, options } = make(c);
        const scorer = createScorer(events, intervals, options);
        const everywhere = ownEvents(events).flatMap((own, s) =>
          [...own.keys()].filter((p) => own[p] >= options.from).map((p) => episode(events, s, p, p)),
        );
        expect(scorer.score(everywhere)).toEqual(scorer.alwaysFire());
      }),
      { numRuns: 25 },
    );
  });

  it('the perfect detector scores 1, each at the first event', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { events, intervals, options } = make(c);
        const scorer = createScorer(events, intervals, options);
        const own = ownEvents(events);
        const perfect = scorer.intervals.map(({ stream, from }) => {
          const s = events.streams.indexOf(stream!);
          const at = own[s].findIndex((event) => event >= from);
          return episode(events, s, at, at);
        });
        fc.pre(perfect.length > 0);
        const { precision, recall, f1, delay } = scorer.score(perfect);
        expect([precision, recall, f1]).toEqual([1, 1, 1]);
        // Where intervals overlap, the episode of the earlier one may come first within the tolerance of the later.
        expect(delay.q95).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('neither the order nor the names of labels and streams matter', () => {
    fc.assert(
      fc.property(cases, fc.integer(), (c, seed) => {
        const { events, intervals, episodes, options } = make(c);
        const before = createScorer(events, intervals, options).score(episodes);
        const turned = (s: number) => (s + 1) % events.streams.length;
        const shuffled = [...intervals]
          .sort((a, b) => ((a.from * 31 + seed) % 17) - ((b.from * 31 + seed) % 17))
          .map((i) => ({
            ...i,
            label: { a: 'b', b: 'a' }[i.label] ?? i.label,
            stream: `t${turned(events.streams.indexOf(i.stream!))}`,
          }));
        const renamed = {
          ...events,
          streams: events.streams.map((_, s) => `t${s}`),
          stream: events.stream.map(turned),
        };
        const after = createScorer(renamed, shuffled, options).score(
          episodes.map((e) => ({ ...e, stream: turned(e.stream) })),
        );
        expect(after).toEqual(before);
      }),
    );
  });
});
