import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupShare } from '../../../detection/drilldown/types.ts';
import { barPlaces, groupRows, shareText } from './bars.ts';

const share = fc.double({ min: -2, max: 2, noNaN: true });
const group = fc.record({ name: fc.option(fc.string()), events: fc.nat(1000), share });

describe('groupRows', () => {
  it('lists, sums and leaves nothing out: the rows add up to what the groups and the start add up to', () => {
    fc.assert(
      fc.property(fc.array(group), share, fc.integer({ min: 1, max: 10 }), (groups: GroupShare[], initial, most) => {
        const rows = groupRows(groups, { weight: initial, share: initial }, most, 'none');
        const wanted = groups.reduce((sum, g) => sum + g.share, 0) + (Math.abs(initial) < 5e-4 ? 0 : initial);
        expect(rows.reduce((sum, row) => sum + row.share, 0)).toBeCloseTo(wanted, 9);
        expect(rows.filter((row) => !row.isRest).length).toBe(Math.min(most, groups.length));
      }),
    );
  });
});

describe('barPlaces', () => {
  it('keeps every bar on the axis, negative ones left of zero and positive ones right of it', () => {
    fc.assert(
      fc.property(fc.array(share, { minLength: 1 }), (shares) => {
        barPlaces(shares).forEach(({ left, width, zero }, i) => {
          expect(left).toBeGreaterThanOrEqual(-1e-12);
          expect(left + width).toBeLessThanOrEqual(1 + 1e-12);
          if (shares[i] < 0) expect(left + width).toBeCloseTo(zero, 9);
          else expect(left).toBe(zero);
        });
      }),
    );
  });
});

it('tells shares to a tenth of a percent', () => {
  expect([0.8684, -0.0042, 1.0214, -9.43e-8, 0.00061].map(shareText)).toEqual([
    '86.8 %',
    '−0.4 %',
    '102 %',
    '0 %',
    '0.1 %',
  ]);
});
