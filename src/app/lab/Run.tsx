import type { ReactNode } from 'react';
import { explain } from '../../core/errors.ts';
import type { Job, JobState } from '../../state/lab/job.ts';
import { ProgressBar, progressText } from '../shell/Progress.tsx';
import { Problem } from '../shell/Problem.tsx';

/** Progress of a job with its cancel, or why it failed. */
export function Run<Q, R>({
  job,
  state,
  label,
}: {
  readonly job: Job<Q, R>;
  readonly state: JobState<Q, R>;
  readonly label: string;
}): ReactNode {
  const { running, error } = state;
  if (running) {
    return (
      <div className="lab-run" role="status">
        <ProgressBar progress={running.progress} label={label} />
        <span className="dim">{running.progress ? progressText(running.progress) : `${label}…`}</span>
        <button type="button" className="button small" onClick={() => job.cancel()}>
          Cancel
        </button>
      </div>
    );
  }
  return error ? <Problem>{explain(error)}</Problem> : null;
}

/** Says that an answer is of other parameters than those in force. */
export function Outdated({ is, again }: { readonly is: boolean; readonly again: () => void }): ReactNode {
  if (!is) return null;
  return (
    <p className="lab-outdated">
      Measured with other parameters than those in force.{' '}
      <button type="button" className="button small" onClick={again}>
        Measure again
      </button>
    </p>
  );
}
