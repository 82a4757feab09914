import { formatQuantity } from '../core/format.ts';
import type { Threshold } from '../charts/paint.ts';
import type { Channel } from '../detection/channels/channel.ts';
import { SIGNALS } from '../detection/channels/index.ts';
import { CHANNEL_TABLE, type AlertKind, type SeriesName } from '../detection/channels/table.ts';
import type { LinePanel, PanelInput } from './panel.ts';
import { lineSpec, streamLines } from './stack/lines.ts';

type Facts = Pick<Channel, 'id' | 'label' | 'help' | 'marks' | 'empty'> & { readonly kinds: object };

/** The panel of a channel that has none of its own: its first signal with the limits of the streams that are drawn. */
export function channelPanel({ id, label, help, kinds, marks = [], empty }: Facts): LinePanel {
  const entry = CHANNEL_TABLE[id];
  const [name] = [...entry.signals, ...entry.decided] as readonly SeriesName[];
  const { unit } = SIGNALS[name];
  return {
    type: 'lines',
    id,
    title: label,
    description: help,
    unit,
    series: [name],
    height: 120,
    scales: ['linear'],
    kinds: [...(Object.keys(kinds) as AlertKind[]), ...marks],
    toChart: (input) =>
      lineSpec(unit, input.scale, streamLines(input, name), { thresholds: thresholdsOf(input, name), include: [0] }),
    empty: () => empty,
  };
}

function thresholdsOf({ report, parameters, streams }: PanelInput, name: SeriesName): Threshold[] {
  const { limits, limitLabel = 'limit', limitPerStream = false, limitRule, unit } = SIGNALS[name];
  const { calibration } = report;
  const drawn = limitPerStream ? streams : streams.slice(0, 1);
  const own = drawn.flatMap((stream) =>
    (limits?.(calibration, parameters, stream) ?? []).filter(Number.isFinite).map((value) => ({ stream, value })),
  );
  // Streams with one limit between them have one line.
  const values = [...new Set(own.map(({ value }) => value))];
  return values.map((value): Threshold => {
    const { stream } = own.find((one) => one.value === value)!;
    const whose = values.length > 1 ? `${report.streams[stream].name}: ` : '';
    return {
      value,
      label: `${whose}${limitLabel} ${formatQuantity(value, unit)}`,
      tone: 'danger',
      ...(limitRule && { rule: limitRule(calibration, parameters, stream) }),
    };
  });
}
