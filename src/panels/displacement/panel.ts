import { formatNumber } from '../../core/format.ts';
import type { Threshold } from '../../charts/paint.ts';
import type { LinePanel, PanelInput } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/** Every stream has a limit of its own; of more than these only the lowest and the highest are drawn. */
const MAX_LIMITS = 4;

function limitLines({ streams, report }: PanelInput): Threshold[] {
  const { shiftLimits } = report.calibration;
  const limits = streams
    .map((stream) => ({ name: report.streams[stream].name, value: shiftLimits[stream] }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.value - b.value);
  if (limits.length === 1) {
    const [{ value }] = limits;
    return [
      { value, label: `limit ${formatNumber(value)}`, tone: 'danger' },
      { value: value / 2, label: `closes below ${formatNumber(value / 2)}`, tone: 'ok', dash: [1, 3] },
    ];
  }
  const shown = limits.length > MAX_LIMITS ? [limits[0], limits[limits.length - 1]] : limits;
  return shown.map(({ name, value }) => ({ value, label: `${name}: limit ${formatNumber(value)}`, tone: 'danger' }));
}

/**
 * MEWMA T² (docs/methods.md 6) with the limit of each stream, derived from the false-alarm budget; an episode closes
 * below half of it (docs/methods.md 8).
 */
export const displacement: LinePanel = {
  type: 'lines',
  id: 'displacement',
  title: 'Mean shift T² (MEWMA)',
  description:
    "How far a stream's smoothed mean has moved from its reference mean (MEWMA); each stream's limit follows " +
    'from its reference and the false-alarm budget.',
  unit: '',
  series: ['mewma'],
  height: 140,
  scales: ['linear', 'log'],
  kinds: ['SHIFT'],
  toChart: (input) => {
    return lineSpec('', input.scale, streamLines(input, 'mewma'), {
      floor: 1e-1,
      thresholds: limitLines(input),
      include: input.scale === 'linear' ? [0] : [],
    });
  },
  note: (report) =>
    report.calibration.shiftLimits.every(Number.isNaN)
      ? 'No limit: the reference period is too short to derive one, so SHIFT raises no alert.'
      : null,
  empty: () => 'No T² in this range: it starts when the reference period ends. Look further right.',
};
