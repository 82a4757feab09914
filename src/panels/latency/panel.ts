import { withAlpha } from '../../charts/color.ts';
import { ledgerStyle } from '../../charts/palette.ts';
import { formatQuantity } from '../../core/format.ts';
import { governedBy } from '../../detection/channels/limitRule.ts';
import type { LinePanel } from '../panel.ts';
import { lineSpec } from '../stack/lines.ts';
import { mergeLines } from './merge.ts';

/**
 * P95 latency of the whole ledger and the dynamic window made of it (docs/methods.md 5), with the room between them.
 */
export const latency: LinePanel = {
  type: 'lines',
  id: 'latency',
  title: 'P95 latency and dynamic window',
  description:
    'The window within which streams count as answering each other follows the 95th percentile of latency, ' +
    'so that slowness is not mistaken for silence.',
  unit: 'ms',
  series: ['window', 'p95'],
  ledgerWide: true,
  height: 120,
  scales: ['linear', 'log'],
  kinds: [],
  toChart: ({ series, parameters, report, mode, scale }) => {
    const [window, p95] = (['window', 'p95'] as const).map((name) =>
      mergeLines((series[name]?.lines ?? []).map((line) => line.points)),
    );
    const { color } = ledgerStyle(mode);
    const lines = [
      { key: 'window', name: 'Dynamic window', style: { color, dash: [] }, points: window },
      { key: 'p95', name: 'P95 latency', style: { color, dash: [4, 2] }, points: p95 },
    ].filter((line) => line.points.length > 0);
    return lineSpec('ms', scale, lines, {
      floor: 1,
      bands: lines.length === 2 ? [{ key: 'room', upper: window, lower: p95, color: withAlpha(color, 0.13) }] : [],
      thresholds: [
        {
          value: parameters.win_min,
          label: `minimum ${formatQuantity(parameters.win_min, 'ms')}`,
          tone: 'dim',
          rule: governedBy('win_min'),
        },
        {
          value: report.calibration.wref,
          label: `reference ${formatQuantity(report.calibration.wref, 'ms')}`,
          tone: 'accent',
          dash: [1, 3],
        },
      ],
      include: scale === 'linear' ? [0] : [],
    });
  },
  note: (report, { adaptive, win_min }) =>
    !adaptive
      ? `Adaptation is off: the window is fixed at ${formatQuantity(win_min, 'ms')}.`
      : report.hasLatency
        ? null
        : 'This ledger has no latencies: the window stays at its minimum.',
  empty: (report) =>
    report.hasLatency
      ? 'No latency in this range. Zoom out.'
      : 'This ledger has no latency_ms column, so nothing stretches the window. Map a column to latency_ms ' +
        'when opening to see it.',
};
