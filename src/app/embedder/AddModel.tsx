import { useId, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { formatBytes, formatCount } from '../../core/format.ts';
import type { Progress } from '../../core/progress.ts';
import type { NamedBlob } from '../../ledger/types.ts';
import { ProgressBar, progressText } from '../shell/Progress.tsx';
import { Problem } from '../shell/Problem.tsx';
import { HUB_HOST, HUB_MODELS, hubAddress } from './hub.ts';
import { addAddress, addFiles, cancelAdding } from './models.ts';

function AddressForm(): ReactNode {
  const [url, setUrl] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const address = URL.canParse(url.trim()) ? new URL(url.trim()) : null;
    if (address?.protocol !== 'https:' && address?.protocol !== 'http:') {
      setProblem('This is no complete address: it should start with https:// and name a folder.');
      return;
    }
    const name = address.pathname.split('/').filter((part) => part !== '' && part !== 'resolve' && part !== 'main');
    void addAddress({ url: address.href, name: name.at(-1) ?? address.host, licence: null });
  };
  return (
    <form className="url-form" onSubmit={submit} noValidate>
      <label htmlFor={id}>Or the address of its folder</label>
      <div className="url-row">
        <input
          id={id}
          type="url"
          inputMode="url"
          placeholder="https://host/models/name/"
          value={url}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby={`${id}-help`}
          onChange={({ target }) => {
            setUrl(target.value);
            setProblem(null);
          }}
        />
        <button type="submit" className="button">
          Fetch
        </button>
      </div>
      <p id={`${id}-help`} className={problem ? 'field-problem' : 'dim'} role={problem ? 'alert' : undefined}>
        {problem ?? 'tokenizer.json, config.json and the weights are fetched from there, and nothing is sent.'}
      </p>
    </form>
  );
}

function Hub(): ReactNode {
  return (
    <ul className="embedder-hub" aria-label={`Models on ${HUB_HOST}`}>
      {HUB_MODELS.map((model) => (
        <li key={model.name}>
          <span>
            <strong>{model.name}</strong>{' '}
            <span className="dim">
              {model.about} · {formatCount(model.dimension)} dimensions · {model.licence}
              {model.speed === null
                ? ' · not measured'
                : ` · ${formatCount(model.speed)} characters a second of one processor`}
            </span>
          </span>
          <button
            type="button"
            className="button"
            aria-label={`Fetch about ${formatBytes(model.bytes)} from ${HUB_HOST}: ${model.name}, ${model.licence}`}
            onClick={() => void addAddress({ url: hubAddress(model), name: model.name, licence: model.licence })}
          >
            Fetch about {formatBytes(model.bytes)} from {HUB_HOST}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Ways to add a model. */
export function AddModel({
  progress,
  problem,
}: {
  readonly progress: Progress | null;
  readonly problem: string | null;
}): ReactNode {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const choose = (input: HTMLInputElement): void => {
    const chosen = Array.from(input.files ?? [], (file): NamedBlob => ({
      path: file.webkitRelativePath || file.name,
      blob: file,
    }));
    input.value = '';
    if (chosen.length > 0) void addFiles(chosen);
  };
  return (
    <section aria-labelledby="add-model">
      <h3 id="add-model">Add a model</h3>
      {progress === null ? (
        <>
          <div className="drop-target">
            <strong>Drop the folder of a model here</strong>
            <span className="dim">
              tokenizer.json and model.onnx (or model.safetensors of a static model), with config.json and what else
              belongs to it
            </span>
            <div className="buttons">
              <button type="button" className="button" onClick={() => folder.current?.click()}>
                Choose its folder…
              </button>
              <button type="button" className="button" onClick={() => files.current?.click()}>
                Choose its files…
              </button>
            </div>
            <input
              ref={folder}
              type="file"
              hidden
              data-testid="model-folder"
              {...{ webkitdirectory: '' }}
              onChange={(event) => choose(event.currentTarget)}
            />
            <input
              ref={files}
              type="file"
              multiple
              hidden
              data-testid="model-files"
              onChange={(event) => choose(event.currentTarget)}
            />
          </div>
          <AddressForm />
          <h4>Or from the Hugging Face hub</h4>
          <p className="dim">
            A click asks {HUB_HOST}, which passes on to its own file servers; they see who asks, and nothing of your
            ledger.
          </p>
          <Hub />
        </>
      ) : (
        <div role="status" aria-live="polite" className="embedder-adding">
          <ProgressBar progress={progress} label="Adding a model" />
          <p className="dim">{progressText(progress)}</p>
          <button type="button" className="button" onClick={cancelAdding}>
            Cancel
          </button>
        </div>
      )}
      {problem !== null && <Problem>{problem}</Problem>}
    </section>
  );
}
