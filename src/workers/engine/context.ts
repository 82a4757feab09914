import { TautlineFailure } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { StatedMapping } from '../../core/statedMapping.ts';
import type { EventIndex } from '../../core/units.ts';
import { CHANGES_UNDER_WAY } from '../../detection/changes.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { KernelModule } from '../../kernels/module.ts';
import {
  createStages,
  type Analysis,
  type LoadedBaseline,
  type PreviewOptions,
  type Stages,
  type StageThreads,
} from '../../analysis/stages.ts';
import type { OpenOptions } from '../../ledger/open.ts';
import type { Platform } from '../../ledger/platform.ts';
import type { ColumnMapping, LedgerSource, OpenedLedger, OtherLedger, RowSink } from '../../ledger/types.ts';
import type { SignalPool } from '../signalPool.ts';

/** What the engine needs from its surroundings: the browser's is in engine.worker.ts, tests bring Node's. */
export interface EnginePlatform {
  /** When signals are previewed, where not by default. */
  readonly preview?: Pick<PreviewOptions, 'from' | 'budget'>;
  /** Workers that share the signals of large ledgers. */
  readonly signalPool?: SignalPool | null;
  /** Work in ms from which on they do, where not by default. */
  readonly signalPoolFrom?: number;
  /** Writes Parquet files. */
  readonly files: Pick<Platform, 'parquet'>;
  /** Called for every ledger: loads once. */
  loadKernels(): Promise<KernelModule>;
  openLedger(
    source: LedgerSource,
    mapping: ColumnMapping | null,
    options: {
      readonly sink: RowSink | 'later';
      readonly signal: AbortSignal;
      readonly onProgress: OnProgress;
      readonly k: number | undefined;
      readonly other?: OtherLedger;
      readonly stated?: StatedMapping;
      readonly onFiles?: OpenOptions['onFiles'];
    },
  ): Promise<OpenedLedger>;
}

export interface Holding {
  readonly ledger: OpenedLedger;
  readonly kernels: KernelModule;
  readonly stages: Stages;
}

/** The open ledger with its newest analysis, and the order in which analyses and what waits for them run. */
export class EngineContext {
  readonly platform: EnginePlatform;
  /** Of the newest analysis: its number, and the parameters that it was asked to compare with (null: the defaults). */
  standing: { readonly revision: number; readonly comparedWith: Parameters | null };
  /** What to say of the signal workers with the next report. */
  readonly troubles: string[] = [];
  #holding: Holding | null = null;
  #work = new AbortController();
  /** Starts at the clock, so that the revisions of an engine that replaces a dead one are newer than all it gave. */
  #newest = Date.now();
  /** Analyses run one after the other: they share the detector. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(platform: EnginePlatform) {
    this.platform = platform;
    this.standing = { revision: this.#newest, comparedWith: null };
  }

  /** Aborted by `cancel`. */
  get signal(): AbortSignal {
    return this.#work.signal;
  }

  cancel(): void {
    this.#work.abort();
    this.#work = new AbortController();
  }

  nextRevision(): number {
    this.#newest += 1;
    return this.#newest;
  }

  /** Takes a ledger in, with kernels of its own. */
  hold(ledger: OpenedLedger, kernels: KernelModule, given: LoadedBaseline | null): void {
    this.take(this.prepare(ledger, kernels, given));
  }

  /** What `take` makes the open ledger. */
  prepare(ledger: OpenedLedger, kernels: KernelModule, given: LoadedBaseline | null): Holding {
    return { ledger, kernels, stages: createStages(kernels, ledger, given, this.#threads()) };
  }

  take(holding: Holding): void {
    this.#holding = holding;
  }

  release(): void {
    this.#holding = null;
    this.platform.signalPool?.dispose();
  }

  /** The open ledger, null if there is none. */
  get held(): Holding | null {
    return this.#holding;
  }

  /** @throws TautlineFailure of kind ledger where there is none */
  get open(): Holding {
    if (!this.#holding)
      throw new TautlineFailure({ kind: 'ledger', problem: 'No ledger is open', advice: 'Open a ledger first' });
    return this.#holding;
  }

  /** Does something after all analyses that were asked for so far, before those that are asked for later. */
  inTurn<R>(work: () => R | Promise<R>): Promise<R> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => undefined);
    return run;
  }

  /**
   * Answers a question from the analysis that stands or, where that is gone already, from the next.
   * @param next true: from the newest that was asked for so far, before another one begins
   * @throws TautlineFailure of kind ledger where there is no analysis to answer from
   */
  async answer<R>(use: (analysis: Analysis) => R | Promise<R>, next = false): Promise<R> {
    if (next) return this.inTurn(() => use(this.#analysed()));
    if (!this.#holding?.stages.analysis) await this.#queue;
    return use(this.#analysed());
  }

  /** The same from an analysis with its channels of lasting change: what is written to files is never half of one. */
  async answerWhole<R>(use: (analysis: Analysis) => R | Promise<R>): Promise<R> {
    if (this.#holding?.stages.analysis?.changes === CHANGES_UNDER_WAY) await this.#queue;
    return this.answer(use);
  }

  #analysed(): Analysis {
    const { analysis } = this.open.stages;
    if (!analysis)
      throw new TautlineFailure({
        kind: 'ledger',
        problem: 'The ledger has not been analysed yet',
        advice: 'Wait for the analysis to end',
      });
    return analysis;
  }

  #threads(): StageThreads {
    const { signalPool, signalPoolFrom } = this.platform;
    return {
      pool: signalPool,
      poolThreshold: signalPoolFrom,
      onWorkerFailure: (problem) =>
        this.troubles.push(
          `A signal worker stopped (${problem}): its streams were computed by the engine itself, which took longer.`,
        ),
    };
  }
}

export function throwIfAborted(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw new TautlineFailure({ kind: 'cancelled', what });
}

/** @throws TautlineFailure of kind ledger where an analysis of n events has no event `index` */
export function requireEvent(index: EventIndex, n: number): void {
  if (Number.isInteger(index) && index >= 0 && index < n) return;
  throw new TautlineFailure({
    kind: 'ledger',
    problem: `There is no event ${index}; the analysis has ${n} events, from 0`,
    advice: 'Choose an event of this ledger',
  });
}
