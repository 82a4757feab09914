import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { formatBytes, formatCount, formatPercent } from '../../../core/format.ts';
import { canCopy, copyFiles, removeCopy } from '../../../state/recent/copies.ts';
import { forgetRecent, keepRecent, recentLedgers, type Recent } from '../../../state/recent/recent.ts';
import { useTautline } from '../../../state/store.ts';
import { sourceName } from '../../../state/view.ts';
import { Icon } from '../../shell/Icon.tsx';
import { Problem } from '../../shell/Problem.tsx';
import { showSheet } from '../../ui.ts';
import { canReopen, openRecent, problemOf, reopenAsked } from './openRecent.ts';
import './recent.css';

/** Where it is, in words. */
function placeText({ kind, copy, roots, followed }: Recent): string {
  if (followed) return followed.kind === 'host' ? `followed at ${followed.url}` : 'followed in its folder';
  if (kind === 'sample') return 'sample';
  if (kind === 'url') return 'from its address';
  const places = [
    ...(roots.length > 0 ? ['read from your disk'] : []),
    ...(copy ? [`a copy of ${formatBytes(copy.bytes)} in this browser`] : []),
  ];
  return places.join(', and ') || 'its file has to be chosen again';
}

const whenText = (ms: number): string =>
  new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

interface RowProps {
  readonly recent: Recent;
  readonly onChanged: () => void;
  readonly onProblem: (problem: string | null) => void;
}

/** Copies the open ledger into the browser's storage, with progress, and can be stopped. */
function KeepCopy({ recent, onChanged, onProblem }: RowProps): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  const [share, setShare] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  if (ledger.phase !== 'open' || ledger.source.kind !== 'files' || recent.copy || !canCopy()) return null;
  if (recent.kind !== 'files' || sourceName(ledger.source) !== recent.name) return null;
  const { files } = ledger.source;
  const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
  const keep = async (): Promise<void> => {
    const control = new AbortController();
    stop.current = control;
    setShare(0);
    onProblem(null);
    try {
      const copy = await copyFiles(files, (done) => setShare(done / Math.max(1, bytes)), control.signal);
      await keepRecent({ ...recent, copy });
      // Asked so that the browser does not clear it when the disk is short; it may say no.
      void navigator.storage.persist?.();
      onChanged();
    } catch (thrown) {
      if (!control.signal.aborted) onProblem(problemOf(thrown, recent.name));
    }
    setShare(null);
  };
  return share === null ? (
    <button type="button" className="button small" onClick={() => void keep()}>
      Keep a copy ({formatBytes(bytes)})
    </button>
  ) : (
    <span role="status">
      {formatPercent(Math.floor(share * 100) / 100)} copied{' '}
      <button type="button" className="button small" onClick={() => stop.current?.abort()}>
        Cancel
      </button>
    </span>
  );
}

function Row({ recent, onChanged, onProblem }: RowProps): ReactNode {
  const { name, events, bytes, opened, copy } = recent;
  const reopen = async (): Promise<void> => {
    onProblem(null);
    const problem = await openRecent(recent);
    onProblem(problem);
    if (problem === null && canReopen(recent)) showSheet(null);
  };
  const change = async (act: () => Promise<unknown>): Promise<void> => {
    try {
      onProblem(null);
      await act();
    } catch (thrown) {
      onProblem(problemOf(thrown, name));
    }
    onChanged();
  };
  return (
    <li className="recent">
      <button type="button" className="recent-open" onClick={() => void reopen()}>
        <strong>{name}</strong>
        <span className="dim">
          {formatCount(events)} events, {formatBytes(bytes)}; {placeText(recent)}; {whenText(opened)}
        </span>
      </button>
      <KeepCopy recent={recent} onChanged={onChanged} onProblem={onProblem} />
      {copy && (
        <button
          type="button"
          className="button small quiet"
          aria-label={`Remove the copy of ${name}`}
          onClick={() =>
            void change(async () => {
              await keepRecent({ ...recent, copy: null });
              await removeCopy(copy);
            })
          }
        >
          Remove the copy
        </button>
      )}
      <button
        type="button"
        className="button icon-only small"
        title={copy ? 'Take it off the list, with its copy' : 'Take it off the list; the file stays'}
        aria-label={`Take ${name} off the list`}
        onClick={() =>
          void change(async () => {
            await forgetRecent(recent);
            if (copy) await removeCopy(copy);
          })
        }
      >
        <Icon name="trash" size={13} />
      </button>
    </li>
  );
}

/** Ledgers that were opened in this browser. One that the address asks for is opened at once where that may be. */
export function RecentList(): ReactNode {
  const id = useId();
  const [all, setAll] = useState<readonly Recent[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useTautline(({ view, ledger }) =>
    ledger.phase === 'empty' && view.source?.kind === 'file' ? view.source.name : null,
  );
  const load = useCallback(() => {
    // Where the browser keeps nothing, as in a private window, there is nothing to list.
    recentLedgers().then(setAll, () => setAll([]));
  }, []);
  useEffect(load, [load]);
  const wanted = asked === null ? undefined : all.find(({ kind, name }) => kind === 'files' && name === asked);
  useEffect(() => {
    if (wanted && canReopen(wanted))
      reopenAsked(wanted).catch((thrown: unknown) => setProblem(problemOf(thrown, wanted.name)));
  }, [wanted]);
  if (all.length === 0) return null;
  const listed = wanted ? [wanted, ...all.filter((recent) => recent !== wanted)] : all;
  return (
    <section className="recents" aria-labelledby={id}>
      <h3 id={id}>{wanted ? `Open ${wanted.name} again` : 'Recent ledgers'}</h3>
      {wanted && wanted.roots.length > 0 && (
        <p className="dim">The browser asks whether this page may read the file again; the view is that of the link.</p>
      )}
      {problem !== null && <Problem>{problem}</Problem>}
      <ul>
        {listed.map((recent) => (
          <Row key={recent.id} recent={recent} onChanged={load} onProblem={setProblem} />
        ))}
      </ul>
      <p className="dim">The list stays in this browser. Without a copy it holds names and views, no data.</p>
    </section>
  );
}
