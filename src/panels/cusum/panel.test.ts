import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { cusum } from './panel.ts';

it('crosses h where, and only where, the engine raised drift', async () => {
  const tiny = await analysed({ fracture: 320 });
  const spec = cusum.toChart(await inputOf(cusum, tiny));
  expect(spec.thresholds.map((threshold) => threshold.value)).toEqual([DEFAULT_PARAMETERS.h]);
  const crossing = spec.lines
    .filter((line) => line.points.some((value, i) => i % 2 === 1 && value > DEFAULT_PARAMETERS.h))
    .map((line) => line.name);
  const drifting = tiny.report.alerts
    .filter((alert) => alert.kind === 'DRIFT')
    .map((alert) => tiny.report.streams[alert.stream].name);
  expect(drifting).not.toEqual([]);
  expect(new Set(crossing)).toEqual(new Set(drifting));
});
