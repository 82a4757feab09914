import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { displacement } from './panel.ts';

it('draws the derived limit and the half of it that closes an episode', async () => {
  const tiny = await analysed();
  const limit = tiny.report.calibration.shiftLimit;
  expect(limit).toBeGreaterThan(0);
  expect(displacement.toChart(await inputOf(displacement, tiny)).thresholds.map((threshold) => threshold.value)).toEqual([limit, limit / 2]);
});

it('says so where no limit could be derived', async () => {
  const { report } = await analysed();
  expect(displacement.note?.(report, DEFAULT_PARAMETERS)).toBeNull();
  expect(displacement.note?.({ ...report, calibration: { ...report.calibration, shiftLimit: Number.NaN } }, DEFAULT_PARAMETERS)).toContain('No limit');
});
