import { toTautlineError } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { LedgerSource, OpenReport } from '../../ledger/types.ts';
import { DRAWING_MS, type EventLoad } from '../tables/ledgerTables.ts';
import { sourceName } from '../view.ts';
import { createAnalyses } from './analyses.ts';
import type { Effect, SessionState } from './model.ts';
import type { World } from './world.ts';

export interface Effects {
  /** Resolves when it is done. Never rejects: what fails becomes an event. */
  run(effect: Effect): Promise<void>;
  /** True while an analysis is under way. */
  readonly busy: boolean;
}

/**
 * True if the files have more bytes than that. Asks no more of them than it must: each size is a file that the
 * browser looks for while the page stands still.
 */
function exceeds(source: LedgerSource, bytes: number): boolean {
  let sum = 0;
  return source.kind === 'files' && source.files.some(({ blob }) => (sum += blob.size) > bytes);
}

export function createEffects(world: World): Effects {
  const { engine, tables, writer, storage, state, dispatch } = world;
  const isCurrent = (generation: number): boolean => generation === state().generation;

  const analyses = createAnalyses(world);

  /** Resolves after the first analysis; the tables are loaded after that. */
  async function open({
    source,
    mapping,
    units,
    axes,
    generation,
  }: Extract<Effect, { effect: 'open' }>): Promise<void> {
    const large = exceeds(source, world.largeFrom);
    const load = tables.newLedger({ later: large });
    let report: OpenReport;
    try {
      const onProgress: OnProgress = (progress) => void dispatch({ type: 'openProgressed', generation, progress });
      report = await engine.open(source, mapping, null, onProgress, axes, units, world.other());
    } catch (thrown) {
      const error = toTautlineError(thrown, `opening ${sourceName(source)}`);
      return dispatch({ type: 'openFailed', generation, error });
    }
    await dispatch({ type: 'opened', generation, report });
    void loadTables(load, large, generation);
  }

  /** Failures are told to whoever asks the tables, too. */
  async function loadTables(load: EventLoad, large: boolean, generation: number): Promise<void> {
    if (large && isCurrent(generation)) await new Promise((resolve) => setTimeout(resolve, DRAWING_MS));
    if (!isCurrent(generation)) return;
    void dispatch({ type: 'tableLoadStarted', generation });
    try {
      await engine.store(
        (ipc) => load.accept(ipc),
        (progress) => {
          if (large) void dispatch({ type: 'tableLoadProgressed', generation, progress });
        },
      );
      load.end();
      void dispatch({ type: 'tableLoadEnded', generation, error: null });
    } catch (thrown) {
      load.fail(thrown);
      void dispatch({ type: 'tableLoadEnded', generation, error: toTautlineError(thrown, 'storing the events') });
    }
  }

  function storeScenarios(scenarios: SessionState['scenarios']): void {
    const stored = storage.write(scenarios);
    if (stored.ok) {
      if (stored.value !== scenarios) void dispatch({ type: 'scenariosFound', scenarios: stored.value });
      return;
    }
    const text =
      `The scenarios could not be kept in this browser (${stored.error}): they last as long as this page. ` +
      'Export with scenarios writes them to a file.';
    void dispatch({ type: 'noticed', level: 'warning', text });
  }

  return {
    async run(effect) {
      switch (effect.effect) {
        case 'open':
          await open(effect);
          break;
        case 'analyze':
          await analyses.analyze(effect.job);
          break;
        case 'dropWaiting':
          analyses.dropWaiting();
          break;
        case 'cancelEngine':
          engine.cancel();
          break;
        case 'clearTables':
          tables.clear();
          break;
        case 'fillTables': {
          const load = tables.newLedger();
          tables.setReport(effect.report, true);
          void loadTables(load, false, effect.generation);
          break;
        }
        case 'reportToTables':
          tables.setReport(effect.report, effect.first);
          break;
        case 'writeAddress':
          writer[effect.how](effect.view);
          break;
        case 'storeScenarios':
          storeScenarios(effect.scenarios);
          break;
        case 'storeConsent':
          world.consent.write(effect.consent.agreed);
      }
    },
    get busy() {
      return analyses.busy;
    },
  };
}
