import { expect, it } from 'vitest';
import { analysed, inputOf } from './testing.ts';
import { CHANNELS } from '../detection/channels/generated/channels.ts';
import { channelPanel } from './channelPanel.ts';

const shift = channelPanel(CHANNELS.shift);

it('has values after the reference period only', async () => {
  const tiny = await analysed();
  const { lines, include } = shift.toChart(await inputOf(shift, tiny));
  const first = Math.min(
    ...lines.flatMap(({ points }) =>
      Array.from(points).filter((_, i) => i % 2 === 0 && Number.isFinite(points[i + 1])),
    ),
  );
  expect(first).toBeGreaterThanOrEqual(tiny.report.reference.to);
  expect(include).toEqual([0]);
});
