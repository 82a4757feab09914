import { createStore, type StoreApi } from 'zustand/vanilla';
import { toTautlineError, type TautlineError } from '../../core/errors.ts';
import type { OnProgress, Progress } from '../../core/progress.ts';

/**
 * Long work that is asked for, runs with progress, and can be cancelled; the last answer stays until a new one is
 * there.
 */
export interface JobState<Q, R> {
  readonly running: { readonly question: Q; readonly progress: Progress | null } | null;
  readonly result: { readonly question: Q; readonly answer: R; readonly ms: number } | null;
  readonly error: TautlineError | null;
}

export interface Job<Q, R> {
  readonly store: StoreApi<JobState<Q, R>>;
  /** Resolves when it has ended, however; a run under way is dropped for the new one. Never rejects. */
  start(question: Q): Promise<void>;
  cancel(): void;
  /** Drops the run and the answer. */
  clear(): void;
}

export interface JobOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** @param what names the work in errors: "sweeping parameters" */
export function createJob<Q, R>(what: string, run: (question: Q, options: JobOptions) => Promise<R>): Job<Q, R> {
  const store = createStore<JobState<Q, R>>(() => ({ running: null, result: null, error: null }));
  let work = new AbortController();

  function cancel(): void {
    work.abort();
    work = new AbortController();
    if (store.getState().running) store.setState({ running: null });
  }

  return {
    store,
    cancel,
    async start(question) {
      cancel();
      const { signal } = work;
      const started = performance.now();
      store.setState({ running: { question, progress: null }, error: null });
      try {
        const answer = await run(question, {
          signal,
          onProgress: (progress) => {
            if (!signal.aborted) store.setState({ running: { question, progress } });
          },
        });
        if (!signal.aborted)
          store.setState({ running: null, result: { question, answer, ms: performance.now() - started } });
      } catch (thrown) {
        if (!signal.aborted) store.setState({ running: null, error: toTautlineError(thrown, what) });
      }
    },
    clear() {
      cancel();
      store.setState({ result: null, error: null });
    },
  };
}
