import type { ParameterName, Parameters } from './parameters.ts';
import type { SignalName } from './types.ts';

/** The kernels of the signals stage, in the order in which they run. */
export const SIGNAL_STAGES = ['latency', 'tracker', 'coupling', 'transport', 'displacement'] as const;
export type SignalStage = (typeof SIGNAL_STAGES)[number];

const WINDOW: readonly ParameterName[] = ['lat_window', 'win_factor', 'win_min', 'adaptive'];

/**
 * What the outcome of each kernel depends on, besides the ledger and its reference: a kernel runs again when one of
 * these changes.
 */
export const STAGE_PARAMETERS: Readonly<Record<SignalStage, readonly ParameterName[]>> = {
  latency: WINDOW,
  tracker: [...WINDOW, 'lambda_fast', 'lambda_slow', 'shrinkage', 'anchor'],
  // Of the tracker it reads residuals alone, in which the fast memory, the shrinkage and the anchor have no part.
  coupling: [...WINDOW, 'lambda_slow', 'sync', 'turn_window'],
  transport: ['emd_window', 'emd_min'],
  displacement: ['mewma_lambda'],
};

/** What each kernel writes. */
export const STAGE_SIGNALS: Readonly<Record<SignalStage, readonly SignalName[]>> = {
  latency: ['p95', 'window'],
  tracker: ['friction', 'trace', 'kl', 'entropy'],
  coupling: ['rho'],
  transport: ['tension', 'shift'],
  displacement: ['mewma'],
};

/** Equal where the kernel gives the same. */
export const stageKey = (stage: SignalStage, parameters: Parameters): string =>
  JSON.stringify(STAGE_PARAMETERS[stage].map((name) => parameters[name]));

/** Work between two looks at the event queue, ms. */
const PIECE_MS = 8;

/**
 * What an event costs on this machine, in ns: a guess from the number of axes until a run was measured. It decides how
 * work is cut, never its outcome.
 */
export class StageSpeed {
  readonly #ns: Record<SignalStage, number>;

  constructor(k: number) {
    this.#ns = {
      latency: 50,
      tracker: 60 + 7 * k + k ** 3 / 18,
      coupling: 25 + 2 * k,
      transport: 40 + 70 * k,
      displacement: 2 + k,
    };
  }

  /** ns an event. */
  of(stage: SignalStage): number {
    return this.#ns[stage];
  }

  /** ms that `events` events of the stages take. */
  cost(stages: Iterable<SignalStage>, events: number): number {
    let ns = 0;
    for (const stage of stages) ns += this.#ns[stage];
    return (ns * events) / 1e6;
  }

  /** Events of one piece of work. */
  piece(stage: SignalStage): number {
    return Math.max(256, Math.floor((PIECE_MS * 1e6) / this.#ns[stage]));
  }

  note(stage: SignalStage, events: number, ms: number): void {
    // Clocks of workers are coarse: short pieces say nothing.
    if (ms > 1) this.#ns[stage] = (this.#ns[stage] + (ms * 1e6) / events) / 2;
  }
}
