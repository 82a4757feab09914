import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { tension } from './panel.ts';

it('draws the zone as live multiples of the reference median', async () => {
  const tiny = await analysed();
  const median = tiny.report.calibration.tension;
  const spec = tension.toChart(
    await inputOf(tension, tiny, { parameters: { ...DEFAULT_PARAMETERS, zone: [0.25, 3] } }),
  );
  expect(spec.zones).toEqual([expect.objectContaining({ low: 0.25 * median, high: 3 * median })]);
  expect(
    tension.note?.(
      { ...tiny.report, calibration: { ...tiny.report.calibration, tension: Number.NaN } },
      DEFAULT_PARAMETERS,
    ),
  ).toContain('No zone');
});
