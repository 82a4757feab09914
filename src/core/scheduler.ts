import { TautlineFailure } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';

/** Longest time slice without a look at the event queue, in ms: a cancel takes effect within about this. */
const TIME_SLICE = 50;

export interface SchedulerOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Lets long computations report and be cancelled: call `breathe` often, it is cheap until 50 ms have passed. */
export class Scheduler {
  readonly #what: string;
  readonly #options: SchedulerOptions;
  #since = performance.now();

  /** @param what shown as the phase of progress, and named when cancelled: "Fitting the projection" */
  constructor(what: string, options: SchedulerOptions) {
    this.#what = what;
    this.#options = options;
  }

  /** Throws kind "cancelled" once the signal is aborted. */
  check(): void {
    if (this.#options.signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: this.#what });
  }

  /** True once it is time to `breathe`. */
  get due(): boolean {
    return performance.now() - this.#since > TIME_SLICE;
  }

  /** Reports `fraction` and yields to the event queue when the stretch is over. */
  async yieldIfDue(fraction: number, detail?: string): Promise<void> {
    this.check();
    if (!this.due) return;
    this.#options.onProgress?.(
      detail === undefined ? { phase: this.#what, fraction } : { phase: this.#what, fraction, detail },
    );
    // A timer, not a microtask: only then do messages such as "cancel" arrive.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#since = performance.now();
    this.check();
  }
}
