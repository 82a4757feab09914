import { kindLabel } from '../../detection/kindLabels.ts';
import type { Incident } from '../../detection/incidents/group.ts';
import type { Mark } from '../../detection/incidents/marks.ts';
import type { AlertRow } from '../../state/queries.ts';
import type { AlertColumn } from '../../state/types.ts';

/** An alert of the table, with what it is part of. */
export interface Entry {
  readonly row: AlertRow;
  /** Its incident's place, 1 the most severe. */
  readonly rank: number;
  /** How many times its limit; NaN where not known. */
  readonly excess: number;
  readonly mark: Mark | null;
}

/** A line of the table: an incident of several alerts, or an alert. */
export type Line =
  | {
      readonly type: 'incident';
      readonly key: string;
      readonly incident: Incident;
      readonly rank: number;
      readonly entries: readonly Entry[];
      readonly open: boolean;
    }
  | { readonly type: 'alert'; readonly key: string; readonly entry: Entry; readonly within: boolean };

interface LinesInput {
  readonly entries: readonly Entry[];
  readonly incidents: readonly Incident[];
  readonly sort: { readonly by: AlertColumn; readonly descending: boolean };
  readonly grouped: boolean;
  /** Keys of incidents whose alerts are shown. */
  readonly opened: ReadonlySet<string>;
}

const VALUES: Readonly<Record<AlertColumn, (entry: Entry) => number | string>> = {
  severity: ({ rank }) => rank,
  fired: ({ row }) => row.fired,
  onset: ({ row }) => row.onset,
  kind: ({ row }) => kindLabel(row.kind),
  stream: ({ row }) => row.stream,
  lag: ({ row }) => row.lag,
  peak: ({ row }) => row.peak ?? Number.NaN,
  duration: ({ row }) => row.duration,
  resolved: ({ row }) => row.resolved ?? Number.POSITIVE_INFINITY,
  over: ({ excess }) => excess,
  mark: ({ mark }) => mark?.verdict ?? '',
};

/** What is not known comes last, either way. */
function compare(a: number | string, b: number | string, descending: boolean): number {
  const unknown = Number(Number.isNaN(a) || a === '') - Number(Number.isNaN(b) || b === '');
  if (unknown !== 0) return unknown;
  const order = typeof a === 'string' ? a.localeCompare(String(b)) : a === b ? 0 : a < Number(b) ? -1 : 1;
  return descending ? -order : order;
}

/** The lines in the order asked for: an incident stands where the first of its alerts would. */
export function linesOf({ entries, incidents, sort, grouped, opened }: LinesInput): Line[] {
  const value = VALUES[sort.by];
  const sorted = [...entries].sort(
    (a, b) => compare(value(a), value(b), sort.descending) || a.row.fired - b.row.fired || a.row.alert - b.row.alert,
  );
  const alertLine = (entry: Entry, within: boolean): Line => ({
    type: 'alert',
    key: String(entry.row.alert),
    entry,
    within,
  });
  if (!grouped) return sorted.map((entry) => alertLine(entry, false));
  const groups = new Map<number, Entry[]>();
  for (const entry of sorted) {
    const group = groups.get(entry.rank);
    if (group) group.push(entry);
    else groups.set(entry.rank, [entry]);
  }
  return [...groups].flatMap(([rank, own]): Line[] => {
    if (own.length === 1) return [alertLine(own[0], false)];
    const incident = incidents[rank - 1];
    const key = incidentKey(incident);
    const open = opened.has(key);
    const line: Line = { type: 'incident', key, incident, rank, entries: own, open };
    return open ? [line, ...own.map((entry) => alertLine(entry, true))] : [line];
  });
}

/** The same incident while thresholds move its ends. */
const incidentKey = ({ streams: [stream], onset }: Incident): string => `${stream} at ${onset}`;

/** Every word stands somewhere in what the alert says of itself. */
export function matches({ row, mark }: Pick<Entry, 'row' | 'mark'>, search: string): boolean {
  const text = [row.kind, kindLabel(row.kind), row.stream, row.thread_id, row.label, row.fired, row.onset, row.event_id]
    .concat(mark ? [mark.verdict, mark.label, mark.note] : [])
    .map((part) => (part === null || part === undefined ? '' : String(part as string | number | bigint)))
    .join(' ')
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
