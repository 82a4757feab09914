import { useState, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import type { Alert } from '../../detection/types.ts';
import { useAgainst } from '../../state/queries.ts';
import { useTautline } from '../../state/store.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { alertChangeText } from '../alerts/changeText.ts';
import { changesByStream, type ChangeRow as ChangeCounts } from '../alerts/changes.ts';
import { useAlertDiff } from '../alerts/useAlertDiff.ts';
import { zoomToAlert } from '../alerts/show.ts';

/** Listed at most of each kind of change; the alert table has them all. */
const MAX_LISTED = 50;

interface Change {
  readonly sign: '+' | '−' | '→';
  readonly word: string;
  readonly alert: Alert;
  readonly note: string;
}

const shifted = (before: number, after: number): string =>
  after === before
    ? 'same firing'
    : `fires ${formatCount(Math.abs(after - before))} events ${after > before ? 'later' : 'earlier'}`;

function ChangeRow({ change, streams }: { readonly change: Change; readonly streams: readonly string[] }): ReactNode {
  const { alert } = change;
  return (
    <li>
      <button type="button" onClick={() => zoomToAlert(alert)} title="Show this episode">
        <span className={`change-sign ${change.word}`} aria-label={change.word}>
          {change.sign}
        </span>
        <KindBadge kind={alert.kind} />
        <span className="change-stream">{streams[alert.stream]}</span>
        <span className="dim">{formatCount(alert.fired)}</span>
        {change.note && <span className="dim change-note">{change.note}</span>}
      </button>
    </li>
  );
}

const shiftText = ({ earlier, later, reshaped, medianShift }: ChangeCounts): string => {
  const parts = [
    earlier > 0 && `${formatCount(earlier)} earlier`,
    later > 0 && `${formatCount(later)} later`,
    reshaped > 0 && `${formatCount(reshaped)} of other length`,
  ]
    .filter(Boolean)
    .join(', ');
  if (Number.isNaN(medianShift)) return parts;
  const way = medianShift < 0 ? 'before' : medianShift > 0 ? 'after' : 'apart';
  return `${parts} (median ${formatCount(Math.abs(medianShift))} ${way})`;
};

/** Added, removed and moved per stream and kind. */
function ChangeTable({
  rows,
  streams,
}: {
  readonly rows: readonly ChangeCounts[];
  readonly streams: readonly string[];
}): ReactNode {
  return (
    <table className="change-table">
      <caption className="visually-hidden">Changes of alerts by stream and kind; moves in events of the ledger</caption>
      <thead>
        <tr>
          <th scope="col">Stream</th>
          <th scope="col">Kind</th>
          <th scope="col" title="added">
            +
          </th>
          <th scope="col" title="removed">
            −
          </th>
          <th scope="col">Moved</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.stream} ${row.kind}`}>
            <th scope="row" title={streams[row.stream]}>
              {streams[row.stream]}
            </th>
            <td>
              <KindBadge kind={row.kind} />
            </td>
            <td className={row.added > 0 ? 'added' : 'dim'}>{formatCount(row.added)}</td>
            <td className={row.removed > 0 ? 'removed' : 'dim'}>{formatCount(row.removed)}</td>
            <td className="dim">{shiftText(row) || '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** "+3 −1 alerts against the defaults", and which. */
export function AlertChanges(): ReactNode {
  const diff = useAlertDiff();
  const against = useAgainst();
  const report = useTautline((state) => state.analysis.report);
  const [shown, setShown] = useState(false);
  if (!report || !diff) return null;
  const changes: readonly Change[] = [
    ...diff.added.map((alert) => ({ sign: '+', word: 'added', alert, note: '' }) as const),
    ...diff.removed.map((alert) => ({ sign: '−', word: 'removed', alert, note: '' }) as const),
    ...diff.moved.map(
      ({ before, after }) =>
        ({ sign: '→', word: 'moved', alert: after, note: shifted(before.fired, after.fired) }) as const,
    ),
  ];
  const names = report.streams.map(({ name }) => name);
  return (
    <div className="alert-changes" aria-live="polite">
      {changes.length === 0 ? (
        <span>{alertChangeText(diff, against)}</span>
      ) : (
        <button type="button" className="disclosure" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {alertChangeText(diff, against)}
        </button>
      )}
      {shown && changes.length > 0 && <ChangeTable rows={changesByStream(diff)} streams={names} />}
      {shown && changes.length > 0 && (
        <ul>
          {changes.slice(0, MAX_LISTED).map((change) => (
            <ChangeRow
              key={`${change.word} ${change.alert.kind} ${change.alert.stream} ${change.alert.fired}`}
              change={change}
              streams={names}
            />
          ))}
          {changes.length > MAX_LISTED && <li className="dim">and {formatCount(changes.length - MAX_LISTED)} more</li>}
        </ul>
      )}
    </div>
  );
}
