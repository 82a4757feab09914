/** A report on work under way. `fraction` is NaN while the total is unknown. */
export interface Progress {
  readonly phase: string;
  readonly fraction: number;
  readonly detail?: string;
  /** True where what is done stays done when it is cancelled. */
  readonly isKept?: boolean;
}

export type OnProgress = (progress: Progress) => void;

/** Often enough for the eye. */
const PACE_MS = 100;

/**
 * Passes on what begins another phase or ends one, and of the rest one report in `every` ms: each takes a message to
 * another thread and a frame there.
 */
export function paced(onProgress: OnProgress, every = PACE_MS): OnProgress {
  let phase: string | null = null;
  let last = 0;
  return (progress) => {
    const now = performance.now();
    if (progress.phase === phase && !(progress.fraction >= 1) && now - last < every) return;
    phase = progress.phase;
    last = now;
    onProgress(progress);
  };
}
