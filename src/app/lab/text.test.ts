import { describe, expect, it } from 'vitest';
import type { RunLengthEstimate } from '../../detection/lab/arl.ts';
import { budgetText, eventsText, intervalText, naiveText, rateText, runLengthText } from './text.ts';

const estimate = (change: Partial<RunLengthEstimate>): RunLengthEstimate => ({
  arl: 12_345,
  method: 'simulated',
  interval: [9_812, 15_600],
  level: 0.95,
  lowerBound: 8_000,
  alarms: 160,
  events: 2_000_000,
  ...change,
});

describe('false alarms in words', () => {
  it('to three digits, with names for large numbers', () => {
    expect([7.25, 640, 12_345, 1_234_567, 4.2e9, Infinity, NaN].map(eventsText)).toEqual([
      '7.25',
      '640',
      '12,300',
      '1.23 million',
      '4.2 billion',
      'unlimited',
      '–',
    ]);
    expect(runLengthText(estimate({}))).toBe('one in 12,300 events');
    expect(intervalText(estimate({}))).toBe('95 %: 9,810 to 15,600');
  });

  it('say only what is known where no alarm was seen', () => {
    const bound = estimate({ arl: NaN, method: 'bound', interval: [542_000, Infinity], lowerBound: 542_000 });
    expect(runLengthText(bound)).toBe('fewer than one in 542,000 events');
    expect(intervalText(bound)).toBe('95 %: at least 542,000');
  });

  it('as rates that can be imagined', () => {
    expect([2400, 3.14, 0.5, 0.01, 1 / 3652.5, 0, NaN].map(rateText)).toEqual([
      '100 per hour',
      '3.1 per day',
      '3.5 per week',
      '3.7 per year',
      'one in 10 years',
      'none',
      '–',
    ]);
    expect(budgetText({ per: 'week', alarms: 1 })).toBe('one false alarm per week');
    expect(budgetText({ per: 'events', events: 5000 })).toBe('one false alarm in 5,000 events');
  });

  it('beside the textbook figure', () => {
    const with_ = (siegmund: number) =>
      ({ estimate: estimate({ arl: 1000 }), naive: { siegmund, capped: 0 } }) as Parameters<typeof naiveText>[0];
    expect([340_000, 1000, 200].map((s) => naiveText(with_(s)))).toEqual([
      '340 times too optimistic',
      'about right here',
      '5 times too conservative',
    ]);
  });
});
