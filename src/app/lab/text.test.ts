import { describe, expect, it } from 'vitest';
import type { RunLengthEstimate } from '../../detection/lab/arl.ts';
import { beyondText, eventsText, runLengthText } from '../../detection/lab/runLengthText.ts';
import { budgetText, intervalText, naiveText, rateText, textbookText } from './text.ts';
import { rateRangeText } from './rateRange.ts';

const estimate = (change: Partial<RunLengthEstimate>): RunLengthEstimate => ({
  arl: 12_345,
  method: 'simulated',
  interval: [9_812, 15_600],
  level: 0.95,
  alarms: 160,
  events: 2_000_000,
  ...change,
});

const said = (change: Partial<RunLengthEstimate>, cannotRise = false) =>
  runLengthText({ cannotRise, estimate: estimate(change) });

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
    expect(said({})).toBe('one in 12,300 events');
    expect(said({ method: 'extrapolated' })).toBe('about one in 12,300 events');
    expect(intervalText(estimate({}))).toBe('95 %: 9,810 to 15,600');
    expect(intervalText(estimate({ level: null }))).toBe('roughly 9,810 to 15,600');
    expect(intervalText(estimate({ level: null, interval: [9_812, Infinity] }))).toBe('roughly 9,810 or more');
  });

  it('say only what is known where no alarm was seen', () => {
    const bound = { arl: NaN, method: 'bound', interval: [0, Infinity], level: null, alarms: 0 } as const;
    expect(said(bound)).toBe('none in 2 million simulated events');
    expect(said({ ...bound, alarms: 3 })).toBe('3 in 2 million simulated events');
    expect(said({ ...bound, events: 0 })).toBe('not known');
    expect(intervalText(estimate(bound))).toBe('');
  });

  it('claim nothing where the sum cannot rise', () => {
    expect(said({}, true)).toBe('none can be raised: the CUSUM cannot rise on this ledger');
  });

  it('claim no more than ten times what was simulated, and no longer than ten years', () => {
    expect(textbookText(77.7e9, estimate({}))).toBe('more than 20 million');
    expect(textbookText(1_234, estimate({}))).toBe('1,230');
    expect(rateText(1 / (365.25 * 77.7e9))).toBe('less than one in 10 years');
    const rate = (perDay: number, perDayInterval: [number, number]) =>
      rateRangeText({ perDay, perDayInterval } as unknown as Parameters<typeof rateRangeText>[0]);
    expect(rate(3.14, [1, 8])).toBe('3.1 per day (1 per day to 8 per day)');
    expect(rate(3.14, [0, 8])).toBe('3.1 per day (up to 8 per day)');
    expect(rate(NaN, [0, Infinity])).toBe('');
  });

  it('as rates that can be imagined', () => {
    expect([2400, 3.14, 0.5, 0.01, 1 / 3652, 0, NaN].map(rateText)).toEqual([
      '100 per hour',
      '3.1 per day',
      '3.5 per week',
      '3.7 per year',
      'one in 10 years',
      'less than one in 10 years',
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

describe('what a limit costs that is counted, not simulated', () => {
  it('is one in so many events, by spells where an alert lasts', () => {
    const counted = { events: 2000, beyond: 40, runs: 5 };
    expect(beyondText({ ...counted, each: true })).toBe(
      'Beyond it in the reference: 40 of 2,000 events, 2 %; false notices: about one in 50 events',
    );
    expect(beyondText({ ...counted, each: false })).toBe(
      'Beyond it in the reference: 40 of 2,000 events, 2 %; false alarms: about one in 400 events (5 spells)',
    );
  });

  it('is no figure where the reference has no case', () => {
    expect(beyondText({ events: 180, beyond: 0, runs: 0, each: false })).toBe(
      'Never beyond it in the 180 events of the reference: how much rarer it is cannot be said',
    );
    expect(beyondText({ events: 0, beyond: 0, runs: 0, each: true })).toMatch(/no value/);
  });
});
