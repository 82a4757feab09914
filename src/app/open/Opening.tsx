import type { ReactNode } from 'react';
import type { Progress } from '../../core/progress.ts';
import { actions } from '../../state/store.ts';
import { ProgressBar, progressText } from '../shell/Progress.tsx';

export function Opening({ name, progress }: { readonly name: string; readonly progress: Progress | null }): ReactNode {
  return (
    <div className="centre-message" role="status" aria-live="polite">
      <h2>Opening {name}</h2>
      <ProgressBar progress={progress} label={`Opening ${name}`} />
      <p className="dim">{progress ? progressText(progress) : 'starting the reader…'}</p>
      <button type="button" className="button" onClick={() => actions.cancel()}>
        Cancel
      </button>
    </div>
  );
}
