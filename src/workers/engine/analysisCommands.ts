import type { EventColumns } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { SignalPreview } from '../../detection/pipeline.ts';
import { SIGNALS_PHASE, type Analysis, type PreviewOptions } from '../../analysis/stages.ts';
import { STALE_RUN, type AnalysisReport, type EngineApi, type PreviewReport } from '../protocol.ts';
import { describe } from '../report.ts';
import { throwIfAborted, type EngineContext } from './context.ts';
import type { ledgerCommands } from './ledgerCommands.ts';

export interface Preview extends SignalPreview {
  readonly revision: number;
  readonly events: EventColumns;
}

/** Previews of the analyses under way, for lines to be drawn from. */
export interface Previews {
  /** Of the analysis that runs; null if it has given none yet. */
  readonly current: Preview | null;
  /** Of the analysis that was asked for last; null when that has ended without one. */
  readonly next: Promise<Preview | null>;
}

/** The analysis under way. */
interface Running {
  /** Another one waits for it. */
  newer: boolean;
  /** When it began to compute signals. */
  since: number | null;
  previewed: boolean;
  readonly stop: AbortController;
}

/** An analysis that takes longer than this is not worth waiting for when another one waits, ms. */
const WORTH_WAITING_MS = 250;

function endIfStale({ newer, since, previewed, stop }: Running): void {
  if (newer && (previewed || (since !== null && performance.now() - since > WORTH_WAITING_MS))) stop.abort();
}

/** Analyses, one after the other, and the previews that they give. */
export function analysisCommands(
  context: EngineContext,
  { openBeside }: Pick<ReturnType<typeof ledgerCommands>, 'openBeside'>,
): {
  readonly commands: Pick<EngineApi, 'analyze' | 'cancelStale' | 'extend'>;
  readonly previews: Previews;
} {
  let running: Running | null = null;
  let current: Preview | null = null;
  let next: Promise<Preview | null> = Promise.resolve(null);
  /** Of the newest analysis; weak, because signals are views into the memory of their ledger's kernels. */
  let newestSignals: { readonly of: WeakRef<Analysis['signals']>; readonly revision: number } | null = null;

  /**
   * Runs an analysis that `cancelStale` may end, once it computes signals and either has been previewed or takes long.
   */
  async function replaceable<R>(
    signal: AbortSignal,
    onProgress: OnProgress,
    run: (options: { signal: AbortSignal; onProgress: OnProgress }, mine: Running) => Promise<R>,
  ): Promise<R> {
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    signal.addEventListener('abort', onAbort);
    const mine: Running = { newer: false, since: null, previewed: false, stop };
    running = mine;
    const watched: OnProgress = (progress) => {
      if (progress.phase === SIGNALS_PHASE) mine.since ??= performance.now();
      endIfStale(mine);
      onProgress(progress);
    };
    try {
      return await run({ signal: stop.signal, onProgress: watched }, mine);
    } catch (thrown) {
      if (mine.newer && stop.signal.aborted && !signal.aborted)
        throw new TautlineFailure({ kind: 'cancelled', what: STALE_RUN });
      throw thrown;
    } finally {
      signal.removeEventListener('abort', onAbort);
      running = null;
      current = null;
    }
  }

  function reportOf(analysis: Analysis, comparedWith: Parameters | null): AnalysisReport {
    const revision = context.nextRevision();
    context.standing = { revision, comparedWith };
    if (newestSignals?.of.deref() !== analysis.signals) newestSignals = { of: new WeakRef(analysis.signals), revision };
    const report = describe(revision, newestSignals.revision, context.open.ledger, analysis);
    return { ...report, notes: [...report.notes, ...context.troubles.splice(0)] };
  }

  const commands: Pick<EngineApi, 'analyze' | 'cancelStale' | 'extend'> = {
    analyze(parameters, onProgress, baseline = null, visible = null, onPreview = null, onFirst = null) {
      const { signal } = context;
      let answerPreviewed: (preview: Preview | null) => void = () => undefined;
      next = new Promise((resolve) => {
        answerPreviewed = resolve;
      });
      const previewing = (mine: Running, give: (preview: PreviewReport) => void): PreviewOptions => ({
        ...context.platform.preview,
        visible,
        onPreview: (preview, events) => {
          const revision = context.nextRevision();
          current = { ...preview, events, revision };
          mine.previewed = true;
          answerPreviewed(current);
          give({ revision, names: [...preview.names] });
        },
      });
      return context.inTurn(async () => {
        try {
          throwIfAborted(signal, 'Analysing');
          const analysis = await replaceable(signal, onProgress, (options, mine) =>
            context.open.stages.run(parameters, {
              ...options,
              baseline,
              preview: onPreview === null ? undefined : previewing(mine, onPreview),
              onFirst: onFirst === null ? undefined : (first) => onFirst(reportOf(first, baseline)),
            }),
          );
          return reportOf(analysis, baseline);
        } finally {
          answerPreviewed(null);
        }
      });
    },

    async extend(source, mapping, parameters, baseline) {
      const { signal } = context;
      const next = await openBeside(source, mapping, parameters.k, signal);
      return context.inTurn(async () => {
        throwIfAborted(signal, 'Taking in what came');
        const options = { signal, onProgress: () => undefined, baseline };
        const analysis = await next.stages.run(parameters, options);
        throwIfAborted(signal, 'Taking in what came');
        context.take(next);
        return { opened: next.ledger.report, analysed: reportOf(analysis, baseline) };
      });
    },

    cancelStale() {
      if (!running) return;
      running.newer = true;
      endIfStale(running);
    },
  };

  return {
    commands,
    previews: {
      get current() {
        return current;
      },
      get next() {
        return next;
      },
    },
  };
}
