import { useState, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { VERDICTS, type Mark, type Verdict } from '../../detection/incidents/marks.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { markAlerts } from '../../state/marks.ts';
import { actions } from '../../state/store.ts';
import { Steps } from '../shell/Steps.tsx';
import type { Entry, Line } from './lines.ts';

const MEANS: Readonly<Record<Verdict, string>> = {
  true: 'A change that was to be found (y)',
  false: 'Nothing happened: a false alarm (n)',
  absorb: 'Something happened, and detectors have to absorb it (a)',
};
export const VERDICT_KEYS: Readonly<Record<string, Verdict | null>> = { y: 'true', n: 'false', a: 'absorb', u: null };

const entriesOf = (line: Line): readonly Entry[] => (line.type === 'incident' ? line.entries : [line.entry]);

/** Marks the alerts of a line; null takes the mark back. */
export function markLine(line: Line, verdict: Verdict | null, note?: string): void {
  const entries = entriesOf(line);
  const said = verdict && { verdict, note: note ?? entries[0].mark?.note ?? '' };
  const alerts = entries.map(({ row }) => ({ onset: row.onset, fired: row.fired, stream: row.stream_index }));
  markAlerts(alerts, said).catch((thrown: unknown) =>
    actions.toast('error', explain(toTautlineError(thrown, 'marking an alert'))),
  );
}

const nameOf = (line: Line): string =>
  line.type === 'alert'
    ? `${kindLabel(line.entry.row.kind)} of ${line.entry.row.stream} at ${formatCount(line.entry.row.fired)}`
    : `incident ${formatCount(line.rank)}, ${formatCount(line.entries.length)} alerts`;

/** What the active line is marked as, and a note; undo and redo. */
export function MarkBar({ line }: { readonly line: Line | undefined }): ReactNode {
  const mark = line && entriesOf(line)[0].mark;
  return (
    <div className="mark-bar" role="group" aria-label="Mark">
      <span className="mark-of">{line ? nameOf(line) : 'No alert to mark'}</span>
      <div className="segmented">
        {VERDICTS.map((verdict) => (
          <button
            key={verdict}
            type="button"
            disabled={!line}
            aria-pressed={mark?.verdict === verdict}
            title={MEANS[verdict]}
            onClick={() => line && markLine(line, mark?.verdict === verdict ? null : verdict)}
          >
            {verdict}
          </button>
        ))}
      </div>
      <Note
        key={`${line?.key} ${mark?.note}`}
        mark={mark ?? null}
        onNote={(note) => line && mark && markLine(line, mark.verdict, note)}
      />
      <Steps />
    </div>
  );
}

interface NoteProps {
  readonly mark: Mark | null;
  readonly onNote: (note: string) => void;
}

function Note({ mark, onNote }: NoteProps): ReactNode {
  const kept = mark?.note ?? '';
  const [note, setNote] = useState(kept);
  return (
    <input
      aria-label="Note on the mark"
      placeholder={mark ? 'Note' : 'Note: mark it first'}
      value={note}
      disabled={!mark}
      onChange={(event) => setNote(event.target.value)}
      onBlur={() => {
        if (note !== kept) onNote(note);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}
