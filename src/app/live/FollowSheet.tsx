import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import type { FollowState } from '../../state/live/follow.ts';
import { readTarget } from '../../state/live/source.ts';
import type { LiveTarget } from '../../state/live/target.ts';
import { canPickFolder, pick } from '../open/recent/handles.ts';
import { Sheet } from '../shell/Sheet.tsx';
import { showSheet } from '../ui.ts';
import { useFollow } from './follower.ts';
import { follow, followAgain, stopFollowing } from './start.ts';
import './live.css';

/** Where a live ledger is chosen, and what is said until its first events are on screen. */
export function FollowSheet(): ReactNode {
  const phase = useFollow((state) => state.phase);
  const shown = useFollow((state) => state.shown.to > 0);
  const wasShown = useRef(shown);
  useEffect(() => {
    if (phase === 'following' && shown && !wasShown.current) showSheet(null);
    wasShown.current = shown;
  }, [phase, shown]);
  return (
    <Sheet title="Follow a live ledger">
      {phase === 'idle' || phase === 'failed' ? <TargetForm /> : <Waiting isShown={shown} />}
    </Sheet>
  );
}

function waitingText({ phase, tally, trouble, target }: FollowState, isShown: boolean): string {
  if (trouble !== null) return trouble;
  if (isShown) return 'It is followed already: the bar above the charts has how far it is.';
  if (phase === 'connecting') return 'Asking for the commits…';
  if (tally.commit < 0 && target?.kind === 'host')
    return (
      `Nothing is at ${target.url}/_log/${'0'.repeat(20)}.json yet, where the first commit would be. ` +
      'It is asked for each second; check that this is the folder of the ledger.'
    );
  return tally.commit < 0 || tally.events === 0
    ? 'Connected. The ledger has no events yet: the first ones appear here as soon as they are committed.'
    : `Reading ${formatCount(tally.events)} events…`;
}

function Waiting({ isShown }: { readonly isShown: boolean }): ReactNode {
  const said = waitingText(
    useFollow((state) => state),
    isShown,
  );
  return (
    <div className="follow-waiting">
      <p role="status">{said}</p>
      <button type="button" className="button" onClick={stopFollowing}>
        Stop following
      </button>
    </div>
  );
}

function TargetForm(): ReactNode {
  const error = useFollow((state) => state.error);
  const target = useFollow((state) => state.target);
  const said = error ? explain(error) : null;
  return (
    <div className="follow-ways">
      <p>
        <code>tautline live</code> writes a ledger while agents speak, and prints the address of the app that follows
        it. Its events come in here, and the charts roll with the newest at the right.
      </p>
      <AddressForm
        asked={target && target.kind !== 'folder' ? target.url : ''}
        failed={target?.kind === 'folder' ? null : said}
      />
      <FolderForm asked={target?.kind === 'folder' ? target : null} failed={target?.kind === 'folder' ? said : null} />
    </div>
  );
}

function AddressForm({ asked, failed }: { readonly asked: string; readonly failed: string | null }): ReactNode {
  const [address, setAddress] = useState(asked);
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const said = problem ?? failed;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const found = readTarget(address, token);
    if (typeof found === 'string') setProblem(found);
    else follow(found);
  };
  return (
    <form className="follow-form" onSubmit={submit} noValidate>
      <label htmlFor="live-address">Address</label>
      <input
        id="live-address"
        type="url"
        placeholder="http://localhost:4173/#live=default&token=…"
        value={address}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={said !== null}
        aria-describedby="live-help"
        onChange={(event) => {
          setAddress(event.target.value);
          setProblem(null);
        }}
      />
      <label htmlFor="live-token">Token, where the address has none</label>
      <input
        id="live-token"
        type="text"
        value={token}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setToken(event.target.value)}
      />
      <button type="submit" className="button primary">
        Follow
      </button>
      <p id="live-help" className={said ? 'field-problem' : 'dim'} role={said ? 'alert' : undefined}>
        {said ??
          'The folder of a ledger on any host that lets this page read it can be followed too: give its address alone.'}
      </p>
    </form>
  );
}

interface FolderProps {
  /** What was followed and may have to be allowed again. */
  readonly asked: Extract<LiveTarget, { readonly kind: 'folder' }> | null;
  readonly failed: string | null;
}

/** A folder of this machine, which the browser lets the page read. */
function FolderForm({ asked, failed }: FolderProps): ReactNode {
  const [problem, setProblem] = useState<string | null>(null);
  const said = problem ?? failed;
  const choose = async (): Promise<void> => {
    setProblem(null);
    try {
      const chosen = await pick('folder');
      if (chosen) follow({ kind: 'folder', handle: chosen[0] as FileSystemDirectoryHandle });
    } catch (thrown) {
      setProblem(explain(toTautlineError(thrown, 'choosing a folder')));
    }
  };
  return (
    <section className="follow-form" aria-labelledby="live-folder">
      <h3 id="live-folder">Or the folder itself</h3>
      {canPickFolder() ? (
        <div className="buttons">
          {asked && (
            <button type="button" className="button primary" onClick={() => void followAgain(asked)}>
              Follow {asked.handle.name} again
            </button>
          )}
          <button type="button" className="button" onClick={() => void choose()}>
            Choose a folder…
          </button>
        </div>
      ) : (
        <p>
          This browser gives a page no folder that goes on growing; Chrome and Edge do. Here, let a host hand it out,
          such as <code>npx http-server --cors DIR</code>, and give its address above.
        </p>
      )}
      <p className={said ? 'field-problem' : 'dim'} role={said ? 'alert' : undefined}>
        {said ??
          'The one that stands after --ledger, on a drive of this machine. It is looked at each second, and only read.'}
      </p>
    </section>
  );
}
