import { STAGES } from './channels/generated/stages.ts';
import { SIGNAL_NAMES, STAGE_IDS, STAGE_TABLE, type SignalName, type StageId } from './channels/table.ts';
import type { Parameters } from './parameters.ts';

/** The signals that a stage writes; its other columns are for later stages and the detectors. */
export const signalsOf = (stage: StageId): readonly SignalName[] =>
  SIGNAL_NAMES.filter((name) => (STAGE_TABLE[stage].columns as readonly string[]).includes(name));

/** Equal where the kernel gives the same. */
export const stageKey = (stage: StageId, parameters: Parameters): string =>
  JSON.stringify(STAGES[stage].parameters.map((name) => parameters[name]));

/** Work between two looks at the event queue, ms. */
const PIECE_MS = 8;

/**
 * What an event costs on this machine, in ns: a guess from the number of axes until a run was measured. It decides how
 * work is cut, never its outcome.
 */
export class StageSpeed {
  readonly #ns: Record<StageId, number>;

  constructor(k: number) {
    this.#ns = Object.fromEntries(STAGE_IDS.map((id) => [id, STAGES[id].cost(k)])) as Record<StageId, number>;
  }

  /** ns per event. */
  of(stage: StageId): number {
    return this.#ns[stage];
  }

  /** ms that `events` events of the stages take. */
  cost(stages: Iterable<StageId>, events: number): number {
    let ns = 0;
    for (const stage of stages) ns += this.#ns[stage];
    return (ns * events) / 1e6;
  }

  /** Events of one piece of work. */
  piece(stage: StageId): number {
    return Math.max(256, Math.floor((PIECE_MS * 1e6) / this.#ns[stage]));
  }

  note(stage: StageId, events: number, ms: number): void {
    // Clocks of workers are coarse: short pieces say nothing.
    if (ms > 1) this.#ns[stage] = (this.#ns[stage] + (ms * 1e6) / events) / 2;
  }
}
