import { toTautlineError, type TautlineError } from '../../core/errors.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import type { AnalysisReport, ReferenceFile } from '../../workers/protocol.ts';
import { createDelay } from '../delay.ts';
import type { CompareView } from '../drilldown/compareView.ts';
import type { Session } from '../session.ts';
import { axesOf, fitAxes, type SharedAxes } from './axes.ts';

/** Keeps a second ledger measured as the first one is, and as the view says. */
export interface Measurer {
  /** Opens it measured so. */
  open(source: LedgerSource): void;
  /** Measures it anew where the first or the view has moved on and rests. */
  follow(): void;
  /** Resolves when all that was asked for so far is done. */
  settled(): Promise<void>;
  readonly waits: boolean;
  end(): void;
}

export interface MeasurerState {
  /** Null until it is known. */
  readonly axes: SharedAxes | null;
  readonly busy: boolean;
  readonly error: TautlineError | null;
}

/** The first one's parameters have to rest so long before the second is measured by them. */
const REST_MS = 300;
const OWN_AXES: SharedAxes = { shared: false, why: null, warnings: [] };

/** What a ledger is measured by. */
interface Measure {
  readonly report: AnalysisReport;
  readonly parameters: Parameters;
  readonly axes: CompareView['axes'];
}

const sameParameters = (a: Measure, b: Measure): boolean =>
  JSON.stringify(a.parameters) === JSON.stringify(b.parameters);
const sameReference = (a: Measure, b: Measure): boolean =>
  a.axes === b.axes && a.report.signalsRevision === b.report.signalsRevision;

export function createMeasurer(
  first: Session,
  session: Session,
  view: () => CompareView,
  say: (state: Partial<MeasurerState>) => void,
): Measurer {
  const resting = createDelay();
  let last: Measure | null = null;
  let queue: Promise<void> = Promise.resolve();
  let ended = false;

  /** Null where there is nothing to measure by. */
  function wanted(): Measure | null {
    const { report } = first.store.getState().analysis;
    if (!report) return null;
    const { axes, streamKey: stream } = view();
    return { report, axes, parameters: stream === null ? report.parameters : { ...report.parameters, stream } };
  }

  async function measure(source?: LedgerSource): Promise<void> {
    const { ledger } = first.store.getState();
    const now = wanted();
    if (ended || !now || ledger.phase !== 'open') return;
    const before = last;
    last = now;
    const moved = before === null || !sameReference(before, now);
    const hasAxes = now.axes === 'first' && ledger.report.dimension > 0;
    const file = moved && hasAxes ? await axesOf(first.engine, ledger.report.name) : null;
    const fit = async (): Promise<SharedAxes | null> => {
      const opened = session.store.getState().ledger;
      if (!moved || opened.phase !== 'open') return null;
      return now.axes === 'second' ? OWN_AXES : fitAxes(ledger.report, opened.report, file);
    };
    let fits = await fit();
    if (ended) return;
    const given = fits?.shared === false ? null : file;
    if (moved && (given !== null || before !== null)) await give(session, given);
    if (source) await session.actions.open(source, {}, now.parameters);
    else if (before && !sameParameters(before, now))
      await session.dispatch({ type: 'parametersSet', change: now.parameters, commit: true });
    // What the second one is made of is known once it is open.
    fits ??= await fit();
    if (ended || fits === null) return;
    if (given !== null && !fits.shared) await give(session, null);
    say({ axes: fits });
  }

  /** One after the other. */
  function inTurn(source?: LedgerSource): void {
    const quietly = (state: Partial<MeasurerState>): void => {
      if (!ended) say(state);
    };
    quietly({ busy: true, error: null });
    const mine = queue
      .then(() => measure(source))
      .catch((thrown: unknown) => quietly({ error: toTautlineError(thrown, 'measuring the second ledger') }))
      .then(() => {
        if (queue === mine) quietly({ busy: false });
      });
    queue = mine;
  }

  return {
    open: inTurn,
    follow() {
      const now = wanted();
      if (!last || !now) return;
      if (sameReference(last, now) && sameParameters(last, now)) resting.stop();
      else resting.start(() => inTurn(), REST_MS);
    },
    settled: () => queue,
    get waits() {
      return resting.pending;
    },
    end() {
      ended = true;
      resting.stop();
    },
  };
}

/** Measures a ledger by what a file holds, or by its own reference again. */
async function give(session: Session, file: ReferenceFile | null): Promise<void> {
  await session.engine.setReferenceFile(file);
  await session.dispatch({ type: 'referenceChosen', file });
}
