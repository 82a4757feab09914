import { memo, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { sameFields } from '../../charts/useSame.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { fewStreams, noAlertsText } from '../../detection/healthText.ts';
import { headlineOf, timesText } from '../../detection/incidents/text.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { openEvidence } from '../evidence/open.ts';
import { KindDot } from '../shell/Badge.tsx';
import { Icon } from '../shell/Icon.tsx';
import { COLUMNS } from './columns.tsx';
import { useRowGrid } from './rowGrid.tsx';
import { linesOf, type Entry, type Line } from './lines.ts';
import { MarkBar, markLine, VERDICT_KEYS } from './MarkBar.tsx';
import { showAlert, zoomToAlert } from './show.ts';
import { openIncident, useTableView } from './tableView.ts';
import { useEntries } from './useEntries.ts';

/** The headline says what was watched. */
const quietIn = (report: AnalysisReport): string => noAlertsText(report)[0];

const NO_ENTRIES: readonly Entry[] = [];

function Header(): ReactNode {
  const sort = useTautline((state) => state.view.alertSort);
  return (
    <div className="alert-row alert-head" role="row" aria-rowindex={1}>
      {COLUMNS.map((column, i) => {
        const sorted = column.sort === sort.by && column.id !== 'time';
        const by = column.sort;
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-colindex={i + 1}
            className={column.number ? 'number' : undefined}
            title={column.help}
            aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" onClick={() => actions.setAlertSort({ by, descending: sorted && !sort.descending })}>
              {column.title}
              <span aria-hidden="true">{sorted ? (sort.descending ? ' ↓' : ' ↑') : ''}</span>
            </button>
          </div>
        );
      })}
      <div role="columnheader" aria-colindex={COLUMNS.length + 1}>
        <span className="visually-hidden">Evidence, zoom</span>
      </div>
    </div>
  );
}

interface BodyRowProps {
  readonly entry: Entry;
  /** It stands under its incident. */
  readonly within: boolean;
  readonly index: number;
  readonly id: string;
  /** px from the top of all rows. */
  readonly top: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onActivate: (index: number) => void;
}

/** Rendered again only where the row says something else: every answer of the database is made of new objects. */
const BodyRow = memo(
  function BodyRow({ entry, within, index, id, top, isActive, isSelected, onActivate }: BodyRowProps): ReactNode {
    const { row } = entry;
    return (
      <div
        id={id}
        role="row"
        aria-rowindex={index + 2}
        aria-level={within ? 2 : 1}
        aria-selected={isSelected}
        className={`alert-row${isActive ? ' active' : ''}${within ? ' within' : ''}`}
        style={{ transform: `translateY(${top}px)` }}
        onClick={() => {
          onActivate(index);
          showAlert(row);
        }}
        onDoubleClick={() => zoomToAlert(row)}
      >
        {COLUMNS.map((column, i) => (
          <div key={column.id} role="gridcell" aria-colindex={i + 1} className={column.number ? 'number' : undefined}>
            {column.cell(entry)}
          </div>
        ))}
        <div role="gridcell" aria-colindex={COLUMNS.length + 1}>
          <button
            type="button"
            className="button icon-only small"
            tabIndex={-1}
            title="Evidence: who, what and which messages (e)"
            aria-label="Evidence"
            onClick={(event) => {
              event.stopPropagation();
              onActivate(index);
              showAlert(row);
              openEvidence(row);
            }}
          >
            <Icon name="evidence" size={13} />
          </button>
          <button
            type="button"
            className="button icon-only small"
            tabIndex={-1}
            title="Zoom to the episode (z)"
            aria-label="Zoom to the episode"
            onClick={(event) => {
              event.stopPropagation();
              zoomToAlert(row);
            }}
          >
            <Icon name="zoom" size={13} />
          </button>
        </div>
      </div>
    );
  },
  ({ entry, ...before }, { entry: next, ...after }) =>
    sameFields(before, after) &&
    sameFields({ ...entry, row: null }, { ...next, row: null }) &&
    sameFields(entry.row, next.row),
);

interface IncidentRowProps {
  readonly line: Extract<Line, { type: 'incident' }>;
  readonly names: readonly string[];
  readonly index: number;
  readonly id: string;
  readonly top: number;
  readonly isActive: boolean;
  readonly onActivate: (index: number) => void;
}

/** What takes the next column, too: an incident has kinds and streams in one, and a count in place of lag and peak. */
const WIDE: readonly string[] = ['kind', 'lag'];

/** Several alerts in one line, which opens them. */
function IncidentRow({ line, names, index, id, top, isActive, onActivate }: IncidentRowProps): ReactNode {
  const { incident, entries, open, key, rank } = line;
  const text = headlineOf(incident, names);
  const verdicts = [...new Set(entries.map(({ mark }) => mark?.verdict ?? null))];
  const cells: Readonly<Record<string, ReactNode>> = {
    rank: formatCount(rank),
    onset: formatCount(incident.onset),
    fired: formatCount(incident.fired),
    cleared: incident.resolved === null ? <span className="still-open">open</span> : formatCount(incident.resolved),
    lag: <span className="dim">{formatCount(entries.length)} alerts</span>,
    over: timesText(incident.excess),
    duration: formatCount(incident.events),
    mark: verdicts.length === 1 ? verdicts[0] : 'mixed',
  };
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={open}
      className={`alert-row incident${isActive ? ' active' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      title={text}
      onClick={() => {
        onActivate(index);
        openIncident(key, !open);
      }}
      onDoubleClick={() => zoomToAlert(incident)}
    >
      {COLUMNS.map((column, i) =>
        column.id === 'stream' || column.id === 'peak' ? null : (
          <div
            key={column.id}
            role="gridcell"
            aria-colindex={i + 1}
            aria-colspan={WIDE.includes(column.id) ? 2 : undefined}
            className={`${column.number ? 'number' : ''}${WIDE.includes(column.id) ? ' wide' : ''}`}
          >
            {column.id === 'kind' ? (
              <>
                <Icon name={open ? 'chevronDown' : 'chevronRight'} size={11} />{' '}
                <span className="incident-kinds">
                  {incident.kinds.map((kind) => (
                    <KindDot key={kind} kind={kind} />
                  ))}
                </span>{' '}
                <strong>{fewStreams(incident.streams, names)}</strong>
              </>
            ) : (
              cells[column.id]
            )}
          </div>
        ),
      )}
      <div role="gridcell" aria-colindex={COLUMNS.length + 1} />
    </div>
  );
}

/** A key on the active line; false where it means nothing there. */
function onLineKey(key: string, line: Line): boolean {
  const verdict = VERDICT_KEYS[key];
  if (verdict !== undefined) markLine(line, verdict);
  else if (line.type === 'incident') {
    if (key === 'Enter') openIncident(line.key, !line.open);
    else if (key === 'ArrowRight' || key === 'ArrowLeft') openIncident(line.key, key === 'ArrowRight');
    else if (key === 'z') zoomToAlert(line.incident);
    else return false;
  } else if (key === 'Enter') showAlert(line.entry.row);
  else if (key === 'z') zoomToAlert(line.entry.row);
  else if (key === 'e') {
    showAlert(line.entry.row);
    openEvidence(line.entry.row);
  } else return false;
  return true;
}

/**
 * Incidents and alerts as rows of a grid: arrows or j and k move, → and ← open and close an incident, Enter opens the
 * event at which an alert fired, y, n and a mark it.
 */
export function AlertTable(): ReactNode {
  const { entries: data, incidents, error } = useEntries();
  const { grouped, opened } = useTableView();
  const selected = useTautline((state) => state.view.selected);
  const sort = useTautline((state) => state.view.alertSort);
  const filter = useTautline((state) => state.view.alertFilter);
  const report = useTautline((state) => state.analysis.report);
  const total = report?.alerts.length ?? 0;
  const names = useMemo(() => report?.streams.map(({ name }) => name) ?? [], [report?.streams]);
  const entries = data ?? NO_ENTRIES;
  const lines = useMemo(
    () => linesOf({ entries, incidents, sort, grouped, opened }),
    [entries, incidents, sort, grouped, opened],
  );
  const { at, setActive, move, scroller, virtualizer, idOf, props } = useRowGrid({
    count: lines.length,
    onKey: (key, row) => onLineKey(key, lines[row]),
  });

  // An alert selected elsewhere (keys, charts, list of changes) becomes the active row; another order or filter starts
  // at its top.
  const followed = useRef<number | null>(null);
  useEffect(() => {
    if (selected === followed.current) return;
    const isIt = ({ row }: Entry): boolean => row.fired === selected;
    const row = lines.findIndex((line) =>
      line.type === 'alert' ? isIt(line.entry) : !line.open && line.entries.some(isIt),
    );
    if (row < 0) return;
    followed.current = selected;
    move(row);
  }, [selected, lines, move]);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [sort, filter, scroller]);

  if (error)
    return (
      <p className="region-loading field-problem" role="alert">
        {explain(toTautlineError(error, 'reading the alert table'))}
      </p>
    );
  return (
    <>
      {total > 0 && <MarkBar line={lines[at]} />}
      <div
        className="alert-table"
        role="treegrid"
        aria-label="Alerts"
        aria-rowcount={lines.length + 1}
        aria-colcount={COLUMNS.length + 1}
        {...props}
      >
        <Header />
        {data && lines.length === 0 && (
          <p className="no-alerts dim">
            {total === 0 ? report && quietIn(report) : `None of the ${formatCount(total)} alerts passes the filter.`}
          </p>
        )}
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const line = lines[index];
            const key = `${line.type} ${line.key}`;
            const place = {
              index,
              id: idOf(index),
              top: start,
              isActive: index === at,
              onActivate: setActive,
            };
            return line.type === 'incident' ? (
              <IncidentRow key={key} {...place} line={line} names={names} />
            ) : (
              <BodyRow
                key={key}
                {...place}
                entry={line.entry}
                within={line.within}
                isSelected={line.entry.row.fired === selected}
              />
            );
          })}
        </div>
      </div>
    </>
  );
}
