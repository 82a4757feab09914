import { describe, expect, test } from 'vitest';
import type { EventColumns } from '../../../core/columns.ts';
import { resolveStretch, stretchWindows, type StretchRequest } from './stretch.ts';

/** Streams a and b speak in turn; the last 10 events of a are pauses. */
const events = (n: number) =>
  ({
    n,
    streams: ['a', 'b'],
    stream: Int32Array.from({ length: n }, (_, i) => i % 2),
    isVoid: Uint8Array.from({ length: n }, (_, i) => (i % 2 === 0 && i >= n - 20 ? 1 : 0)),
  }) as unknown as EventColumns;
const REFERENCE = { from: 0, to: 120 };
const ASKED: StretchRequest = {
  event: 300,
  range: { from: 300, to: 400 },
  stream: 'a',
  against: 'before',
  other: null,
};
const windowsOf = (n: number, request: StretchRequest, reference = REFERENCE) => {
  const all = events(n);
  return stretchWindows(all, resolveStretch(all, request, reference));
};

describe('a stretch', () => {
  test('is of the stream that is named, or of that of its event', () => {
    expect(resolveStretch(events(600), ASKED, REFERENCE)).toMatchObject({ stream: 0, own: 50, first: 300, last: 398 });
    expect(resolveStretch(events(600), { ...ASKED, event: 301, stream: null }, REFERENCE)).toMatchObject({
      stream: 1,
      first: 301,
      last: 399,
    });
    expect(() => resolveStretch(events(600), { ...ASKED, stream: 'c' }, REFERENCE)).toThrow('no stream "c"');
  });

  test('goes on from an event for 128 of its stream, or to the end', () => {
    const on = { ...ASKED, range: null };
    expect(resolveStretch(events(4000), on, REFERENCE)).toMatchObject({ own: 128, range: { from: 300, to: 555 } });
    expect(resolveStretch(events(400), on, REFERENCE)).toMatchObject({ own: 50, range: { from: 300, to: 400 } });
  });

  test('is measured at its last event that is no pause', () => {
    expect(resolveStretch(events(400), ASKED, REFERENCE).measured).toBe(378);
  });

  test('is compared with what was before, the reference outside of it, or another stretch', () => {
    const against = (change: Partial<StretchRequest>) =>
      resolveStretch(events(600), { ...ASKED, ...change }, REFERENCE).baseline;
    expect(against({})).toEqual({ range: { from: 0, to: 300 }, own: 150, title: 'before it' });
    expect(against({ against: 'reference' })).toEqual({ range: REFERENCE, own: 60, title: 'in the reference' });
    expect(against({ against: 'reference', range: { from: 20, to: 60 } })?.range).toEqual({ from: 60, to: 120 });
    expect(against({ against: 'other', other: { from: 350, to: 500 } })).toEqual({
      range: { from: 400, to: 500 },
      own: 50,
      title: 'in events 400 to 499',
    });
    expect(against({ against: 'other', other: { from: 320, to: 380 } })).toBeNull();
    expect(against({ event: 0, range: { from: 0, to: 100 } })).toBeNull();
  });
});

describe('its windows', () => {
  test('need eight events a side, in a ledger of any length, and say how many there are', () => {
    expect(windowsOf(60, { ...ASKED, event: 40, range: { from: 40, to: 60 } })).toEqual({
      window: { from: 40, to: 59 },
      baseline: { from: 0, to: 39 },
      note: 'The 10 events of a in events 40 to 59, against its 20 before it.',
    });
    expect(() => windowsOf(60, { ...ASKED, range: { from: 50, to: 60 } })).toThrow(
      'events 50 to 59 hold 5 events of a: it takes 8',
    );
    expect(() => windowsOf(60, { ...ASKED, range: { from: 10, to: 60 } })).toThrow('a has 5 events before it');
    expect(() => windowsOf(60, { ...ASKED, range: { from: 0, to: 60 } })).toThrow('a has no event outside the stretch');
  });

  test('hold the first events of a long stretch and the last of what is before it', () => {
    const { window, baseline, note } = windowsOf(9000, { ...ASKED, range: { from: 3000, to: 9000 } });
    expect([window.from, (window.to + 1 - window.from) / 2]).toEqual([3000, 1024]);
    expect([baseline.to, (baseline.to + 1 - baseline.from) / 2]).toEqual([2999, 512]);
    expect(note).toBe('The first 1,024 of the 3,000 events of a in events 3,000 to 8,999, against its 512 before it.');
  });
});
