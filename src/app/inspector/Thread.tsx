import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { formatCount, formatDuration } from '../../core/format.ts';
import type { EventIndex, LedgerRow } from '../../core/units.ts';
import { eventQuery, useNeighbours } from '../../state/queries.ts';
import { actions } from '../../state/store.ts';
import type { Row } from '../../state/tables.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { epochMsOf } from '../alerts/times.ts';
import { EventStateDot } from '../shell/Badge.tsx';
import { speakerOf } from './fields.ts';
import { eventAtRow } from './useNavigation.ts';

/** Events shown on either side. */
const AROUND = 4;

const eventsAtRowsQuery = (report: AnalysisReport, rows: readonly LedgerRow[]) =>
  queryOptions({
    queryKey: ['events-at-rows', report.revision, rows],
    queryFn: () => Promise.all(rows.map((row) => eventAtRow(row, report))),
    enabled: rows.length > 0,
  });

function Message({
  row,
  index,
  here,
  revision,
  before,
}: {
  readonly row: Row;
  readonly index: EventIndex | null;
  readonly here: boolean;
  readonly revision: number;
  readonly before: Row | undefined;
}): ReactNode {
  const [{ data: detail }] = useQueries({ queries: [eventQuery(revision, index)] });
  const isPause = detail?.isVoid ?? false;
  const gap = before ? epochMsOf(row.ts) - epochMsOf(before.ts) : NaN;
  const text = typeof row.text === 'string' && row.text !== '' ? row.text : null;
  return (
    <li className={`message${here ? ' here' : ''}${isPause ? ' pause' : ''}`}>
      {Number.isFinite(gap) && (
        <span className="gap dim" aria-label="time since the event before">
          +{formatDuration(gap)}
        </span>
      )}
      <button
        type="button"
        aria-current={here ? 'true' : undefined}
        disabled={index === null}
        title={index === null ? 'Its stream is not tracked' : `Event ${formatCount(index)}`}
        onClick={() => actions.select(index)}
      >
        <span className="message-head">
          {detail && <EventStateDot eventState={detail.eventState} />}
          <strong>{speakerOf(row)}</strong>
          {typeof row.role === 'string' && <span className="dim">{row.role}</span>}
        </span>
        {isPause ? <em>pause: no embedding</em> : null}
        {text !== null ? (
          <span className="message-text">{text}</span>
        ) : (
          !isPause && <span className="dim">no text</span>
        )}
      </button>
    </li>
  );
}

/** The event among its neighbours in the same thread; a click walks. */
export function Thread({ row, report }: { readonly row: LedgerRow; readonly report: AnalysisReport }): ReactNode {
  const { data } = useNeighbours(row, AROUND);
  const rows = (data ?? []).map((neighbour) => Number(neighbour.row));
  const { data: indices } = useQuery(eventsAtRowsQuery(report, rows));
  if (!data || data.length === 0) return null;
  const thread = data.find((neighbour) => Number(neighbour.row) === row)?.thread_id;
  const named = typeof thread === 'string' || typeof thread === 'number' || typeof thread === 'bigint';
  return (
    <section aria-labelledby="thread-title">
      <h3 id="thread-title">
        {named ? (
          <>
            Thread <span className="mono dim">{String(thread)}</span>
          </>
        ) : (
          'Around it in the ledger'
        )}
      </h3>
      <ol className="thread">
        {data.map((neighbour, i) => (
          <Message
            key={rows[i]}
            row={neighbour}
            index={indices?.[i] ?? null}
            here={rows[i] === row}
            revision={report.revision}
            before={data[i - 1]}
          />
        ))}
      </ol>
    </section>
  );
}
