import { formatQuantity } from '../../core/format.ts';
import { governedBy } from '../../detection/channels/limitRule.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/** CUSUM of the standardised divergence against its decision limit h (docs/methods.md 8). */
export const cusum: LinePanel = {
  type: 'lines',
  id: 'cusum',
  title: 'CUSUM',
  description:
    'Divergence beyond what the reference period explains, summed up: above h it is drift, and it stays ' +
    'drift until the sum is back at zero.',
  unit: 'σ',
  series: ['cusum'],
  height: 130,
  scales: ['linear'],
  kinds: ['DRIFT'],
  toChart: (input) =>
    lineSpec('σ', input.scale, streamLines(input, 'cusum'), {
      thresholds: [
        {
          value: input.parameters.h,
          label: `h ${formatQuantity(input.parameters.h, 'σ')}`,
          tone: 'danger',
          rule: governedBy('h'),
        },
      ],
      include: [0],
    }),
  empty: () =>
    'No CUSUM in this range: it starts when a stream is no longer warming and the reference period is over. ' +
    'Look further right, or shorten the warm-up.',
};
