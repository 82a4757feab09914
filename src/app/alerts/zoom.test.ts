import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoomRange } from './zoom.ts';

describe('zoomRange', () => {
  it('adds a fifth of context on either side', () => {
    expect(zoomRange({ onset: 1000, fired: 1010, resolved: 2000 }, 50_000)).toEqual({ from: 800, to: 2200 });
  });

  it('shows at least 100 events, and the whole of a shorter ledger', () => {
    expect(zoomRange({ onset: 1000, fired: 1004, resolved: 1010 }, 50_000)).toEqual({ from: 955, to: 1055 });
    expect(zoomRange({ onset: 10, fired: 12, resolved: 20 }, 60)).toEqual({ from: 0, to: 60 });
  });

  it('holds the whole episode and lies within the ledger', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(50), fc.option(fc.nat(3000)), fc.nat(4000), (onset, lag, length, rest) => {
        const fired = onset + lag;
        const resolved = length === null ? null : fired + length;
        const events = (resolved ?? fired + 1) + 1 + rest;
        const range = zoomRange({ onset, fired, resolved: resolved }, events);
        expect(range.from).toBeGreaterThanOrEqual(0);
        expect(range.to).toBeLessThanOrEqual(events);
        expect(range.from).toBeLessThanOrEqual(onset);
        expect(range.to).toBeGreaterThanOrEqual(Math.max(fired + 1, resolved ?? events));
        expect(range.to - range.from).toBeGreaterThanOrEqual(Math.min(100, events));
      }),
    );
  });
});
