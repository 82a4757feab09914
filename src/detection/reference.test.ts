import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyLedgerColumns, type DictionaryColumn, type LedgerColumns } from '../core/columns.ts';
import { testKernels } from '../kernels/testing.ts';
import {
  alignReference,
  burnOf,
  heldStreams,
  referenceRange,
  resizeWindows,
  resolveReference,
  resolveSync,
  selectStreams,
  warmupOf,
} from './reference.ts';
import { parameters, randomLedger } from './testing.ts';

const column = (values: readonly (string | null)[]): DictionaryColumn => {
  const names = [...new Set(values.filter((v) => v !== null))];
  return { codes: Int32Array.from(values, (v) => (v === null ? -1 : names.indexOf(v))), values: names };
};

function ledger(
  providers: readonly (string | null)[] | null,
  agents: readonly (string | null)[] | null = null,
): LedgerColumns {
  const n = (providers ?? agents)!.length;
  return {
    ...emptyLedgerColumns(n),
    eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(i + 100)),
    time: Float64Array.from({ length: n }, (_, i) => 1000 * i),
    hasTime: true,
    provider: providers && column(providers),
    agent: agents && column(agents),
    latency: Float64Array.from({ length: n }, (_, i) => i),
    hasLatency: true,
    isVoid: Uint8Array.from({ length: n }, (_, i) => i % 2),
  };
}

const streamsOf = (columns: LedgerColumns, key: string, max?: number) =>
  selectStreams(columns, heldStreams(columns, key)!, max);

describe('selecting streams', () => {
  it('sorts streams by name and calls NULL "(none)"', () => {
    const { events, leftOut } = streamsOf(ledger(['b', null, 'a', 'b']), 'provider_id');
    expect(events.streams).toEqual(['(none)', 'a', 'b']);
    expect([...events.stream]).toEqual([2, 0, 1, 2]);
    expect([...events.row]).toEqual([0, 1, 2, 3]);
    expect(leftOut).toEqual([]);
  });

  it('keeps the busiest, ties by name, and names the others', () => {
    const { events, leftOut } = streamsOf(ledger(['c', 'a', 'b', 'c', 'd', 'd', 'b']), 'provider_id', 2);
    expect(events.streams).toEqual(['b', 'c']);
    expect([...events.row]).toEqual([0, 2, 3, 6]);
    expect([...events.eventId]).toEqual([100n, 102n, 103n, 106n]);
    expect([...events.latency]).toEqual([0, 2, 3, 6]);
    expect([...events.isVoid]).toEqual([0, 0, 1, 0]);
    expect(leftOut).toEqual([
      { name: 'd', events: 2 },
      { name: 'a', events: 1 },
    ]);
  });

  it('splits by agent where there is no provider, and knows what is not there', () => {
    expect(streamsOf(ledger(null, ['x', 'y']), 'provider_id').events.streams).toEqual(['x', 'y']);
    expect(streamsOf(ledger(['p', 'p']), 'ledger').events.streams).toEqual(['ledger']);
    expect(heldStreams(ledger(['p', 'p']), 'thread_id')).toBeNull();
  });

  it('loses no event', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.constantFrom('a', 'b', 'c', 'd', '(none)')), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (names, max) => {
          const { events, leftOut } = streamsOf(ledger(names), 'provider_id', max);
          expect(events.n + leftOut.reduce((sum, s) => sum + s.events, 0)).toBe(names.length);
          events.row.forEach((row, i) => expect(events.streams[events.stream[i]]).toBe(names[row] ?? '(none)'));
          expect([...events.row]).toEqual([...events.row].sort((a, b) => a - b));
        },
      ),
    );
  });
});

describe('the reference period', () => {
  it.each([
    [0, null, 0, 0, true],
    [199, null, 0, 199, true],
    [200, null, 0, 200, true],
    [500, null, 0, 200, false],
    [6000, null, 0, 1200, false],
    [50_000, null, 0, 2000, false],
    [500, [100, 300], 100, 300, false],
    [500, [490, 900], 490, 500, false],
    [500, [900, 1000], 499, 500, false],
    [500, [0, 500], 0, 500, true],
    [0, [3, 9], 0, 0, true],
  ] as const)('of %i events with range %j is [%#]', (n, range, from, to, retrospective) => {
    expect(referenceRange(n, parameters({ reference_range: range }))).toEqual({ range: { from, to }, retrospective });
  });

  it('resolves burn, warm-up and matching', () => {
    expect([burnOf(50, 499), burnOf(50, 500), burnOf(50, 0)]).toEqual([49, 50, 0]);
    expect([warmupOf(300, 2999), warmupOf(300, 3000), warmupOf(300, -1), warmupOf(0, 0)]).toEqual([299, 300, 300, 0]);
    expect([
      resolveSync({ sync: 'auto' }, true),
      resolveSync({ sync: 'auto' }, false),
      resolveSync({ sync: 'turn' }, true),
    ]).toEqual(['time', 'turn', 'turn']);
  });

  const kernels = testKernels();
  const { events, coordinates } = randomLedger({ n: 1000, k: 3, streams: 3, seed: 5 });

  it('keeps the means, windows and W_ref of its own events only', () => {
    const range = { from: 100, to: 400 };
    const reference = resolveReference(
      kernels,
      events,
      coordinates,
      range,
      parameters({ emd_window: 16, win_min: 10 }),
    );
    const own = Array.from({ length: 300 }, (_, i) => i + 100).filter(
      (i) => events.stream[i] === 1 && !events.isVoid[i],
    );
    expect(reference.referenceEmbedded[1]).toBe(own.length);
    expect(reference.means[3]).toBeCloseTo(own.reduce((sum, i) => sum + coordinates.x[i * 3], 0) / own.length, 12);
    expect([...reference.windows.rows.subarray(16 * 3, 32 * 3)]).toEqual(
      own.slice(-16).flatMap((i) => [...coordinates.x.subarray(i * 3, i * 3 + 3)]),
    );
    expect(reference.windowReference).toBeGreaterThan(60);
    expect(resolveReference(kernels, events, coordinates, range, parameters({ win_min: 1e4 })).windowReference).toBe(
      1e4,
    );
    expect(reference.pooledMean.every(Number.isFinite)).toBe(true);
  });

  it('gives a stream with fewer than 16 reference events the pooled mean', () => {
    const few = resolveReference(kernels, events, coordinates, { from: 0, to: 30 }, parameters());
    expect(few.referenceEmbedded.every((count) => count < 16)).toBe(true);
    expect([...few.means]).toEqual([...few.pooledMean, ...few.pooledMean, ...few.pooledMean]);
  });

  it('is matched to other streams by name', () => {
    const reference = resolveReference(kernels, events, coordinates, { from: 0, to: 200 }, parameters());
    const [, one, two] = events.streams;
    const aligned = alignReference(reference, [two, 'new', one]);
    expect([...aligned.means]).toEqual([
      ...reference.means.subarray(6, 9),
      ...reference.pooledMean,
      ...reference.means.subarray(3, 6),
    ]);
    expect([...aligned.streamEvents]).toEqual([reference.streamEvents[2], -1, reference.streamEvents[1]]);
    expect([...aligned.windows.counts]).toEqual([reference.windows.counts[2], 0, reference.windows.counts[1]]);
    expect(alignReference(reference, events.streams)).toEqual(reference);
  });

  it('cuts windows to their newest rows', () => {
    const windows = { size: 4, rows: Float32Array.of(1, 2, 3, 0, 5, 6, 7, 8), counts: Int32Array.of(3, 4) };
    expect(resizeWindows(windows, 1, 2)).toEqual({
      size: 2,
      rows: Float32Array.of(2, 3, 7, 8),
      counts: Int32Array.of(2, 2),
    });
    expect(resizeWindows(windows, 1, 6)).toEqual({
      size: 6,
      rows: Float32Array.of(1, 2, 3, 0, 0, 0, 5, 6, 7, 8, 0, 0),
      counts: Int32Array.of(3, 4),
    });
  });
});
