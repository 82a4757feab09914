import { useEffect, useState, type ReactNode } from 'react';
import { formatBytes, formatCount, formatDuration } from '../../core/format.ts';
import { BUILT_IN } from '../../core/embeddingModel.ts';
import type { ListedModel } from '../../workers/modelsContract.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import type { LedgerPhase } from '../../state/types.ts';
import { Sheet } from '../shell/Sheet.tsx';
import { showSheet } from '../ui.ts';
import { AddModel } from './AddModel.tsx';
import { embeddingTime, LONG_MS, sampleFor, type Texts } from './estimate.ts';
import { addFiles as addDropped, refreshModels, removeModel, setDefault, setRuntime, useModels } from './models.ts';
import './embedder.css';

/** The texts of the open ledger, counted by the database; null until that is known. */
function useTexts(ledger: LedgerPhase): Texts | null {
  const [texts, setTexts] = useState<Texts | null>(null);
  const hasText = ledger.phase === 'open' && ledger.report.mapping.text !== undefined;
  useEffect(() => {
    let isOver = false;
    if (!hasText) return;
    const asked = session.tables.query(
      'SELECT count(*)::DOUBLE AS texts, coalesce(sum(length(text)), 0)::DOUBLE AS characters FROM ' +
        '(SELECT DISTINCT text FROM events WHERE text IS NOT NULL)',
    );
    asked.then(
      ([row]) => {
        if (!isOver) setTexts({ texts: Number(row.texts), characters: Number(row.characters) });
      },
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [hasText, ledger]);
  return texts;
}

/** How the open ledger is embedded; null where a model can do nothing for it. */
function usedBy(ledger: LedgerPhase): string | null {
  if (ledger.phase !== 'open') return null;
  const { embedder, model } = ledger.report;
  if (embedder === 'model') return model?.name ?? null;
  return embedder === 'built-in' ? 'the built-in embedder' : null;
}

function SampleChoice({
  most,
  onChange,
}: {
  readonly most: number | null;
  readonly onChange: (most: number | null) => void;
}): ReactNode {
  const streams = useTautline((state) => state.analysis.report?.streams);
  const [size, setSize] = useState<number | null>(null);
  const sizes = streams?.map(({ events }) => events) ?? [];
  const shown = size ?? most ?? (sizes.length > 0 ? sampleFor(sizes, 0.1) : 200);
  return (
    <div className="embedder-sample">
      <label>
        <input
          type="checkbox"
          checked={most !== null}
          onChange={({ target }) => onChange(target.checked ? shown : null)}
        />
        <span>Only a uniform sample, at most</span>
      </label>
      <input
        type="number"
        min={1}
        value={shown}
        aria-label="Events of each stream in the sample"
        onChange={({ target }) => {
          const value = Math.max(1, Math.round(target.valueAsNumber || 1));
          setSize(value);
          if (most !== null) onChange(value);
        }}
      />
      <span>events of each stream: quicker, and what takes a few events only is seen less well</span>
    </div>
  );
}

/** The graphics card, where it does as well; else why not. */
function RuntimeChoice({ kept: { id, gpu, runtime } }: { readonly kept: ListedModel }): ReactNode {
  if (gpu.speed === null) return <span className="dim">On the processor: {gpu.reason ?? 'not known why'}</span>;
  return (
    <label className="embedder-default">
      <input
        type="checkbox"
        checked={runtime === 'webgpu'}
        onChange={({ target }) => void setRuntime(id, target.checked ? 'webgpu' : 'wasm')}
      />
      <span>on the graphics card by WebGPU: {formatCount(Math.round(gpu.speed))} characters a second</span>
    </label>
  );
}

function ModelRow({
  kept,
  texts,
  canUse,
  isUsed,
  onUse,
}: {
  readonly kept: ListedModel;
  readonly texts: Texts | null;
  readonly canUse: boolean;
  readonly isUsed: boolean;
  readonly onUse: () => void;
}): ReactNode {
  const { id, model, source, licence, bytes, vectors, speed, gpu, runtime, isDefault } = kept;
  const isOnGpu = runtime === 'webgpu' && gpu.speed !== null;
  const time =
    texts &&
    (isOnGpu ? embeddingTime(texts, gpu.speed, 1) : embeddingTime(texts, speed, navigator.hardwareConcurrency));
  const facts = [
    `${formatCount(model.dimension)} dimensions`,
    formatBytes(bytes),
    model.settings.kind === 'static' ? 'static' : `reads ${formatCount(model.settings.limit)} tokens at once`,
    `${formatCount(Math.round(speed))} characters a second on one thread`,
    licence === null ? `from ${source}` : `${licence}, from ${new URL(source).host}`,
    vectors > 0 ? `${formatBytes(vectors)} of vectors kept` : 'no vectors kept yet',
  ];
  return (
    <li className="embedder-model" data-model={id}>
      <strong>{model.name}</strong>
      <span className="dim">{facts.join(' · ')}</span>
      <RuntimeChoice kept={kept} />
      <span className="dim mono embedder-probe">probe {model.probe.slice(0, 12)}</span>
      <div className="buttons">
        {canUse && (
          <button type="button" className="button primary" disabled={isUsed} onClick={onUse}>
            {isUsed ? 'Used for this ledger' : 'Use for this ledger'}
          </button>
        )}
        <button
          type="button"
          className="button"
          aria-label={`Remove ${model.name}`}
          onClick={() => void removeModel(id)}
        >
          Remove
        </button>
        <label className="embedder-default">
          <input
            type="checkbox"
            checked={isDefault}
            onChange={({ target }) => void setDefault(target.checked ? id : null)}
          />
          <span>for every ledger of texts that is opened from now on</span>
        </label>
      </div>
      {canUse && !isUsed && time !== null && (
        <span className={time > LONG_MS ? 'field-problem' : 'dim'}>
          {vectors > 0 ? 'At most ' : 'About '}
          {formatDuration(time)} for {formatCount(texts!.texts)} different texts
          {time > LONG_MS ? '; it can be cancelled, and goes on where it stood' : ''}
        </span>
      )}
    </li>
  );
}

/** Takes the files of a model that were dropped on the page. */
export { addDropped };

/** Which model embeds ledgers of texts: those that are kept, and ways to add one. */
export function EmbedderSheet(): ReactNode {
  const { models, problem, progress } = useModels();
  const ledger = useTautline((state) => state.ledger);
  const texts = useTexts(ledger);
  const [sample, setSample] = useState<number | null>(null);
  useEffect(() => void refreshModels(), []);
  const used = usedBy(ledger);
  const source = 'source' in ledger ? ledger.source : null;
  // Of one that failed or was ended it is not known whether it has vectors.
  const canUse = source !== null && (used !== null || ledger.phase === 'failed');
  const open = (embedder: string): void => {
    showSheet(null);
    void actions.open({ ...source!, embedder, sample: sample ?? undefined });
  };
  return (
    <Sheet title="Embedding models">
      <div className="embedder">
        <p>
          Ledgers without vectors are embedded by their words, which needs no model and sees no meanings. A
          sentence-embedding model sees what a text is about. It runs in this browser: no text leaves it, and what was
          computed is kept, so that a ledger opens at once the next time.
        </p>
        {ledger.phase === 'open' && (
          <p>
            {used === null
              ? 'The open ledger has vectors of its own, or no texts: a model changes nothing for it.'
              : `The open ledger is embedded by ${used}.`}
          </p>
        )}
        <section aria-labelledby="kept-models">
          <h3 id="kept-models">Kept in this browser</h3>
          {models?.length === 0 && <p className="dim">None yet: add one below.</p>}
          {models === null && problem === null && <p className="dim">Looking…</p>}
          <ul className="embedder-models">
            {models?.map((kept) => (
              <ModelRow
                key={kept.id}
                kept={kept}
                texts={texts}
                canUse={canUse}
                isUsed={
                  ledger.phase === 'open' &&
                  ledger.report.embedder === 'model' &&
                  kept.model.probe === ledger.report.model?.probe &&
                  sample === (source?.sample ?? null)
                }
                onUse={() => open(kept.id)}
              />
            ))}
          </ul>
          {canUse && models !== null && models.length > 0 && <SampleChoice most={sample} onChange={setSample} />}
          {canUse && used !== 'the built-in embedder' && (
            <button type="button" className="button" onClick={() => open(BUILT_IN)}>
              Use the built-in embedder for this ledger
            </button>
          )}
        </section>
        <AddModel progress={progress} problem={problem} />
      </div>
    </Sheet>
  );
}
