import { createStore, type StoreApi } from 'zustand/vanilla';
import { TautlineFailure, toTautlineError, type TautlineError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { Investigation } from '../../detection/drilldown/types.ts';
import type { Session } from '../session.ts';
import { investigate, type Investigators } from './investigate.ts';

/** Where the investigation of an alert stands. */
export type InvestigationState =
  | { readonly phase: 'running'; readonly progress: Progress }
  | { readonly phase: 'done'; readonly investigation: Investigation }
  | { readonly phase: 'failed'; readonly error: TautlineError };

export interface Investigations {
  /** By position of the alert in the newest report; absent = not begun, or cancelled. Emptied by a new report. */
  readonly store: StoreApi<{
    readonly revision: number | null;
    readonly byAlert: Readonly<Record<number, InvestigationState>>;
  }>;
  /** Begins an investigation and ends the one under way. One that is done is kept. */
  start(alert: number): void;
  cancel(): void;
}

/** Runs the page's investigations, one at a time. `pool` is called at the first. */
export function createInvestigations(
  session: Pick<Session, 'store' | 'engine' | 'tables'>,
  pool: () => Investigators,
): Investigations {
  const store: Investigations['store'] = createStore(() => ({
    revision: session.store.getState().analysis.report?.revision ?? null,
    byAlert: {},
  }));
  let running: { readonly alert: number; readonly abort: AbortController } | null = null;

  function set(alert: number, state: InvestigationState | null): void {
    const byAlert = { ...store.getState().byAlert };
    if (state) byAlert[alert] = state;
    else delete byAlert[alert];
    store.setState({ byAlert });
  }

  function cancel(): void {
    if (!running) return;
    running.abort.abort();
    set(running.alert, null);
    running = null;
  }

  async function run(alert: number, abort: AbortController): Promise<void> {
    const current = () => running?.abort === abort;
    try {
      const { ledger, view } = session.store.getState();
      if (ledger.phase !== 'open')
        throw new TautlineFailure({ kind: 'ledger', problem: 'No ledger is open', advice: 'Open a ledger first' });
      const investigation = await investigate(
        { engine: session.engine, tables: session.tables, investigators: pool() },
        alert,
        {
          ledger: { name: ledger.report.name, fingerprint: ledger.report.fingerprint },
          parameters: view.parameters,
          signal: abort.signal,
          onProgress: (progress) => current() && set(alert, { phase: 'running', progress }),
        },
      );
      if (current()) set(alert, { phase: 'done', investigation });
    } catch (thrown) {
      if (current()) set(alert, { phase: 'failed', error: toTautlineError(thrown, 'investigating') });
    } finally {
      if (current()) running = null;
    }
  }

  session.store.subscribe(({ analysis }) => {
    const revision = analysis.report?.revision ?? null;
    if (revision === store.getState().revision) return;
    cancel();
    store.setState({ revision, byAlert: {} });
  });

  return {
    store,
    start(alert) {
      if (store.getState().byAlert[alert]?.phase === 'done') return;
      cancel();
      const abort = new AbortController();
      running = { alert, abort };
      set(alert, { phase: 'running', progress: { phase: 'Investigating', fraction: 0 } });
      void run(alert, abort);
    },
    cancel,
  };
}
