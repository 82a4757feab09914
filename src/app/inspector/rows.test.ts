import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexOfRow } from './rows.ts';

describe('indexOfRow', () => {
  it('finds every tracked row, and nothing at others', async () => {
    const subset = fc
      .uniqueArray(fc.nat(3000), { minLength: 1, maxLength: 800 })
      .map((rows) => rows.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(subset, fc.nat(3100), async (rows, other) => {
        const rowsOf = (indices: readonly number[]): Promise<Int32Array> =>
          Promise.resolve(Int32Array.from(indices, (i) => rows[i]));
        const wanted = rows[other % rows.length];
        expect(await indexOfRow(wanted, rows.length, rowsOf)).toBe(rows.indexOf(wanted));
        expect(await indexOfRow(other, rows.length, rowsOf)).toBe(rows.includes(other) ? rows.indexOf(other) : null);
      }),
      { numRuns: 60 },
    );
  });

  it('needs few round trips in a large ledger', async () => {
    let asked = 0;
    const rowsOf = (indices: readonly number[]): Promise<Int32Array> => {
      asked += 1;
      return Promise.resolve(Int32Array.from(indices, (i) => 2 * i));
    };
    expect(await indexOfRow(1_234_566, 1_000_000, rowsOf)).toBe(617_283);
    expect(asked).toBeLessThanOrEqual(5);
  });
});
