import { useState, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import type { Alert } from '../../detection/types.ts';
import { useTautline } from '../../state/store.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { alertChangeText } from '../alerts/changeText.ts';
import { useAlertDiff } from '../alerts/useAlertDiff.ts';
import { zoomToAlert } from '../alerts/show.ts';

/** Listed at most of each kind of change; the alert table has them all. */
const MOST = 50;

interface Change {
  readonly sign: '+' | '−' | '→';
  readonly word: string;
  readonly alert: Alert;
  readonly note: string;
}

const shifted = (before: number, after: number): string => (after === before ? 'same firing' : `fires ${formatCount(Math.abs(after - before))} events ${after > before ? 'later' : 'earlier'}`);

function ChangeRow({ change, streams }: { readonly change: Change; readonly streams: readonly string[] }): ReactNode {
  const { alert } = change;
  return (
    <li>
      <button type="button" onClick={() => zoomToAlert(alert)} title="Show this episode">
        <span className={`change-sign ${change.word}`} aria-label={change.word}>{change.sign}</span>
        <KindBadge kind={alert.kind} />
        <span className="change-stream">{streams[alert.stream]}</span>
        <span className="dim">{formatCount(alert.fired)}</span>
        {change.note && <span className="dim change-note">{change.note}</span>}
      </button>
    </li>
  );
}

/** "+3 −1 alerts against the defaults", and which. */
export function AlertChanges(): ReactNode {
  const diff = useAlertDiff();
  const report = useTautline((state) => state.analysis.report);
  const [shown, setShown] = useState(false);
  if (!report || !diff) return null;
  const changes: readonly Change[] = [
    ...diff.added.map((alert) => ({ sign: '+', word: 'added', alert, note: '' }) as const),
    ...diff.removed.map((alert) => ({ sign: '−', word: 'removed', alert, note: '' }) as const),
    ...diff.moved.map(({ before, after }) => ({ sign: '→', word: 'moved', alert: after, note: shifted(before.fired, after.fired) }) as const),
  ];
  const names = report.streams.map(({ name }) => name);
  return (
    <div className="alert-changes" aria-live="polite">
      {changes.length === 0 ? <span>{alertChangeText(diff)}</span> : (
        <button type="button" className="disclosure" aria-expanded={shown} onClick={() => setShown(!shown)}>{alertChangeText(diff)}</button>
      )}
      {shown && changes.length > 0 && (
        <ul>
          {changes.slice(0, MOST).map((change) => (
            <ChangeRow key={`${change.word} ${change.alert.kind} ${change.alert.stream} ${change.alert.fired}`} change={change} streams={names} />
          ))}
          {changes.length > MOST && <li className="dim">and {formatCount(changes.length - MOST)} more</li>}
        </ul>
      )}
    </div>
  );
}
