import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxMuller, mulberry32, openMulberry32, splitmix64, splitmix64Words } from './random.ts';

const take = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, () => next());

describe('random numbers', () => {
  it('are those that saved results were made with', () => {
    expect(take(3, mulberry32(1)).map((v) => v * 2 ** 32)).toEqual([2693262067, 11749833, 2265367787]);
    expect(take(2, mulberry32(2 ** 31 + 5)).map((v) => v * 2 ** 32)).toEqual([2491555058, 370742764]);
    expect(take(3, openMulberry32(1)).map((v) => v * 2 ** 32)).toEqual([2693262067.5, 11749833.5, 2265367787.5]);
    // The first outputs of the authors' C program.
    expect(take(2, splitmix64Words(1234567n))).toEqual([6457827717110365317n, 3203168211198807973n]);
    expect(splitmix64(1234567)()).toBe(Number(6457827717110365317n >> 11n) / 2 ** 53);
  });

  it('lie in their interval, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const value of [...take(5, mulberry32(seed)), ...take(5, splitmix64(seed))]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(1);
        }
        for (const value of take(5, openMulberry32(seed))) {
          expect(value).toBeGreaterThan(0);
          expect(value).toBeLessThan(1);
        }
      }),
    );
  });

  it('become standard normal by Box and Muller', () => {
    const random = openMulberry32(3);
    const values = take(20_000, () => boxMuller(random(), random()));
    const inside = (limit: number) => values.filter((v) => Math.abs(v) < limit).length / values.length;
    // Four standard errors at n = 20,000.
    expect(Math.abs(inside(1) - 0.6827)).toBeLessThan(0.0132);
    expect(Math.abs(inside(2) - 0.9545)).toBeLessThan(0.006);
    expect(Math.abs(values.filter((v) => v > 0).length / values.length - 0.5)).toBeLessThan(0.0142);
  });
});
