import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisTicks, eventTicks, timeTicks } from './ticks.ts';

const DAY = 86_400_000;
const t0 = Date.UTC(2026, 2, 1, 9, 30);

describe('event ticks', () => {
  it('are whole events at round counts', () => {
    expect(eventTicks({ min: 0, max: 50_000 }, 6).map((tick) => tick.label)).toEqual([
      '0',
      '10,000',
      '20,000',
      '30,000',
      '40,000',
      '50,000',
    ]);
    expect(eventTicks({ min: 12.2, max: 15.9 }, 10).map((tick) => tick.x)).toEqual([13, 14, 15]);
  });
});

describe('time ticks', () => {
  it.each([
    ['seconds', 30_000, ['09:30:00', '09:30:10', '09:30:20', '09:30:30']],
    ['milliseconds', 40, ['09:30:00.000', '09:30:00.010', '09:30:00.020', '09:30:00.030', '09:30:00.040']],
    ['minutes', 3_600_000, ['09:30', '09:45', '10:00', '10:15', '10:30']],
  ])('over %s', (_name, length, labels) =>
    expect(timeTicks({ min: t0, max: t0 + length }, 4).map((tick) => tick.label)).toEqual(labels),
  );

  it('name the day at midnight and months over years', () => {
    expect(timeTicks({ min: t0, max: t0 + DAY }, 4).map((tick) => tick.label)).toEqual([
      '12:00',
      '18:00',
      '2 Mar',
      '06:00',
    ]);
    expect(timeTicks({ min: Date.UTC(2026, 0, 5), max: Date.UTC(2026, 6, 5) }, 6).map((tick) => tick.label)).toEqual([
      'Feb 2026',
      'Mar 2026',
      'Apr 2026',
      'May 2026',
      'Jun 2026',
      'Jul 2026',
    ]);
    expect(timeTicks({ min: Date.UTC(1990, 0), max: Date.UTC(2026, 0) }, 5).map((tick) => tick.label)).toEqual([
      'Jan 1990',
      'Jan 2000',
      'Jan 2010',
      'Jan 2020',
    ]);
  });

  it('never crowd, and lie within the axis', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e12 }),
        fc.constantFrom('event' as const, 'time' as const),
        (length, axis) => {
          const domain = { min: t0, max: t0 + length };
          const ticks = axisTicks(axis, domain, 10);
          expect(ticks.length).toBeLessThanOrEqual(13);
          for (const tick of ticks) {
            expect(tick.x).toBeGreaterThanOrEqual(domain.min);
            expect(tick.x).toBeLessThanOrEqual(domain.max);
          }
        },
      ),
    );
  });
});
