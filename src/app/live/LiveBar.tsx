import { useEffect, useRef, useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { counted, formatCount, formatMs } from '../../core/format.ts';
import type { LiveAlert } from '../../detection/files/commit.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import type { FollowState } from '../../state/live/follow.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { download } from '../whatif/parameterFile.ts';
import { Candidate } from './Candidate.tsx';
import { follower, useFollow } from './follower.ts';
import { stopFollowing } from './start.ts';
import { decisionText } from './text.ts';
import './live.css';

/** What is followed, above the charts: how far it is, what it raised, and what is wrong. */
export function LiveBar(): ReactNode {
  const phase = useFollow((state) => state.phase);
  return phase === 'following' || phase === 'failed' ? <Following /> : null;
}

const alertText = ({ kind, stream, fired }: LiveAlert): string =>
  `${kindLabel(kind)} in ${stream} at event ${formatCount(fired)}`;

function Following(): ReactNode {
  const state = useFollow((all) => all);
  const { tally, paused, shown, trouble, error, target } = state;
  const atNewest = useTautline(
    ({ view, analysis }) => view.range === null || view.range.to >= (analysis.report?.events ?? 0),
  );
  const coming = tally.events - shown.to;
  return (
    <section className="live-bar" aria-label="Live ledger">
      <p className="live-head">
        <strong className={paused || trouble !== null || error !== null ? 'live-state still' : 'live-state'}>
          {error ? 'Ended' : paused ? 'Paused' : trouble !== null ? 'Waiting' : 'Live'}
        </strong>
        <span title={behindText(state)}>
          {formatCount(shown.to)} events{shown.from > 0 && `, from ${formatCount(shown.from)} on in this window`}
        </span>
        {paused && coming > 0 && <span role="status">{formatCount(coming)} more have come</span>}
      </p>
      <div className="live-tools">
        <button type="button" className="button small" onClick={() => follower.setPaused(!paused)}>
          {paused ? 'Resume' : 'Pause'}
        </button>
        <button
          type="button"
          className="button small"
          disabled={atNewest && !paused}
          onClick={() => follower.toNewest()}
        >
          To the newest
        </button>
        <Notify alerts={tally.alerts} />
        <Save />
        <button type="button" className="button small" onClick={stopFollowing}>
          Stop following
        </button>
      </div>
      <Raised state={state} />
      <p className="live-decided" aria-live="polite">
        {tally.decided && `${decisionText(tally.decided)}.`}
      </p>
      {tally.lanes.lanes && target && <Candidate lanes={tally.lanes.lanes} target={target} />}
      <Faults state={state} />
    </section>
  );
}

const behindText = ({ behind, tally }: FollowState): string =>
  `Commit ${formatCount(tally.commit)}` +
  (behind === null ? '' : `; on screen ${formatMs(behind, 3)} after it was written`);

async function select(id: number): Promise<void> {
  const [index] = await session.engine.indicesOf([BigInt(id)]);
  if (index >= 0) actions.select(index);
}

/** The alert that was raised last, told to screen readers too, and a way to it. */
function Raised({ state: { tally, shown } }: { readonly state: FollowState }): ReactNode {
  const newest = tally.alerts.at(0);
  return (
    <p className="live-alert" aria-live="polite">
      {newest ? (
        <>
          <strong>{alertText(newest)}</strong>
          {tally.raised > 1 && <span className="dim">{counted(tally.raised, 'alert')} since you follow</span>}
          <button
            type="button"
            className="button small"
            disabled={newest.fired < shown.from || newest.fired >= shown.to}
            onClick={() => void select(newest.fired)}
          >
            Show
          </button>
        </>
      ) : (
        <span className="dim">No alert since you follow.</span>
      )}
    </p>
  );
}

function Faults({ state }: { readonly state: FollowState }): ReactNode {
  const { tally, trouble, error, judged, faults } = state;
  const left = [
    tally.late > 0 && `${formatCount(tally.late)} late`,
    tally.doubles > 0 && `${formatCount(tally.doubles)} doubled`,
    tally.dropped > 0 && `${formatCount(tally.dropped)} dropped by their senders`,
    tally.refused > 0 && `${formatCount(tally.refused)} refused`,
    tally.untracked > 0 && `${formatCount(tally.untracked)} of streams that the bundle does not know`,
  ].filter((text) => text !== false);
  return (
    <>
      {(error !== null || trouble !== null) && (
        <p className="field-problem" role="alert">
          {error ? explain(error) : trouble}
        </p>
      )}
      {tally.gaps.map((gap) => (
        <p key={gap} className="field-problem" role="alert">
          Gap: {gap}.
        </p>
      ))}
      {faults.map((fault) => (
        <p key={fault} className="field-problem" role="alert">
          Parity broken: {fault}.
        </p>
      ))}
      <p className="dim live-checked">
        {tally.bundle === null
          ? 'Events are being collected for the first bundle: nothing is judged yet.'
          : judged > 0 && faults.length === 0
            ? `${formatCount(judged)} events judged in this tab too: the same alerts.`
            : ''}
        {left.length > 0 && ` Of the events: ${left.join(', ')}.`}
      </p>
    </>
  );
}

/** Notifications of the system, where the user wants them. */
function Notify({ alerts }: { readonly alerts: readonly LiveAlert[] }): ReactNode {
  const [wanted, setWanted] = useState(false);
  const told = useRef<string | undefined>(undefined);
  const newest = alerts.at(0);
  useEffect(() => {
    if (wanted && newest && newest.id !== told.current) new Notification('Tautline', { body: alertText(newest) });
    told.current = newest?.id;
  }, [wanted, newest]);
  if (!('Notification' in window)) return null;
  const choose = async (): Promise<void> => {
    if (wanted) setWanted(false);
    else if ((await Notification.requestPermission()) === 'granted') setWanted(true);
    else
      actions.toast('warning', 'The browser does not let this page notify you: allow it in the settings of the site.');
  };
  return (
    <button type="button" className="button small" aria-pressed={wanted} onClick={() => void choose()}>
      Notify me
    </button>
  );
}

function Save(): ReactNode {
  const [saving, setSaving] = useState(false);
  const save = async (): Promise<void> => {
    setSaving(true);
    try {
      const { shown } = follower.store.getState();
      for (const [i, { blob }] of (await follower.save()).entries())
        download(blob, `live-${shown.from}-${shown.to}${i === 0 ? '' : `-${i}`}.parquet`);
    } catch (thrown) {
      actions.toast('error', explain(toTautlineError(thrown, 'saving what is followed')));
    } finally {
      setSaving(false);
    }
  };
  return (
    <button
      type="button"
      className="button small"
      disabled={saving}
      title="The events of this window as a ledger in Parquet"
      onClick={() => void save()}
    >
      {saving ? 'Saving…' : 'Save'}
    </button>
  );
}
