import { useMemo, useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatNumber, formatQuantity, formatTimeFull } from '../../core/format.ts';
import { NOTICE_LABELS } from '../../detection/channels/table.ts';
import { useNotices } from '../../state/queries.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { AnalysisReport, NoticePage } from '../../workers/protocol.ts';
import { useUi } from '../ui.ts';
import { useRowGrid } from './rowGrid.tsx';

/** Rows that are asked for at a time: of many thousands only those near the visible ones are here. */
const PAGE = 200;

type Row = NoticePage['rows'][number];

interface Column {
  readonly title: string;
  readonly help: string;
  readonly number?: boolean;
  readonly cell: (row: Row, report: AnalysisReport) => ReactNode;
}

const limitOf = ({ kind }: Row, { parameters, calibration }: AnalysisReport): number =>
  kind === 'KL_CEILING' ? parameters.tau_max : calibration.hi;
const unitOf = ({ kind }: Row) => (kind === 'KL_CEILING' ? 'nats' : '');

const COLUMNS: readonly Column[] = [
  {
    title: 'Kind',
    help: 'What the event is noticed for',
    cell: ({ kind }) => <span title={kind}>{NOTICE_LABELS[kind]}</span>,
  },
  { title: 'Stream', help: 'Who spoke', cell: (row, report) => report.streams[row.stream]?.name },
  { title: 'Event', help: 'Its place in the ledger', number: true, cell: ({ index }) => formatCount(index) },
  {
    title: 'Of its stream',
    help: 'Its place among the events of the stream',
    number: true,
    cell: (r) => formatCount(r.seq),
  },
  { title: 'Value', help: 'KL in nats, or friction', number: true, cell: (r) => formatQuantity(r.value, unitOf(r)) },
  {
    title: 'Limit',
    help: 'What the value is above',
    number: true,
    cell: (row, report) => formatNumber(limitOf(row, report)),
  },
  { title: 'Time (UTC)', help: 'When it was said', cell: ({ time }) => formatTimeFull(time) },
];

/** Noticed events, as rows of a grid: arrows or j and k move, Enter opens the event. */
export function NoticeTable(): ReactNode {
  const report = useTautline((state) => state.analysis.report);
  const streamName = useTautline((state) => state.view.alertFilter.stream);
  const selected = useTautline((state) => state.view.selected);
  const kinds = useUi((ui) => ui.noticeKinds);
  const [page, setPage] = useState(0);
  const streams = report?.streams;
  const filter = useMemo(() => {
    const stream = streamName === null ? -1 : (streams?.findIndex(({ name }) => name === streamName) ?? -1);
    return { kinds, stream: stream < 0 ? null : stream };
  }, [kinds, streamName, streams]);
  const { data, error } = useNotices(filter, Math.max(0, page - 1) * PAGE, (page + 2) * PAGE);
  const total = data?.total ?? 0;
  const rowAt = (index: number): Row | undefined => data?.rows[index - data.from];
  const open = (index: number): void => {
    const row = rowAt(index);
    if (row) actions.select(row.index);
  };
  const { at, setActive, virtualizer, idOf, props } = useRowGrid({
    count: total,
    onKey(key, row) {
      if (key === 'Enter') open(row);
      return key === 'Enter';
    },
    onMiddle: (index) => setPage(Math.floor(index / PAGE)),
  });

  if (error)
    return (
      <p className="region-loading field-problem" role="alert">
        {explain(toTautlineError(error, 'listing notices'))}
      </p>
    );
  if (!report) return null;
  return (
    <div
      className="alert-table notices"
      role="grid"
      aria-label="Notices"
      aria-rowcount={total + 1}
      aria-colcount={COLUMNS.length}
      {...props}
    >
      <div className="alert-row alert-head" role="row" aria-rowindex={1}>
        {COLUMNS.map(({ title, help, number }, i) => (
          <div
            key={title}
            role="columnheader"
            aria-colindex={i + 1}
            className={number ? 'number' : undefined}
            title={help}
          >
            {title}
          </div>
        ))}
      </div>
      {data && total === 0 && <p className="no-alerts dim">{noneText(report)}</p>}
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rowAt(item.index);
          return (
            <div
              key={item.index}
              id={idOf(item.index)}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={row !== undefined && row.index === selected}
              className={`alert-row${item.index === at ? ' active' : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={() => {
                setActive(item.index);
                open(item.index);
              }}
            >
              {COLUMNS.map(({ title, number, cell }, i) => (
                <div key={title} role="gridcell" aria-colindex={i + 1} className={number ? 'number' : undefined}>
                  {row ? cell(row, report) : '…'}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function noneText({ notices }: AnalysisReport): string {
  const all = Object.values(notices).reduce((sum, count) => sum + count, 0);
  return all === 0
    ? 'No notices: no event after the reference and the warm-up is above the KL ceiling or the friction band.'
    : `None of the ${formatCount(all)} notices passes the filter.`;
}
