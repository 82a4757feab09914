import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { explain } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { readTarget } from '../../state/live/source.ts';
import { Sheet } from '../shell/Sheet.tsx';
import { showSheet } from '../ui.ts';
import { useFollow } from './follower.ts';
import { follow, stopFollowing } from './start.ts';
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

function Waiting({ isShown }: { readonly isShown: boolean }): ReactNode {
  const { phase, tally, trouble } = useFollow((state) => state);
  const said =
    trouble ??
    (isShown
      ? 'It is followed already: the bar above the charts has how far it is.'
      : phase === 'connecting'
        ? 'Asking for the commits…'
        : tally.commit < 0 || tally.events === 0
          ? 'Connected. The ledger has no events yet: the first ones appear here as soon as they are committed.'
          : `Reading ${formatCount(tally.events)} events…`);
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
  const [address, setAddress] = useState(target?.url ?? '');
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const said = problem ?? (error ? explain(error) : null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const found = readTarget(address, token);
    if (typeof found === 'string') setProblem(found);
    else follow(found);
  };
  return (
    <form className="follow-form" onSubmit={submit} noValidate>
      <p>
        <code>tautline live</code> writes a ledger while agents speak, and prints the address of the app that follows
        it. Its events come in here, and the charts roll with the newest at the right.
      </p>
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
          'The folder of a ledger on any host that this page may read can be followed too: give its address alone.'}
      </p>
    </form>
  );
}
