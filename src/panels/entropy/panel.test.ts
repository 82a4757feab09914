import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { entropy } from './panel.ts';

it('draws the floor and the level that closes it, and leaves room for the most entropy k axes can have', async () => {
  const tiny = await analysed();
  const spec = entropy.toChart(
    await inputOf(entropy, tiny, { parameters: { ...DEFAULT_PARAMETERS, tau_min: 1.5, ent_hyst: 0.4 } }),
  );
  expect(spec.thresholds.map(({ value, tone }) => [value, tone])).toEqual([
    [1.9, 'ok'],
    [1.5, 'danger'],
  ]);
  expect(spec.include).toEqual([Math.log2(tiny.report.k)]);
  for (const { points } of spec.lines)
    for (let i = 1; i < points.length; i += 2)
      if (Number.isFinite(points[i])) expect(points[i]).toBeLessThanOrEqual(Math.log2(6) + 1e-9);
});
