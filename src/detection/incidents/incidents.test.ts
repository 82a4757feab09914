import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../parameters.ts';
import { ALERT_KINDS, type Alert, type AlertKind, type Calibration } from '../types.ts';
import { excessOf } from './excess.ts';
import { incidentsOf } from './group.ts';
import { headlineOf, sureText } from './text.ts';

const alert = (kind: AlertKind, stream: number, onset: number, fired: number, resolved: number | null): Alert => ({
  kind,
  stream,
  onset,
  fired,
  resolved,
  onsetSeq: onset + 1,
  firedSeq: fired + 1,
  peak: 1,
  lag: fired - onset,
});

const grouped = (alerts: readonly Alert[], excess: readonly number[] = [], streams = 3) =>
  incidentsOf({ alerts, excess, streams, events: 1000, watched: 800 });

describe('incidents', () => {
  it('joins alerts of a stream that overlap from onset to where they were resolved', () => {
    const [first, second] = grouped([
      alert('DRIFT', 0, 200, 210, 300),
      alert('VOID', 0, 290, 295, 420),
      alert('DRIFT', 0, 400, 405, 410),
      alert('DRIFT', 0, 420, 425, 440),
    ]);
    expect(first).toMatchObject({ alerts: [0, 1, 2], onset: 200, fired: 210, resolved: 420, kinds: ['DRIFT', 'VOID'] });
    expect(second).toMatchObject({ alerts: [3], onset: 420, resolved: 440 });
  });

  it('joins streams that began at one moment, and no later ones, though they follow each other', () => {
    // Three streams: a moment is 24 events from the first firing.
    const found = grouped([
      alert('DRIFT', 0, 200, 210, null),
      alert('DRIFT', 1, 234, 240, 260),
      alert('DRIFT', 2, 250, 255, 300),
    ]);
    expect(found.map(({ streams, out }) => [streams, out])).toEqual([
      [[0, 1], [0]],
      [[2], []],
    ]);
  });

  it('ranks by how far over a limit, how long and how many streams', () => {
    const rank = (alerts: readonly Alert[], excess: readonly number[]) =>
      grouped(alerts, excess).map(({ alerts: [first] }) => first);
    const two = [alert('DRIFT', 0, 200, 210, 300), alert('DRIFT', 0, 500, 510, 600)];
    expect(rank(two, [2, 3])).toEqual([1, 0]);
    expect(rank([two[0], alert('DRIFT', 0, 500, 510, 900)], [2, 2])).toEqual([1, 0]);
    expect(rank([two[0], two[1], alert('DRIFT', 1, 505, 515, 600)], [2, 2, 2])).toEqual([1, 0]);
  });

  it('places every alert in exactly one incident, streams of one never twice in a moment', () => {
    const alerts = fc.array(
      fc
        .tuple(
          fc.constantFrom(...ALERT_KINDS),
          fc.nat(3),
          fc.nat(800),
          fc.nat(60),
          fc.option(fc.integer({ min: 1, max: 99 })),
        )
        .map(([kind, stream, onset, lag, length]) =>
          alert(kind, stream, onset, onset + lag, length === null ? null : onset + lag + length),
        ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(alerts, (list) => {
        const found = grouped(list, [], 4);
        expect(found.flatMap((incident) => incident.alerts).sort((a, b) => a - b)).toEqual(list.map((_, i) => i));
        for (const { streams } of found) expect(new Set(streams).size).toBe(streams.length);
      }),
    );
  });

  it('is quick with thousands of alerts', () => {
    const list = Array.from({ length: 100_000 }, (_, i) => alert('DRIFT', i % 24, 7 * i, 7 * i + 3, 7 * i + 40));
    const from = performance.now();
    incidentsOf({ alerts: list, excess: [], streams: 24, events: 750_000, watched: 740_000 });
    // In squares it would be minutes.
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  it('says what, who, since when and how sure', () => {
    const list = [alert('DRIFT', 1, 4810, 4830, null), alert('STYLE_SHIFT', 1, 4900, 4920, null)];
    const [incident] = incidentsOf({ alerts: list, excess: [3.21, 1.4], streams: 3, events: 9000, watched: 8000 });
    expect(headlineOf(incident, ['a', 'provider-2', 'c'])).toBe(
      'provider-2 left its reference at event 4,810 and has not come back (Drift, Style change)',
    );
    const health = [{ channel: 'style', stream: 1, outOfAction: null, watched: 5000, conversations: 9 }] as const;
    expect(sureText(incident, { alerts: list, health, parameters: DEFAULT_PARAMETERS })).toBe(
      '2 detectors say so, Drift at its peak 3.2 times its limit. Lasting change raises one false alarm in 10,000 ' +
        'messages, about 0.5 by chance alone in what it watched here.',
    );
  });
});

describe('excess', () => {
  it('is the worst while the alert is open, above a ceiling or below a floor', () => {
    const list = [
      alert('DRIFT', 0, 0, 1, 4),
      alert('DRIFT', 0, 5, 5, null),
      alert('HOMOGENIZATION_FLOOR_NEAR', 1, 2, 2, 5),
    ];
    const { h, tau_min } = DEFAULT_PARAMETERS;
    const cusum = [9, 1.5, 9, 2, 99, 1.2, 9, 1.1].map((times) => times * h);
    const entropy = [0, 1, 0.5, 1, 0.25, 1, 0.01, 1].map((times) => times * tau_min);
    const values = excessOf({
      alerts: list,
      n: 8,
      stream: [0, 0, 1, 0, 1, 0, 1, 0],
      column: (name) => (name === 'cusum' ? cusum : entropy),
      calibration: { k: 32 } as Calibration,
      parameters: DEFAULT_PARAMETERS,
    });
    expect([...values]).toEqual([2, 1.2, 4]);
  });
});
