import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoomRange } from './zoom.ts';

describe('zoomRange', () => {
  it('adds a fifth of context on either side', () => {
    expect(zoomRange({ onset: 1000, fired: 1010, cleared: 2000 }, 50_000)).toEqual({ from: 800, to: 2200 });
  });

  it('shows at least 100 events, and the whole of a shorter ledger', () => {
    expect(zoomRange({ onset: 1000, fired: 1004, cleared: 1010 }, 50_000)).toEqual({ from: 955, to: 1055 });
    expect(zoomRange({ onset: 10, fired: 12, cleared: 20 }, 60)).toEqual({ from: 0, to: 60 });
  });

  it('holds the whole episode and lies within the ledger', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(50), fc.option(fc.nat(3000)), fc.nat(4000), (onset, lag, length, rest) => {
        const fired = onset + lag;
        const cleared = length === null ? null : fired + length;
        const events = (cleared ?? fired + 1) + 1 + rest;
        const range = zoomRange({ onset, fired, cleared }, events);
        expect(range.from).toBeGreaterThanOrEqual(0);
        expect(range.to).toBeLessThanOrEqual(events);
        expect(range.from).toBeLessThanOrEqual(onset);
        expect(range.to).toBeGreaterThanOrEqual(Math.max(fired + 1, cleared ?? events));
        expect(range.to - range.from).toBeGreaterThanOrEqual(Math.min(100, events));
      }),
    );
  });
});
