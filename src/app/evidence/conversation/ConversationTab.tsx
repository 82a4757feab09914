import { type ReactNode } from 'react';
import { formatCount } from '../../../core/format.ts';
import type { EventIndex, LedgerRow } from '../../../core/units.ts';
import { useThread } from '../../../state/drilldown/queries.ts';
import { useEventFields, useSql } from '../../../state/queries.ts';
import { useTautline } from '../../../state/store.ts';
import { RawSwitch } from '../../shell/MessageText.tsx';
import { Answer, Empty } from '../parts.tsx';
import { useRows } from '../useRows.ts';
import type { Subject } from '../useSubject.ts';
import { HandoffView } from './HandoffView.tsx';
import { threadsSql, threadStartSql } from './threadSql.ts';
import { Transcript } from './Transcript.tsx';
import { useChoice } from '../useChoice.ts';
import './conversation.css';

const MAX_THREADS = 40;
/** How a choice of a thread is written; a thread may have any name. */
const NO_THREAD = 'none';
const OF_THE_ALERT = '';
const valueOf = (thread: string | null): string => (thread === null ? NO_THREAD : `=${thread}`);
const threadOf = (value: string): string | null => (value === NO_THREAD ? null : value.slice(1));
const nameOf = (thread: string | null): string => thread ?? 'events without a thread';

/** The thread of a row; undefined until it is known. */
function useThreadOf(row: LedgerRow | undefined): string | null | undefined {
  const { data, isPlaceholderData } = useEventFields(row ?? null);
  if (row === undefined || !data || isPlaceholderData) return undefined;
  return typeof data.thread_id === 'string' ? data.thread_id : null;
}

function Thread({
  thread,
  row,
  hasTime,
}: {
  readonly thread: string | null;
  readonly row: LedgerRow;
  readonly hasTime: boolean;
}): ReactNode {
  const { data: starts } = useSql(threadStartSql(thread, row));
  const start = starts?.[0]?.start;
  const query = useThread(typeof start === 'number' ? thread : undefined, typeof start === 'number' ? start : 0);
  return (
    <Answer query={query} what="reading the conversation">
      {(view) =>
        view.turns.length === 0 ? (
          <Empty>This thread has no turns.</Empty>
        ) : (
          <>
            {view.turns.length < view.total && (
              <p className="dim">
                {formatCount(view.turns.length)} of the thread’s {formatCount(view.total)} turns are shown, around where
                it begins.
              </p>
            )}
            <div className="conversation">
              <Transcript turns={view.turns} at={row} hasTime={hasTime} />
              <HandoffView ofThread={view.graph} />
            </div>
          </>
        )
      }
    </Answer>
  );
}

/** The thread of the alert or stretch as a transcript, and who hands over to whom. */
export function ConversationTab({ subject }: { readonly subject: Subject }): ReactNode {
  const { report, onset, event, stretch } = subject;
  // An alert is read where it fired, a stretch from its first event on.
  const anchor = stretch ? onset : event;
  const selected = useTautline((state) => state.view.selected);
  const wanted: EventIndex[] = [onset, event, ...(selected === null ? [] : [selected])];
  const rows = useRows(wanted);
  const own = useThreadOf(rows.get(anchor));
  const ofSelected = useThreadOf(selected === null ? undefined : rows.get(selected));
  const [from, to] = [rows.get(onset), rows.get(event)];
  const { data: found } = useSql(from === undefined || to === undefined ? null : threadsSql(from, to, MAX_THREADS));
  const [chosen, setChosen] = useChoice<string>('thread', OF_THE_ALERT);
  if (own === undefined || to === undefined)
    return (
      <p className="evidence-message dim" role="status">
        Reading the conversation…
      </p>
    );
  const thread = chosen === OF_THE_ALERT ? own : threadOf(chosen);
  const episode = (found ?? [])
    .map((one) => ({ thread: typeof one.thread === 'string' ? one.thread : null, turns: Number(one.turns) }))
    .filter((one) => one.thread !== own);
  const isNamed = ofSelected === undefined || ofSelected === own || episode.some((one) => one.thread === ofSelected);
  // The transcript begins at the alert, or at the selected event where that is of the thread.
  const first = rows.get(anchor) ?? to;
  const at = selected !== null && ofSelected === thread ? (rows.get(selected) ?? first) : first;
  return (
    <>
      <div className="evidence-tools">
        <label>
          thread{' '}
          <select
            value={valueOf(thread)}
            onChange={(change) => setChosen(change.target.value === valueOf(own) ? OF_THE_ALERT : change.target.value)}
            aria-label="Thread"
          >
            <option value={valueOf(own)}>
              {nameOf(own)} ({stretch ? 'where the stretch begins' : 'of the alert'})
            </option>
            {!isNamed && <option value={valueOf(ofSelected)}>{nameOf(ofSelected)} (of the selected event)</option>}
            {episode.map((one) => (
              <option key={valueOf(one.thread)} value={valueOf(one.thread)}>
                {nameOf(one.thread)} ({formatCount(one.turns)} {stretch ? 'in the stretch' : 'between onset and alert'})
              </option>
            ))}
          </select>
        </label>
        <RawSwitch />
        {!report.hasTime && (
          <span className="dim">
            The ledger has no timestamps: turns stand in its order, and pauses have no length.
          </span>
        )}
      </div>
      <Thread key={valueOf(thread)} thread={thread} row={at} hasTime={report.hasTime} />
    </>
  );
}
