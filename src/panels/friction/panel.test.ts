import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { friction } from './panel.ts';

it('draws the calibrated band, and moves it with the live half-width before the worker answers', async () => {
  const tiny = await analysed();
  const input = await inputOf(friction, tiny);
  const { lo, hi } = tiny.report.calibration;
  const [zone] = friction.toChart(input).zones;
  expect(zone.low).toBeCloseTo(lo, 9);
  expect(zone.high).toBeCloseTo(hi, 9);

  const wider = friction.toChart({ ...input, parameters: { ...DEFAULT_PARAMETERS, z_band: 6 } });
  expect(wider.zones[0].low).toBeLessThan(lo);
  expect(wider.zones[0].high).toBeGreaterThan(hi);
  expect(wider.thresholds.map((threshold) => threshold.value)).toEqual([wider.zones[0].high, wider.zones[0].low]);
});
