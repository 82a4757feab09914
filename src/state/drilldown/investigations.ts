import { createStore, type StoreApi } from 'zustand/vanilla';
import { TautlineFailure, toTautlineError, type TautlineError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { InvestigationSubject } from '../../detection/drilldown/investigate/columns.ts';
import type { Investigation } from '../../detection/drilldown/types.ts';
import type { Session } from '../session.ts';
import { investigate, type Investigators } from './investigate.ts';

/** Where an investigation stands. */
export type InvestigationState =
  | { readonly phase: 'running'; readonly progress: Progress }
  | { readonly phase: 'done'; readonly investigation: Investigation }
  | { readonly phase: 'failed'; readonly error: TautlineError };

export interface Investigations {
  /** By `subjectKey`; absent = not begun, or cancelled. Emptied by a new report. */
  readonly store: StoreApi<{
    readonly revision: number | null;
    readonly bySubject: Readonly<Record<string, InvestigationState>>;
  }>;
  /** Begins an investigation and ends the one under way. One that is done is kept. */
  start(subject: InvestigationSubject): void;
  cancel(): void;
}

/** Tells what is investigated apart from everything else that is, of one report. */
export const subjectKey = (subject: InvestigationSubject): string =>
  subject.kind === 'alert' ? alertKey(subject.alert) : JSON.stringify(subject.stretch);
export const alertKey = (alert: number): string => `alert ${alert}`;

/** Runs the page's investigations, one at a time. `pool` is called at the first. */
export function createInvestigations(
  session: Pick<Session, 'store' | 'engine' | 'tables'>,
  pool: () => Investigators,
): Investigations {
  const store: Investigations['store'] = createStore(() => ({
    revision: session.store.getState().analysis.report?.revision ?? null,
    bySubject: {},
  }));
  let running: { readonly key: string; readonly abort: AbortController } | null = null;

  function set(key: string, state: InvestigationState | null): void {
    const bySubject = { ...store.getState().bySubject };
    if (state) bySubject[key] = state;
    else delete bySubject[key];
    store.setState({ bySubject });
  }

  function cancel(): void {
    if (!running) return;
    running.abort.abort();
    set(running.key, null);
    running = null;
  }

  async function run(subject: InvestigationSubject, key: string, abort: AbortController): Promise<void> {
    const current = () => running?.abort === abort;
    try {
      const { ledger, view } = session.store.getState();
      if (ledger.phase !== 'open')
        throw new TautlineFailure({ kind: 'ledger', problem: 'No ledger is open', advice: 'Open a ledger first' });
      const investigation = await investigate(
        { engine: session.engine, tables: session.tables, investigators: pool() },
        subject,
        {
          ledger: { name: ledger.report.name, fingerprint: ledger.report.fingerprint },
          parameters: view.parameters,
          signal: abort.signal,
          onProgress: (progress) => current() && set(key, { phase: 'running', progress }),
        },
      );
      if (current()) set(key, { phase: 'done', investigation });
    } catch (thrown) {
      if (current()) set(key, { phase: 'failed', error: toTautlineError(thrown, 'investigating') });
    } finally {
      if (current()) running = null;
    }
  }

  session.store.subscribe(({ analysis }) => {
    const revision = analysis.report?.revision ?? null;
    if (revision === store.getState().revision) return;
    cancel();
    store.setState({ revision, bySubject: {} });
  });

  return {
    store,
    start(subject) {
      const key = subjectKey(subject);
      if (store.getState().bySubject[key]?.phase === 'done') return;
      cancel();
      const abort = new AbortController();
      running = { key, abort };
      set(key, { phase: 'running', progress: { phase: 'Investigating', fraction: 0 } });
      void run(subject, key, abort);
    },
    cancel,
  };
}
