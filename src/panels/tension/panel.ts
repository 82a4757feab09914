import { formatNumber } from '../../core/format.ts';
import { governedBy } from '../../detection/channels/limitRule.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/**
 * Sliced Earth Mover's Distance between a stream and all others (docs/methods.md 6) with its zone (docs/methods.md 8).
 */
export const tension: LinePanel = {
  type: 'lines',
  id: 'tension',
  title: 'Tension',
  description:
    "Earth mover's distance between a stream's last events and everyone else's: towards zero all say the " +
    'same, above the zone they talk past each other.',
  unit: '',
  series: ['tension'],
  height: 130,
  scales: ['linear'],
  kinds: [],
  toChart: (input) => {
    const { tension: usual } = input.report.calibration;
    const [low, high] = input.parameters.zone.map((factor) => factor * usual);
    return lineSpec('', input.scale, streamLines(input, 'tension'), {
      thresholds: [
        {
          value: high,
          label: `zone to ${formatNumber(high)}`,
          tone: 'warn',
          rule: governedBy('zone', usual, { end: 1 }),
        },
        {
          value: low,
          label: `zone from ${formatNumber(low)}`,
          tone: 'warn',
          rule: governedBy('zone', usual, { end: 0 }),
        },
      ],
      zones: [{ low, high, label: 'zone' }],
      include: [0],
    });
  },
  note: (report) =>
    Number.isNaN(report.calibration.tension) ? 'No zone: the reference period has no tension to compare with.' : null,
  empty: (report) =>
    report.streams.length < 2
      ? 'Tension needs two streams; this ledger has one. Choose another stream key.'
      : 'No tension in this range: both windows need enough events first (EMD minimum). Look further right, ' +
        'or lower the minimum.',
};
