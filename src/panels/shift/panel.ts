import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/**
 * Sliced Earth Mover's Distance of a stream to its own reference (spec 6). Charted beside the displacement, which
 * decides.
 */
export const shift: LinePanel = {
  type: 'lines',
  id: 'shift',
  title: 'Distance to reference (EMD)',
  description:
    "Earth mover's distance between a stream's last events and its own reference period: a model swapped in silence raises it for good.",
  unit: '',
  series: ['shift'],
  height: 120,
  scales: ['linear'],
  kinds: ['SHIFT'],
  toChart: (input) => lineSpec('', input.scale, streamLines(input, 'shift'), { include: [0] }),
  empty: () =>
    'No distance in this range: a stream needs enough events in the reference period and after it. ' +
    'Look further right, or lengthen the reference.',
};
