import type { ReactNode } from 'react';
import { explain, type TautlineError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import { actions } from '../../state/store.ts';
import { copyText } from '../shell/copy.ts';
import { ProgressBar, progressText } from '../shell/Progress.tsx';

export function Opening({ name, progress }: { readonly name: string; readonly progress: Progress | null }): ReactNode {
  return (
    <div className="centre-message" role="status" aria-live="polite">
      <h2>Opening {name}</h2>
      <ProgressBar progress={progress} label={`Opening ${name}`} />
      <p className="dim">{progress ? progressText(progress) : 'starting the reader…'}</p>
      <button type="button" className="button" onClick={() => actions.cancel()}>Cancel</button>
    </div>
  );
}

/** What went wrong, where, and what to do next, taken apart so that each is found at once. */
function parts(error: TautlineError): readonly (readonly [string, string])[] {
  switch (error.kind) {
    case 'file':
      return [['File', error.file], ['Problem', error.problem], ['What to do', error.advice]];
    case 'column':
      return [['File', error.file], ['Column', error.column], ['Found', error.found], ['Needed', error.needed], ['What to do', error.advice]];
    case 'network':
      return [['Address', error.url], ['Problem', error.problem], ['What to do', error.advice]];
    case 'parameter':
      return [['Parameter', error.name], ['Problem', error.problem], ['What to do', error.advice]];
    case 'worker':
      return [['Worker', error.worker], ['Problem', error.problem], ['What to do', error.advice]];
    case 'cancelled':
      return [['Cancelled', error.what]];
    default:
      return [['Problem', error.problem], ['What to do', error.advice]];
  }
}

export function OpenFailed({ name, error, children }: { readonly name: string; readonly error: TautlineError; readonly children?: ReactNode }): ReactNode {
  return (
    <div className="centre-message failed" role="alert">
      <h2>{error.kind === 'cancelled' ? `${name} was not opened` : `${name} could not be opened`}</h2>
      <dl className="error-parts">
        {parts(error).map(([what, text]) => (
          <div key={what}><dt>{what}</dt><dd>{text}</dd></div>
        ))}
      </dl>
      <div className="buttons">
        <button type="button" className="button primary" onClick={() => actions.close()}>Open something else</button>
        <button type="button" className="button quiet" onClick={() => void copyText(`${name}\n${explain(error)}\n${navigator.userAgent}`, 'Error copied.')}>Copy details</button>
      </div>
      {children}
    </div>
  );
}
