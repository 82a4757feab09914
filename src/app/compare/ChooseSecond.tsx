import { useEffect, useRef, useState, type ReactNode } from 'react';
import { SAMPLES } from '../../harness/samples.ts';
import { recentLedgers, type Recent } from '../../state/recent/recent.ts';
import { second, useSecond } from '../../state/second/page.ts';
import { gathering } from '../open/gathering.ts';
import { canReopen, problemOf, sourceOfRecent } from '../open/recent/openRecent.ts';
import { Problem } from '../shell/Problem.tsx';

const openChosen = (files: readonly File[]): void =>
  gathering(import('../open/openFiles.ts').then(({ openChosenBeside }) => openChosenBeside(files)));

/** A button that lets files or a folder be chosen. */
function Choose({ folder, children }: { readonly folder?: boolean; readonly children: string }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid={folder ? 'second-folder' : 'second-files'}
        {...(folder && { webkitdirectory: '' })}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          if (files.length > 0) openChosen(files);
        }}
      />
    </>
  );
}

/** Ledgers that were opened here and can be read again without choosing their files. */
function useRecents(): readonly Recent[] {
  const [all, setAll] = useState<readonly Recent[]>([]);
  useEffect(() => {
    // Where the browser keeps nothing, as in a private window, there is nothing to list.
    recentLedgers().then(
      (found) => setAll(found.filter((recent) => recent.kind !== 'sample' && canReopen(recent))),
      () => setAll([]),
    );
  }, []);
  return all;
}

/** @returns false where the browser may not read it */
async function reopen(recent: Recent, ask: boolean): Promise<boolean> {
  const source = await sourceOfRecent(recent, ask);
  if (source) await second.open(source);
  return source !== null;
}

/** The ways to bring a second ledger; where the address names one, the way to that. */
export function ChooseSecond(): ReactNode {
  const asks = useSecond((state) => state.asks);
  const recents = useRecents();
  const [problem, setProblem] = useState<string | null>(null);
  const wanted =
    asks?.kind === 'file' ? recents.find(({ kind, name }) => kind === 'files' && name === asks.name) : null;
  async function openRecent(recent: Recent): Promise<void> {
    setProblem(null);
    try {
      if (!(await reopen(recent, true)))
        setProblem(`The browser may not read ${recent.name}. Allow it, or choose the file.`);
    } catch (thrown) {
      setProblem(problemOf(thrown, recent.name));
    }
  }
  useEffect(() => {
    if (wanted) reopen(wanted, false).catch((thrown: unknown) => setProblem(problemOf(thrown, wanted.name)));
  }, [wanted]);
  const choose = (value: string): void => {
    if (value.startsWith('sample=')) void second.open({ kind: 'sample', name: value.slice('sample='.length) });
    const recent = recents.find(({ id }) => value === `recent=${id}`);
    if (recent) void openRecent(recent);
  };
  return (
    <>
      <p>
        {asks === null ? (
          <>
            <strong>Two ledgers</strong>: set another one beside this, of another model or another week. Choose it, or
            drop it on this page.
          </>
        ) : asks.kind === 'url' ? (
          <>
            This link also opens <code>{asks.url}</code>. Nothing has been fetched from there.
          </>
        ) : (
          <>
            This comparison was made with a second ledger, <code>{asks.name}</code>: choose it, or drop it on this page.
          </>
        )}
      </p>
      <div className="second-line">
        {asks?.kind === 'url' && (
          <button
            type="button"
            className="button primary"
            onClick={() => void second.open({ kind: 'url', url: asks.url })}
          >
            Open that address
          </button>
        )}
        {wanted && (
          <button type="button" className="button primary" onClick={() => void openRecent(wanted)}>
            Open {wanted.name} again
          </button>
        )}
        <Choose>Choose files…</Choose>
        <Choose folder>Choose a folder…</Choose>
        <select aria-label="Open a sample or a recent ledger" value="" onChange={({ target }) => choose(target.value)}>
          <option value="">Sample or recent…</option>
          {recents.length > 0 && (
            <optgroup label="Recent">
              {recents.map(({ id, name }) => (
                <option key={id} value={`recent=${id}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label="Samples">
            {SAMPLES.map(({ name, title }) => (
              <option key={name} value={`sample=${name}`}>
                {title}
              </option>
            ))}
          </optgroup>
        </select>
        {asks && (
          <button type="button" className="button quiet" onClick={() => second.close()}>
            Without it
          </button>
        )}
      </div>
      {problem !== null && <Problem>{problem}</Problem>}
    </>
  );
}
