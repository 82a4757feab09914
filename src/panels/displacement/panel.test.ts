import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { displacement } from './panel.ts';

it('draws the limit of every stream, and for one alone the half of it that closes an episode', async () => {
  const tiny = await analysed();
  const { shiftLimits } = tiny.report.calibration;
  expect(shiftLimits.length).toBeGreaterThan(1);
  expect(shiftLimits.every((limit) => limit > 0)).toBe(true);
  const all = displacement.toChart(await inputOf(displacement, tiny)).thresholds.map((threshold) => threshold.value);
  expect(all).toEqual([...shiftLimits].sort((a, b) => a - b));
  const alone = displacement
    .toChart(await inputOf(displacement, tiny, { streams: [1] }))
    .thresholds.map((threshold) => threshold.value);
  expect(alone).toEqual([shiftLimits[1], shiftLimits[1] / 2]);
});

it('says so where no limit could be derived', async () => {
  const { report } = await analysed();
  expect(displacement.note?.(report, DEFAULT_PARAMETERS)).toBeNull();
  expect(
    displacement.note?.(
      {
        ...report,
        calibration: { ...report.calibration, shiftLimits: report.calibration.shiftLimits.map(() => Number.NaN) },
      },
      DEFAULT_PARAMETERS,
    ),
  ).toContain('No limit');
});
