import { formatQuantity } from '../../core/format.ts';
import { floorTells } from '../../detection/channels/entropy/channel.ts';
import { governedBy } from '../../detection/channels/limitRule.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/**
 * Rényi entropy of order 2 (docs/methods.md 4) with the floor that opens homogenisation and the level that closes it
 * (docs/methods.md 8).
 */
export const entropy: LinePanel = {
  type: 'lines',
  id: 'entropy',
  title: 'Rényi entropy H₂',
  description:
    'How many independent directions a stream still uses, in bits: below the floor its voices are collapsing into one.',
  unit: 'bits',
  series: ['entropy'],
  height: 130,
  scales: ['linear'],
  kinds: ['HOMOGENIZATION_FLOOR_NEAR'],
  toChart: (input) => {
    const { tau_min, ent_hyst } = input.parameters;
    return lineSpec('bits', input.scale, streamLines(input, 'entropy'), {
      // As in the detector: too few axes for a floor, never alarmed on.
      thresholds: floorTells(input.report.k, input.parameters)
        ? [
            {
              value: tau_min + ent_hyst,
              label: `closes above ${formatQuantity(tau_min + ent_hyst, 'bits')}`,
              tone: 'ok',
              dash: [1, 3],
              rule: governedBy('ent_hyst', 1, { offset: tau_min }),
            },
            {
              value: tau_min,
              label: `floor τ min ${formatQuantity(tau_min, 'bits')}`,
              tone: 'danger',
              rule: governedBy('tau_min'),
            },
          ]
        : [],
      include: [Math.log2(input.report.k)],
    });
  },
  empty: () => 'No entropy in this range. Zoom out, or show more streams.',
};
