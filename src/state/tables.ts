import type { TautlineError } from '../core/errors.ts';
import type { AnalysisReport, EngineApi } from '../workers/protocol.ts';
import { createDatabaseQueue, type TableStore } from './tables/databaseQueue.ts';
import { createLedgerTables, type EventLoad, type LedgerTables, type Row } from './tables/ledgerTables.ts';

export type { TableStore } from './tables/databaseQueue.ts';
export type { Row } from './tables/ledgerTables.ts';

/**
 * The tables of the open ledger: `events` (every row, loaded once its first analysis is there), `alerts` (follows the
 * newest report once the slider rests) and `signals` (copied from the engine when somebody asks).
 */
export interface Tables {
  /**
   * Empties all tables; what is returned fills `events`, and queries wait until it has ended.
   * @param options `later`: the database need not be started before the first rows come.
   */
  newLedger(options?: { readonly later?: boolean }): EventLoad;
  /** `now` skips the wait for a slider to rest. */
  setReport(report: AnalysisReport, now: boolean): void;
  clear(): void;
  query(sql: string): Promise<readonly Row[]>;
  /** The first column of a query's answer, an INTEGER without NULLs. */
  queryInts(sql: string): Promise<Int32Array>;
  /** Resolves once `alerts` holds the newest report's. */
  ensureAlerts(): Promise<void>;
  /** Resolves once `signals` holds the newest report's. */
  ensureSignals(): Promise<void>;
  /** True while `events` is loaded, and while `alerts` waits for a slider to rest or is written. */
  readonly pending: boolean;
  dispose(): void;
}

export interface TablesOptions {
  /**
   * Called at the first use. `onRestart`: the database died, between two calls too, and has been started again without
   * its tables.
   */
  readonly createDatabase: (onRestart: () => void) => Promise<TableStore>;
  readonly engine: Pick<EngineApi, 'signalsArrow' | 'rowsOf'>;
  /** The database cannot be used: charts go on without it, queries reject with the same error. */
  readonly onBroken: (error: TautlineError) => void;
  /**
   * The database died with its tables and starts again: true to open the ledger anew, which fills them; false if
   * that was done already for this ledger, so that a query that kills the database is not repeated for ever.
   */
  readonly onLost: (error: TautlineError) => boolean;
}

export function createTables({ createDatabase, engine, onBroken, onLost }: TablesOptions): Tables {
  const database = createDatabaseQueue(createDatabase);
  const tablesOf = (later: boolean): LedgerTables => createLedgerTables({ database, engine, later, onBroken, onLost });
  let current = tablesOf(false);

  /** Those of the ledger before, if any, are dropped. */
  function replace(later: boolean, context: string | null): LedgerTables {
    current.close();
    const next = (current = tablesOf(later));
    if (context !== null) database.reset().catch((thrown: unknown) => next.breakDown(thrown, context));
    return next;
  }

  return {
    newLedger({ later = false } = {}) {
      return replace(later, database.started || !later ? 'starting the database' : null).load();
    },
    clear: () => void replace(false, database.started && !current.isBroken ? 'clearing the database' : null),
    setReport: (report, now) => current.setReport(report, now),
    query: (sql) => current.query(sql),
    queryInts: (sql) => current.queryInts(sql),
    ensureAlerts: () => current.ensureAlerts(),
    ensureSignals: () => current.ensureSignals(),
    get pending() {
      return current.pending || database.busy;
    },
    dispose() {
      current.close();
      database.dispose();
    },
  };
}
