import { formatNumber } from '../../core/format.ts';
import { governedBy, limitAt } from '../../detection/channels/limitRule.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec, streamLines } from '../stack/lines.ts';

/** Friction with its confidence band [exp(fm - z fs), exp(fm + z fs)] (docs/methods.md 8), at the live half-width z. */
export const friction: LinePanel = {
  type: 'lines',
  id: 'friction',
  title: 'Friction ΔΣ',
  description:
    'Distance between the fast and the slow covariance: above the band a stream strains against its frame, a ' +
    'run below it means the frame is eroding.',
  unit: '',
  series: ['friction'],
  height: 140,
  scales: ['linear', 'log'],
  kinds: ['FRAME_WEIGHT_DEGRADATION'],
  toChart: (input) => {
    const { fm, fs } = input.report.calibration;
    const { z_band } = input.parameters;
    const edge = (scale: number) => governedBy('z_band', scale, { offset: fm, isLog: true });
    const [below, above] = [edge(-fs), edge(fs)];
    const [low, high] = [limitAt(below, z_band), limitAt(above, z_band)];
    return lineSpec('', input.scale, streamLines(input, 'friction'), {
      floor: 1e-2,
      thresholds: [
        { value: high, label: `spike above ${formatNumber(high)}`, tone: 'warn', rule: above },
        { value: low, label: `frame erosion below ${formatNumber(low)}`, tone: 'danger', rule: below },
      ],
      zones: [{ low, high, label: 'confidence band' }],
      include: input.scale === 'linear' ? [0] : [],
    });
  },
  empty: () =>
    "No friction in this range: it is defined from a stream's second embedded event on. Zoom out, or show " +
    'more streams.',
};
