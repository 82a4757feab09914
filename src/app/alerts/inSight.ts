import { formatCount } from '../../core/format.ts';
import type { TautlineState } from '../../state/types.ts';

/** "205 alerts", and how many more there are in streams that are hidden; null before there is an analysis. */
export function alertsText({ analysis: { report }, view: { hiddenStreams } }: TautlineState): string | null {
  if (!report) return null;
  const hidden = new Set(report.streams.flatMap(({ name }, i) => (hiddenStreams.includes(name) ? [i] : [])));
  const seen = report.alerts.filter(({ stream }) => !hidden.has(stream)).length;
  const more = report.alerts.length - seen;
  const text = `${formatCount(seen)} ${seen === 1 ? 'alert' : 'alerts'}`;
  return more > 0 ? `${text}, ${formatCount(more)} in hidden streams` : text;
}
