import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { sameFields } from '../../charts/useSame.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatQuantity, formatTimeFull } from '../../core/format.ts';
import { useAlertRows, type AlertRow } from '../../state/queries.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { AlertColumn } from '../../state/types.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { Icon } from '../shell/Icon.tsx';
import { openEvidence } from '../evidence/open.ts';
import { KINDS } from '../../detection/channels/index.ts';
import { nextRow } from './keys.ts';
import { noAlertsText } from '../../detection/healthText.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { showAlert, zoomToAlert } from './show.ts';
import { epochMsOf } from './times.ts';

const quietIn = (report: AnalysisReport): string => noAlertsText(report).join(' ');

const ROW_PX = 24;
const NO_ROWS: readonly AlertRow[] = [];

interface Column {
  readonly id: string;
  readonly title: string;
  /** Absent if SQL cannot sort by it. */
  readonly sort?: AlertColumn;
  readonly number?: boolean;
  readonly help: string;
  readonly cell: (row: AlertRow) => ReactNode;
}

const COLUMNS: readonly Column[] = [
  { id: 'kind', title: 'Kind', sort: 'kind', help: 'What was detected', cell: (row) => <KindBadge kind={row.kind} /> },
  { id: 'stream', title: 'Stream', sort: 'stream', help: 'The stream it was raised on', cell: (row) => row.stream },
  {
    id: 'onset',
    title: 'Onset',
    sort: 'onset',
    number: true,
    help: 'Estimated first event of the episode',
    cell: (row) => formatCount(row.onset),
  },
  {
    id: 'fired',
    title: 'Fired',
    sort: 'fired',
    number: true,
    help: 'Event at which the alert was raised',
    cell: (row) => formatCount(row.fired),
  },
  {
    id: 'cleared',
    title: 'Resolved',
    number: true,
    help: 'First event after the episode',
    cell: (row) => (row.resolved === null ? <span className="still-open">open</span> : formatCount(row.resolved)),
  },
  {
    id: 'lag',
    title: 'Lag',
    sort: 'lag',
    number: true,
    help: 'From onset to firing, in events of the stream itself',
    cell: (row) => formatCount(row.lag),
  },
  {
    id: 'peak',
    title: 'Peak',
    sort: 'peak',
    number: true,
    help: 'Drift: the largest KL; other kinds: the value at which they fired',
    cell: (row) => (
      <span title={KINDS[row.kind].peak.what}>{formatQuantity(row.peak ?? NaN, KINDS[row.kind].peak.unit)}</span>
    ),
  },
  {
    id: 'duration',
    title: 'Duration',
    sort: 'duration',
    number: true,
    help: 'From firing to clearing, in events of the ledger',
    cell: (row) => formatCount(row.duration),
  },
  { id: 'time', title: 'Time (UTC)', help: 'When the alert fired', cell: (row) => formatTimeFull(epochMsOf(row.ts)) },
];

function Header(): ReactNode {
  const sort = useTautline((state) => state.view.alertSort);
  return (
    <div className="alert-row alert-head" role="row" aria-rowindex={1}>
      {COLUMNS.map((column, i) => {
        const sorted = column.sort === sort.by;
        const by = column.sort;
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-colindex={i + 1}
            className={column.number ? 'number' : undefined}
            title={column.help}
            aria-sort={by === undefined ? undefined : sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
          >
            {by === undefined ? (
              column.title
            ) : (
              <button
                type="button"
                onClick={() => actions.setAlertSort({ by, descending: sorted && !sort.descending })}
              >
                {column.title}
                <span aria-hidden="true">{sorted ? (sort.descending ? ' ↓' : ' ↑') : ''}</span>
              </button>
            )}
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
  readonly row: AlertRow;
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
  function BodyRow({ row, index, id, top, isActive, isSelected, onActivate }: BodyRowProps): ReactNode {
    return (
      <div
        id={id}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={isSelected}
        className={`alert-row${isActive ? ' active' : ''}`}
        style={{ transform: `translateY(${top}px)` }}
        onClick={() => {
          onActivate(index);
          showAlert(row);
        }}
        onDoubleClick={() => zoomToAlert(row)}
      >
        {COLUMNS.map((column, i) => (
          <div key={column.id} role="gridcell" aria-colindex={i + 1} className={column.number ? 'number' : undefined}>
            {column.cell(row)}
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
  ({ row, ...before }, { row: nextRow, ...next }) => sameFields(before, next) && sameFields(row, nextRow),
);

/** Alerts as rows of a grid: arrows or j and k move, Enter opens the event at which the alert fired. */
export function AlertTable(): ReactNode {
  const { data, error } = useAlertRows();
  const selected = useTautline((state) => state.view.selected);
  const sort = useTautline((state) => state.view.alertSort);
  const filter = useTautline((state) => state.view.alertFilter);
  const report = useTautline((state) => state.analysis.report);
  const total = report?.alerts.length ?? 0;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const base = useId();
  const rows = data ?? NO_ROWS;
  // eslint-disable-next-line react-hooks/incompatible-library -- a warning for the React Compiler, which is not used
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const at = Math.min(active, rows.length - 1);

  // An alert selected elsewhere (keys, charts, list of changes) becomes the active row; another order or filter starts
  // at its top.
  const followed = useRef<number | null>(null);
  useEffect(() => {
    if (selected === followed.current) return;
    const row = rows.findIndex(({ fired }) => fired === selected);
    if (row < 0) return;
    followed.current = selected;
    setActive(row);
    virtualizer.scrollToIndex(row, { align: 'auto' });
  }, [selected, rows, virtualizer]);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [sort, filter]);

  const move = (to: number): void => {
    setActive(to);
    virtualizer.scrollToIndex(to, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || rows.length === 0)
      return;
    const to = nextRow(event.key, at, rows.length, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX));
    if (to !== null) move(to);
    else if (event.key === 'Enter') showAlert(rows[at]);
    else if (event.key === 'z') zoomToAlert(rows[at]);
    else if (event.key === 'e') {
      showAlert(rows[at]);
      openEvidence(rows[at]);
    } else return;
    event.preventDefault();
  };

  if (error)
    return (
      <p className="region-loading field-problem" role="alert">
        {explain(toTautlineError(error, 'reading the alert table'))}
      </p>
    );
  return (
    <div
      className="alert-table"
      role="grid"
      aria-label="Alerts"
      aria-rowcount={rows.length + 1}
      aria-colcount={COLUMNS.length + 1}
      aria-readonly="true"
      tabIndex={0}
      ref={scroller}
      aria-activedescendant={rows.length > 0 ? `${base}-${at}` : undefined}
      onKeyDown={onKeyDown}
    >
      <Header />
      {data && rows.length === 0 && (
        <p className="no-alerts dim">
          {total === 0 ? report && quietIn(report) : `None of the ${formatCount(total)} alerts passes the filter.`}
        </p>
      )}
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            <BodyRow
              key={row.alert}
              row={row}
              index={item.index}
              id={`${base}-${item.index}`}
              top={item.start}
              isActive={item.index === at}
              isSelected={row.fired === selected}
              onActivate={setActive}
            />
          );
        })}
      </div>
    </div>
  );
}
