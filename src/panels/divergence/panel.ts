import { formatQuantity } from '../../core/format.ts';
import { governedBy } from '../../detection/channels/limitRule.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/** KL between the fast and the anchor estimate (docs/methods.md 4) with its ceiling (docs/methods.md 8). */
export const divergence: LinePanel = {
  type: 'lines',
  id: 'divergence',
  title: 'KL divergence',
  description:
    "How far a stream's recent behaviour is from its own memory, in nats; crossing the ceiling is a notice, " +
    'a lasting rise feeds the CUSUM.',
  unit: 'nats',
  series: ['kl'],
  height: 140,
  scales: ['linear', 'log'],
  kinds: ['DRIFT'],
  toChart: (input) =>
    lineSpec('nats', input.scale, streamLines(input, 'kl'), {
      floor: 1e-2,
      thresholds: [
        {
          value: input.parameters.tau_max,
          label: `ceiling τ max ${formatQuantity(input.parameters.tau_max, 'nats')}`,
          tone: 'danger',
          rule: governedBy('tau_max'),
        },
      ],
      include: input.scale === 'linear' ? [0] : [],
    }),
  note: (_report, { anchor }) =>
    anchor === 'reference' ? 'Anchored to the frozen reference: slow drift stays visible.' : null,
  empty: () =>
    "No divergence in this range: it is defined from a stream's second embedded event on. Zoom out, or show " +
    'more streams.',
};
