import { useId, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { yieldToMain } from '../../core/yieldToMain.ts';
import { actions } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';
import { showSheet } from '../ui.ts';
import { gathering } from './gathering.ts';
import { useSamples } from './samples.ts';

/** Why an address cannot be opened; null when it can be tried. */
function urlProblem(text: string): string | null {
  if (text.trim() === '') return 'Enter the address of a ledger file.';
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return 'This is no complete address: it should start with https:// and name a file.';
  }
  if (url.username !== '' || url.password !== '')
    return 'A page cannot send the user name or password in an address: leave them out.';
  return url.protocol === 'https:' || url.protocol === 'http:'
    ? null
    : `A page cannot read ${url.protocol} addresses. Use https://, or choose the file.`;
}

/** A field for the address of a ledger. */
export function UrlField(): ReactNode {
  const [url, setUrl] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const found = urlProblem(url);
    setProblem(found);
    if (found) return;
    showSheet(null);
    void actions.open({ kind: 'url', url: url.trim() });
  };
  return (
    <form className="url-form" onSubmit={submit} noValidate>
      <label htmlFor="ledger-url">Or open a URL</label>
      <div className="url-row">
        <input
          id="ledger-url"
          type="url"
          inputMode="url"
          placeholder="https://host/path/ledger.parquet"
          value={url}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby="ledger-url-help"
          onChange={(event) => {
            setUrl(event.target.value);
            setProblem(null);
          }}
        />
        <button type="submit" className="button">
          Open URL
        </button>
      </div>
      <p id="ledger-url-help" className={problem ? 'field-problem' : 'dim'} role={problem ? 'alert' : undefined}>
        {problem ?? (
          <>
            The server must allow this page to read it (CORS: <code>Access-Control-Allow-Origin</code>). A large Parquet
            file is read in pieces when the server answers range requests and exposes <code>Content-Range</code>,{' '}
            <code>Accept-Ranges</code> and <code>Content-Length</code>; otherwise it is fetched whole.
          </>
        )}
      </p>
    </form>
  );
}

/** A place to drop files on, with buttons for those who would rather choose. */
export function DropTarget({ asked }: { readonly asked: string | null }): ReactNode {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const choose = (input: HTMLInputElement): void => {
    const chosen = [...(input.files ?? [])];
    input.value = '';
    // In a turn of its own: the browser has just made the list, which takes it a while for a large folder.
    if (chosen.length > 0)
      gathering(Promise.all([import('./openFiles.ts'), yieldToMain()]).then(([{ openChosen }]) => openChosen(chosen)));
  };
  /** By the browser's own picker where it has one, which leads back to the files after a reload. */
  const pickOr = (what: 'files' | 'folder', input: HTMLInputElement | null): void => {
    if (!((what === 'files' ? 'showOpenFilePicker' : 'showDirectoryPicker') in window)) return input?.click();
    void import('./recent/handles.ts').then(({ openPicked }) => openPicked(what));
  };
  return (
    <div className="drop-target">
      <Icon name="wave" size={36} />
      {asked === null ? (
        <strong>Drop a ledger here</strong>
      ) : (
        <strong>
          This link was made on <code>{asked}</code>: drop it here to see the same view
        </strong>
      )}
      <span className="dim">files or a folder, anywhere on this page</span>
      <div className="buttons">
        <button type="button" className="button primary" onClick={() => pickOr('files', files.current)}>
          <Icon name="file" /> Choose files…
        </button>
        <button
          type="button"
          className="button"
          onClick={() => pickOr('folder', folder.current)}
          title="Partitions such as provider_id=a/hour=…/part-0.parquet count as columns"
        >
          <Icon name="folder" /> Choose folder…
        </button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        onChange={(event) => choose(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        hidden
        data-testid="folder-input"
        {...{ webkitdirectory: '' }}
        onChange={(event) => choose(event.currentTarget)}
      />
      <p className="privacy">Files stay in this tab: they are read and analysed here, nothing is uploaded.</p>
    </div>
  );
}

/** The built-in ledgers. */
export function SampleList(): ReactNode {
  const samples = useSamples();
  const id = useId();
  if (samples.length === 0) return null;
  return (
    <section className="sample-list" aria-labelledby={id}>
      <h3 id={id}>Or try a sample</h3>
      <ul className="samples">
        {samples.map((sample) => (
          <li key={sample.name}>
            <button
              type="button"
              onClick={() => {
                showSheet(null);
                void actions.open({ kind: 'sample', name: sample.name });
              }}
            >
              <strong>{sample.title}</strong>
              <span className="dim">{sample.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
