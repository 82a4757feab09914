import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventColumns } from '../../core/columns.ts';
import { EVENT_STATES } from '../../detection/types.ts';
import { composition, eventsOfRows, indexAt, nearestEvent, positionOf, valuesAsOf } from './positions.ts';

function eventsAt(time: readonly number[], stream: readonly number[], hasTime = true): EventColumns {
  const n = time.length;
  return {
    n,
    streams: ['a', 'b', 'c'],
    stream: Int32Array.from(stream),
    row: Int32Array.from({ length: n }, (_, i) => i),
    eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(i)),
    time: hasTime ? Float64Array.from(time) : new Float64Array(n).fill(Number.NaN),
    hasTime,
    thread: new Int32Array(n).fill(-1),
    threadCount: 0,
    instantiation: new Int32Array(n).fill(-1),
    latency: new Float64Array(n).fill(Number.NaN),
    hasLatency: false,
    isVoid: new Uint8Array(n),
  };
}

/** Few distinct times, so that ties are common. */
const ledger = fc
  .array(
    fc.record({
      time: fc.integer({ min: 0, max: 12 }),
      stream: fc.nat(2),
      y: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -5, max: 5 })),
    }),
    { maxLength: 40 },
  )
  .map((rows) => rows.sort((a, b) => a.time - b.time))
  .map((rows) => ({
    events: eventsAt(
      rows.map((r) => r.time),
      rows.map((r) => r.stream),
    ),
    y: Float64Array.from(rows, (r) => r.y),
  }));
const x = fc.integer({ min: -2, max: 40 }).map((half) => half / 2);

describe('positions on the axis', () => {
  it('indexAt is the first event at or after, also among ties', () => {
    fc.assert(
      fc.property(ledger, x, ({ events }, at) => {
        const expected = events.time.findIndex((time) => time >= at);
        expect(indexAt(events, 'time', at)).toBe(expected < 0 ? events.n : expected);
        expect(indexAt(events, 'event', at)).toBe(Math.min(events.n, Math.max(0, Math.ceil(at))));
      }),
    );
  });

  it('positionOf leads back to the first event of that time', () => {
    fc.assert(
      fc.property(
        ledger.filter(({ events }) => events.n > 0),
        fc.nat(100),
        ({ events }, pick) => {
          const index = pick % events.n;
          expect(events.time[indexAt(events, 'time', positionOf(events, 'time', index))]).toBe(events.time[index]);
          expect(indexAt(events, 'event', positionOf(events, 'event', index))).toBe(index);
        },
      ),
    );
  });

  it("valuesAsOf is each stream's last value so far", () => {
    fc.assert(
      fc.property(
        ledger.filter(({ events }) => events.n > 0),
        fc.nat(100),
        ({ events, y }, pick) => {
          const index = pick % events.n;
          const expected = [2, 0].map((stream) => {
            const last = events.stream.subarray(0, index + 1).lastIndexOf(stream);
            return last < 0 ? Number.NaN : y[last];
          });
          expect([...valuesAsOf(events, y, index, [2, 0])]).toEqual(expected);
        },
      ),
    );
  });

  it('counts events where there are no timestamps', () => {
    const events = eventsAt([5, 6, 7], [0, 0, 0], false);
    expect(positionOf(events, 'time', 2)).toBe(2);
    expect(indexAt(events, 'time', 1.5)).toBe(2);
  });
});

describe('nearestEvent', () => {
  it('finds what a search through all events finds', () => {
    const axis = fc.constantFrom('event' as const, 'time' as const);
    fc.assert(
      fc.property(
        ledger,
        axis,
        x,
        fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -6, max: 6 })),
        fc.subarray([0, 1, 2]),
        ({ events, y }, on, at, atY, streams) => {
          const [xScale, yScale] = [0.5, 2];
          const distance = (i: number) => {
            if (!streams.includes(events.stream[i]) || Number.isNaN(y[i])) return Number.POSITIVE_INFINITY;
            const dx = ((on === 'time' ? events.time[i] : i) - at) / xScale;
            const dy = Number.isNaN(atY) ? 0 : (y[i] - atY) / yScale;
            return dx * dx + dy * dy;
          };
          const least = Math.min(Number.POSITIVE_INFINITY, ...Array.from({ length: events.n }, (_, i) => distance(i)));
          const found = nearestEvent(events, y, { axis: on, x: at, y: atY, xScale, yScale, streams });
          expect(found === null ? Number.POSITIVE_INFINITY : distance(found)).toBe(least);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('composition', () => {
  it('counts every event of the range once, in the bucket it lies in', () => {
    fc.assert(
      fc.property(
        ledger,
        fc.constantFrom('event' as const, 'time' as const),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(40),
        fc.nat(40),
        ({ events }, axis, buckets, a, b) => {
          const range = { from: Math.min(a, b), to: Math.max(a, b) };
          const eventState = Uint8Array.from({ length: events.n }, (_, i) => i % EVENT_STATES.length);
          const { x: centres, counts } = composition(events, eventState, range, axis, buckets);
          const inside = Array.from({ length: events.n }, (_, i) => i).slice(range.from, range.to);
          for (const [code] of EVENT_STATES.entries()) {
            let total = 0;
            for (let bucket = 0; bucket < buckets; bucket += 1) total += counts[bucket * EVENT_STATES.length + code];
            expect(total).toBe(inside.filter((i) => eventState[i] === code).length);
          }
          if (inside.length > 0) expect([...centres]).toEqual([...centres].sort((p, q) => p - q));
        },
      ),
    );
  });

  it('puts equal parts of the axis into equal buckets', () => {
    const events = eventsAt([0, 1, 2, 3, 4, 8], [0, 0, 0, 0, 0, 0]);
    const { x: centres, counts } = composition(events, new Uint8Array(6), { from: 0, to: 6 }, 'time', 2);
    expect([...centres]).toEqual([2, 6]);
    expect([counts[0], counts[EVENT_STATES.length]]).toEqual([4, 2]);
  });
});

describe('eventsOfRows', () => {
  it('finds what a look at every event finds', () => {
    const rows = fc.uniqueArray(fc.nat(60), { maxLength: 30 }).map((list) => Int32Array.from(list).sort());
    fc.assert(
      fc.property(rows, rows, (eventRow, asked) => {
        const found = [...asked].filter((row) => eventRow.includes(row));
        const answer = eventsOfRows(eventRow, asked);
        expect([...answer.rows]).toEqual(found);
        expect([...answer.indices]).toEqual(found.map((row) => eventRow.indexOf(row)));
      }),
    );
  });
});
