import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { analysed, inputOf } from '../testing.ts';
import { divergence } from './panel.ts';

it('draws the ceiling at the live τ max, in nats, and says when the anchor is the reference', async () => {
  const tiny = await analysed();
  const parameters = { ...DEFAULT_PARAMETERS, tau_max: 2.5, anchor: 'reference' as const };
  const spec = divergence.toChart(await inputOf(divergence, tiny, { parameters }));
  expect(spec.thresholds).toEqual([
    expect.objectContaining({ value: 2.5, label: 'ceiling τ max 2.5 nats', tone: 'danger' }),
  ]);
  expect(divergence.note?.(tiny.report, parameters)).toContain('reference');
  expect(divergence.note?.(tiny.report, DEFAULT_PARAMETERS)).toBeNull();
});
