import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { coupling } from './panel.ts';

it('draws the void levels as live shares of the reference coupling', async () => {
  const tiny = await analysed();
  const { rho } = tiny.report.calibration;
  const spec = coupling.toChart(
    await inputOf(coupling, tiny, { parameters: { ...DEFAULT_PARAMETERS, void_floor: 0.4 } }),
  );
  expect(spec.thresholds.map((threshold) => threshold.value)).toEqual([
    DEFAULT_PARAMETERS.void_clear * rho,
    0.4 * rho,
    rho,
  ]);
});

it('draws no level where streams were not coupled in the reference', async () => {
  const tiny = await analysed();
  const parameters = { ...DEFAULT_PARAMETERS, void_min_ref: 1 };
  expect(coupling.toChart(await inputOf(coupling, tiny, { parameters })).thresholds).toEqual([]);
});
