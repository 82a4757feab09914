import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countOf,
  countsBy,
  countText,
  describePart,
  liesOutside,
  normalPart,
  partName,
  roundedDown,
  shareInTime,
  timeOf,
  type LedgerPart,
  type LedgerSurvey,
} from './part.ts';

const T = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;
const stretch = (provider: string | null, hour: string, rows: number, from: number, to: number) => ({
  values: [provider, hour],
  rows,
  first: T + from * MINUTE,
  last: T + to * MINUTE,
});
const survey: LedgerSurvey = {
  keys: ['provider_id', 'hour'],
  hasTime: true,
  estimated: false,
  fits: 1000,
  k: 8,
  stretches: [
    stretch('a', 'h9', 100, 0, 59),
    stretch('b', 'h9', 200, 0, 59),
    stretch('a', 'h10', 300, 60, 119),
    stretch(null, 'h10', 400, 60, 119),
  ],
};
const part = (change: Partial<LedgerPart>): LedgerPart => ({ where: {}, from: null, to: null, ...change });

describe('a part of a ledger', () => {
  it('has one form, and none where it is the whole', () => {
    expect(normalPart(part({ where: { b: [] } }))).toBeUndefined();
    expect(normalPart(part({ where: { b: ['2', null, '1', '2'], a: ['x'] }, from: 5 }))).toEqual({
      where: { a: ['x'], b: ['1', '2', null] },
      from: 5,
      to: null,
    });
    expect(Object.keys(normalPart(part({ where: { b: ['1'], a: ['x'] } }))!.where)).toEqual(['a', 'b']);
  });

  it('is counted exactly by partitions, and by times that no stretch lies across', () => {
    expect(countOf(survey, undefined)).toEqual({ events: 1000, exact: true });
    expect(countOf(survey, part({ where: { provider_id: ['a'] } }))).toEqual({ events: 400, exact: true });
    expect(countOf(survey, part({ where: { provider_id: ['a', null], hour: ['h10'] } }))).toEqual({
      events: 700,
      exact: true,
    });
    expect(countOf(survey, part({ where: { provider_id: ['nobody'] } }))).toEqual({ events: 0, exact: true });
    expect(countOf(survey, part({ from: T + 60 * MINUTE }))).toEqual({ events: 700, exact: true });
    expect(countOf(survey, part({ to: T + 60 * MINUTE }))).toEqual({ events: 300, exact: true });
  });

  it('takes the first time and not the last one', () => {
    const [h9] = survey.stretches;
    expect(liesOutside(h9, part({ to: h9.first }))).toBe(true);
    expect(liesOutside(h9, part({ to: h9.first + 1 }))).toBe(false);
    expect(liesOutside(h9, part({ from: h9.last }))).toBe(false);
    expect(liesOutside(h9, part({ from: h9.last + 1 }))).toBe(true);
    expect(liesOutside({ first: NaN, last: NaN }, part({ from: T, to: T + 1 }))).toBe(false);
    expect(countOf(survey, part({ from: h9.last, to: h9.last + 1 })).exact).toBe(false);
    expect(shareInTime({ first: T, last: T }, part({ from: T }))).toBe(1);
    expect(shareInTime({ first: T, last: T }, part({ to: T }))).toBe(0);
    expect(shareInTime({ first: T, last: T }, part({ from: T, to: T + 1 }))).toBe(1);
    expect(shareInTime({ first: NaN, last: NaN }, part({ from: T }))).toBe(1);
  });

  it('is counted by the values of a key among what the other choices leave', () => {
    const counts = (change: Partial<LedgerPart>, key: string) =>
      [...countsBy(survey, part(change), key)].map(([value, { events }]) => [value, events]);
    expect(counts({}, 'provider_id')).toEqual([
      ['a', 400],
      ['b', 200],
      [null, 400],
    ]);
    expect(counts({ where: { provider_id: ['b'], hour: ['h10'] } }, 'provider_id')).toEqual([
      ['a', 300],
      ['b', 0],
      [null, 400],
    ]);
    expect(counts({ to: T + 60 * MINUTE, where: { provider_id: ['a'] } }, 'hour')).toEqual([
      ['h10', 0],
      ['h9', 100],
    ]);
    expect(counts({ where: { hour: [] } }, 'provider_id')).toEqual(counts({}, 'provider_id'));
  });

  it('is estimated where a stretch lies across an edge, where times are not known, and where rows are not', () => {
    expect(countOf(survey, part({ to: T + 29.5 * MINUTE }))).toEqual({ events: 150, exact: false });
    const timeless = { ...survey, stretches: [{ values: ['a', 'h9'], rows: 10, first: NaN, last: NaN }] };
    expect(countOf(timeless, part({ to: T }))).toEqual({ events: 10, exact: false });
    expect(countOf(timeless, undefined)).toEqual({ events: 10, exact: true });
    expect(countOf({ ...timeless, estimated: true }, undefined).exact).toBe(false);
    expect(countOf({ ...timeless, stretches: [{ ...timeless.stretches[0], rows: NaN }] }, undefined)).toEqual({
      events: NaN,
      exact: false,
    });
    expect(timeOf(timeless)).toBeNull();
    expect(timeOf(survey)).toEqual([T, T + 119 * MINUTE]);
  });

  it('and the times after it make the whole, within rounding', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 200 }), (minute) => {
        const at = T + minute * MINUTE + 1;
        const [before, after] = [countOf(survey, part({ to: at })), countOf(survey, part({ from: at }))];
        expect(Math.abs(before.events + after.events - 1000)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is said in words', () => {
    const some = part({ where: { hour: ['1', '2', '3', '4', '5'], provider_id: ['a', null] }, from: T, to: T + 0.5 });
    expect(describePart(some)).toBe(
      'hour 1, 2, 3 and 2 more; provider_id a, (missing); from 2026-01-05 09:00:00.000; ' +
        'to before 2026-01-05 09:00:00.000500',
    );
    expect(partName('big', part({ where: { hour: ['9'] } }))).toBe('big [hour 9]');
    expect(partName('big', undefined)).toBe('big');
    expect(countText(1_250_000, { part: some, of: 10_000_000, exact: true })).toBe('1,250,000 of 10,000,000 events');
    expect(countText(5, { part: some, of: 12, exact: false })).toBe('5 of about 12 events');
    expect(countText(5, { part: some, of: NaN, exact: false })).toBe('5 of an unknown number of events');
    expect(countText(1, null)).toBe('1 event');
  });

  it('rounds what fits down to two digits', () => {
    expect([5_872_113, 99, 100, 1_999, 0].map(roundedDown)).toEqual([5_800_000, 99, 100, 1_900, 0]);
  });
});
