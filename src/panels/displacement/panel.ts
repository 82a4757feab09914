import { formatNumber } from '../../core/format.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/** MEWMA T² (spec 6) with the limit derived from the false-alarm budget, and the half of it that closes an episode (spec 8). */
export const displacement: LinePanel = {
  type: 'lines',
  id: 'displacement',
  title: 'Displacement T²',
  description: 'How far a stream\'s smoothed mean has moved from its reference mean (MEWMA); the limit follows from the false-alarm budget.',
  unit: '',
  series: ['mewma'],
  height: 140,
  scales: ['linear', 'log'],
  kinds: ['SHIFT'],
  toChart: (input) => {
    const limit = input.report.calibration.shiftLimit;
    return lineSpec('', input.scale, streamLines(input, 'mewma'), {
      floor: 1e-1,
      thresholds: [
        { value: limit, label: `limit ${formatNumber(limit)}`, tone: 'danger' },
        { value: limit / 2, label: `closes below ${formatNumber(limit / 2)}`, tone: 'ok', dash: [1, 3] },
      ],
      include: input.scale === 'linear' ? [0] : [],
    });
  },
  note: (report) => (Number.isNaN(report.calibration.shiftLimit) ? 'No limit: the reference period is too short to derive one, so SHIFT raises no alert.' : null),
  empty: () => 'No displacement in this range: it starts when the reference period ends. Look further right.',
};
