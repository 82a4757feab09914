import type { ReactNode } from 'react';
import { formatCount, formatQuantity, formatTimeFull } from '../../core/format.ts';
import { KINDS } from '../../detection/channels/index.ts';
import { timesText } from '../../detection/incidents/text.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import type { FileColumn } from '../../state/tableFile.ts';
import type { AlertColumn } from '../../state/types.ts';
import { KindBadge } from '../shell/Badge.tsx';
import type { Entry } from './lines.ts';
import { epochMsOf } from './times.ts';

interface Column {
  readonly id: string;
  readonly title: string;
  readonly sort: AlertColumn;
  readonly number?: boolean;
  readonly help: string;
  readonly cell: (entry: Entry) => ReactNode;
}

export const COLUMNS: readonly Column[] = [
  {
    id: 'rank',
    title: '#',
    sort: 'severity',
    number: true,
    help: 'Place of its incident by severity: how far over a limit, how long, how many streams',
    cell: ({ rank }) => formatCount(rank),
  },
  {
    id: 'kind',
    title: 'Kind',
    sort: 'kind',
    help: 'What was detected',
    cell: ({ row }) => <KindBadge kind={row.kind} />,
  },
  {
    id: 'stream',
    title: 'Stream',
    sort: 'stream',
    help: 'The stream it was raised on',
    cell: ({ row }) => <span title={row.stream}>{row.stream}</span>,
  },
  {
    id: 'onset',
    title: 'Onset',
    sort: 'onset',
    number: true,
    help: 'Estimated first event of the episode',
    cell: ({ row }) => formatCount(row.onset),
  },
  {
    id: 'fired',
    title: 'Fired',
    sort: 'fired',
    number: true,
    help: 'Event at which the alert was raised',
    cell: ({ row }) => formatCount(row.fired),
  },
  {
    id: 'cleared',
    title: 'Resolved',
    sort: 'resolved',
    number: true,
    help: 'First event after the episode',
    cell: ({ row }) => (row.resolved === null ? <span className="still-open">open</span> : formatCount(row.resolved)),
  },
  {
    id: 'lag',
    title: 'Lag',
    sort: 'lag',
    number: true,
    help: 'From onset to firing, in events of the stream itself',
    cell: ({ row }) => formatCount(row.lag),
  },
  {
    id: 'peak',
    title: 'Peak',
    sort: 'peak',
    number: true,
    help: 'Drift: the largest KL; other kinds: the value at which they fired',
    cell: ({ row }) => (
      <span title={KINDS[row.kind].peak.what}>{formatQuantity(row.peak ?? NaN, KINDS[row.kind].peak.unit)}</span>
    ),
  },
  {
    id: 'over',
    title: 'Over limit',
    sort: 'over',
    number: true,
    help: 'How many times its limit it was at its worst',
    cell: ({ excess }) => timesText(excess),
  },
  {
    id: 'duration',
    title: 'Duration',
    sort: 'duration',
    number: true,
    help: 'From firing to where it was resolved, in events of the ledger',
    cell: ({ row }) => formatCount(row.duration),
  },
  {
    id: 'mark',
    title: 'Mark',
    sort: 'mark',
    help: 'What you said of it: true, false, or to be absorbed',
    cell: ({ mark }) => mark && <span title={mark.note || undefined}>{mark.verdict + (mark.note ? ' …' : '')}</span>,
  },
  {
    id: 'time',
    title: 'Time (UTC)',
    sort: 'fired',
    help: 'When the alert fired',
    cell: ({ row }) => formatTimeFull(epochMsOf(row.ts)),
  },
];

const column = (
  name: string,
  type: FileColumn['type'],
  entries: readonly Entry[],
  of: (entry: Entry) => number | string | null,
): FileColumn => ({ name, type, values: entries.map(of) });

const timeOf = (ts: unknown): string | null => {
  const ms = epochMsOf(ts);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
};

/**
 * The table as it is taken along: plain values under the names that files have.
 * @param probe of the model that embedded the texts, where one did
 */
export const fileColumns = (entries: readonly Entry[], probe: string | null): FileColumn[] => [
  column('incident', 'number', entries, ({ rank }) => rank),
  column('kind', 'text', entries, ({ row }) => row.kind),
  column('label', 'text', entries, ({ row }) => kindLabel(row.kind)),
  column('stream', 'text', entries, ({ row }) => row.stream),
  column('onset', 'number', entries, ({ row }) => row.onset),
  column('fired', 'number', entries, ({ row }) => row.fired),
  column('cleared', 'number', entries, ({ row }) => row.resolved),
  column('lag', 'number', entries, ({ row }) => row.lag),
  column('peak', 'number', entries, ({ row }) => row.peak),
  column('times_limit', 'number', entries, ({ excess }) => (Number.isNaN(excess) ? null : excess)),
  column('duration', 'number', entries, ({ row }) => row.duration),
  column('ts', 'text', entries, ({ row }) => timeOf(row.ts)),
  column('mark', 'text', entries, ({ mark }) => mark?.verdict ?? null),
  column('note', 'text', entries, ({ mark }) => mark?.note || null),
  ...(probe === null ? [] : [column('model', 'text', entries, () => probe)]),
];
