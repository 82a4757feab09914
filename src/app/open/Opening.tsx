import type { ReactNode } from 'react';
import { actions } from '../../state/store.ts';
import type { LedgerPhase } from '../../state/types.ts';
import { ProgressBar, progressText } from '../shell/Progress.tsx';

export function Opening({ ledger }: { readonly ledger: Extract<LedgerPhase, { phase: 'opening' }> }): ReactNode {
  const { name, source, progress } = ledger;
  return (
    <div className="centre-message" role="status" aria-live="polite">
      <h2>Opening {name}</h2>
      <ProgressBar progress={progress} label={`Opening ${name}`} />
      <p className="dim">{progress ? progressText(progress) : 'starting the reader…'}</p>
      {progress?.isKept && (
        <>
          <p className="dim">What is done is kept: opened again after a cancel, it goes on from there.</p>
          <button
            type="button"
            className="button"
            onClick={() => void actions.open({ ...source, embedder: 'built-in' })}
          >
            Open with the built-in embedder
          </button>
        </>
      )}
      <button type="button" className="button" onClick={() => actions.cancel()}>
        Cancel
      </button>
    </div>
  );
}
