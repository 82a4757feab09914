import { expect, test } from 'vitest';
import { testKernels } from '../kernels/testing.ts';
import { coverage, keptWord } from './coverage.ts';

/** The whole hundred: scripts/coverage.mjs. */
test('what is stated of false alarms holds in the rest of the ledger', async () => {
  const all = [];
  for (let seed = 1; seed <= 6; seed++)
    all.push(...(await keptWord(testKernels(), { seed, events: 80_000, reference: 2000, budgets: [1000, 10_000] })));
  const { stated, covered } = coverage(all);
  expect(stated).toBeGreaterThanOrEqual(10);
  expect(covered).toBeGreaterThanOrEqual(stated - 2);
  // Wide enough to be true of another ledger, narrow enough to say something.
  for (const { stated: of, budget } of all) {
    expect(of.interval[1] / of.interval[0]).toBeGreaterThan(3);
    expect(of.interval[1] / of.interval[0]).toBeLessThan(budget === 1000 ? 60 : 1000);
    expect(of.method).toBe('extrapolated');
  }
}, 180_000);
