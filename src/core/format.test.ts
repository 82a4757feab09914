import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatDuration,
  formatMs,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatTime,
  formatTimeFull,
} from './format.ts';

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [4.2, '4.2'],
    [0.012345, '0.0123'],
    [12345.6, '12,346'],
    [1_234_567, '1,234,567'],
    [-0.5, '−0.5'],
    [8.5, '8.5'],
    [999.96, '1,000'],
    [9.996, '10'],
    [0.00001234, '1.23e−5'],
    [-2.5e12, '−2.5e12'],
    [Number.NaN, '–'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
  ])('%d reads %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('reads back to within its significant digits', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e8, max: 1e8, noNaN: true }), (value) => {
        const back = Number(formatNumber(value, 4).replaceAll(',', '').replaceAll('−', '-'));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * 5.01e-4);
      }),
    );
  });
});

it.each([
  [99_999, '99,999'],
  [250_000, '250k'],
  [999_999, '1M'],
  [-150_000_000, '−150M'],
  [3e10, '30G'],
  [5e14, '500T'],
  [2e15, '2e15'],
  [0.02, '0.02'],
  [Number.NaN, '–'],
])('%d reads %s where there is little room', (value, text) => expect(formatCompact(value, 5)).toBe(text));

describe('units', () => {
  it('appends the unit and keeps counts whole', () => {
    expect(formatQuantity(4.2, 'nats')).toBe('4.2 nats');
    expect(formatQuantity(1, 'events')).toBe('1 event');
    expect(formatQuantity(12403, 'events')).toBe('12,403 events');
    expect(formatQuantity(384, 'ms')).toBe('384 ms');
    expect(formatQuantity(0.72, 'ratio')).toBe('0.72');
    expect(formatQuantity(Number.NaN, 'bits')).toBe('–');
    expect(formatPercent(0.1234)).toBe('12.3 %');
    expect(formatCount(-50_000)).toBe('−50,000');
    expect(formatCount(-0.2)).toBe('0');
    expect(formatBytes(34_000_000)).toBe('34 MB');
    expect(formatBytes(999_999)).toBe('1 MB');
  });

  it('changes to longer units where they are legible', () => {
    expect(formatMs(9_999)).toBe('9,999 ms');
    expect(formatMs(90_000)).toBe('1 min 30 s');
    expect(formatDuration(5_400_000)).toBe('1 h 30 min');
    expect(formatDuration(3_599_999)).toBe('1 h');
    expect(formatDuration(1500)).toBe('1.5 s');
    expect(formatDuration(12_400)).toBe('12 s');
    expect(formatDuration(172_800_000)).toBe('2 d');
    expect(formatDuration(-250)).toBe('−250 ms');
  });
});

describe('times, in UTC', () => {
  const t = Date.UTC(2026, 2, 1, 9, 30, 5, 125);
  it.each([
    [5_000, '09:30:05.125'],
    [60_000, '09:30:05'],
    [7_200_000, '09:30'],
    [3 * 86_400_000, '1 Mar 09:30'],
    [90 * 86_400_000, '1 Mar 2026'],
  ])('a span of %d ms reads %s', (span, text) => expect(formatTime(t, span)).toBe(text));

  it('keeps microseconds in full', () => {
    expect(formatTimeFull(t)).toBe('2026-03-01 09:30:05.125');
    expect(formatTimeFull(t + 0.25)).toBe('2026-03-01 09:30:05.125250');
    expect(formatTimeFull(Number.NaN)).toBe('–');
    expect(formatTimeFull(9e15)).toBe('–');
  });
  it('near 1970 is time from a start', () => {
    expect([formatTimeFull(5000.25), formatTimeFull(90_000_000)]).toEqual(['0 d 00:00:05.000250', '1 d 01:00:00.000']);
    expect([formatTime(90_000_000, 2 * 86_400_000), formatTime(5000, 20 * 86_400_000)]).toEqual(['1 d 01:00', '0 d']);
  });
});
