import { TautlineFailure, toTautlineError, type TautlineError } from '../core/errors.ts';
import type { Database } from '../ledger/duckdb.ts';
import type { RowSink } from '../ledger/types.ts';
import type { AnalysisReport, EngineApi } from '../workers/protocol.ts';
import { once } from '../workers/service/once.ts';

/** One row of a query's answer, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** What is used of the database (src/ledger/duckdb.ts). */
export type TableStore = Pick<Database, 'insert' | 'query' | 'drop' | 'close'>;

/**
 * The tables of the open ledger: `events` (every row, filled while the ledger is read), `alerts` (follows the newest
 * report once the slider rests) and `signals` (copied from the engine when somebody asks).
 */
export interface Tables {
  /**
   * Empties all tables; the returned sink fills `events`.
   * @param options `filled`: queries wait for it, and fail where it does. `later`: the database need not be started
   * before the first rows come.
   */
  newLedger(options?: { readonly filled?: Promise<unknown>; readonly later?: boolean }): RowSink;
  /** `now` skips the wait for a slider to rest. */
  setReport(report: AnalysisReport, now: boolean): void;
  clear(): void;
  query(sql: string): Promise<readonly Row[]>;
  /** Resolves once `alerts` holds the newest report's. */
  ensureAlerts(): Promise<void>;
  /** Resolves once `signals` holds the newest report's. */
  ensureSignals(): Promise<void>;
  /** True while `events` is filled, and while `alerts` waits for a slider to rest or is written. */
  readonly pending: boolean;
  dispose(): void;
}

const REST_MS = 150;
/** What the first picture of a large ledger takes, with the charts that are loaded for it. */
export const DRAWING_MS = 1000;
/** Rows on their way to the database that a reader may be ahead of it. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
const TABLES = ['events', 'signals', 'alerts'] as const;
const LOST: TautlineError = {
  kind: 'worker',
  worker: 'database',
  problem: 'it ended, and its tables with it',
  advice: 'Open the ledger again',
};

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
   * The database died with its tables and starts again: true to open the ledger anew, which fills them; false where
   * that was done already for this ledger, so that a query that kills the database is not repeated for ever.
   */
  readonly onLost: (error: TautlineError) => boolean;
}

export function createTables({ createDatabase, engine, onBroken, onLost }: TablesOptions): Tables {
  let started: Promise<TableStore> | null = null;
  /** The tables went with a database that died, and have not been filled since. */
  let emptied = false;
  const database = once(
    () =>
      (started = createDatabase(() => {
        emptied = true;
      })),
  );
  let broken: TautlineError | null = null;
  /** Writes are done one after the other. */
  let queue: Promise<unknown> = Promise.resolve();
  /** Grows with every new or closed ledger; writes for an older one are dropped. */
  let epoch = 0;
  /** The epoch whose tables were reported as lost. */
  let lost = -1;
  let report: AnalysisReport | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** Revision whose alerts are in the table, or are being written. */
  let alerts: { readonly revision: number; readonly done: Promise<void> } | null = null;
  let signals: { readonly revision: number; readonly done: Promise<void> } | null = null;
  let writing = 0;
  /** Until the events of the ledger are in the table. */
  let filled: Promise<unknown> = Promise.resolve();
  let filling = false;
  /** The ledger is a large one: the database is not started while its first picture is drawn. */
  let drawing = false;
  let resting: (() => void)[] = [];

  function use(): Promise<TableStore> {
    if (broken) return Promise.reject(new TautlineFailure(broken));
    return database();
  }

  function enqueue<R>(run: (db: TableStore) => Promise<R>): Promise<R> {
    writing += 1;
    const done = queue.then(async () => run(await use()));
    queue = done
      .catch(() => undefined)
      .then(() => {
        writing -= 1;
      });
    return done;
  }

  function breakDown(thrown: unknown, context: string): void {
    if (broken) return;
    broken = toTautlineError(thrown, context);
    onBroken(broken);
  }

  function drop(): void {
    epoch += 1;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    report = null;
    alerts = null;
    signals = null;
    filled = Promise.resolve();
    filling = false;
    release();
  }
  function release(): void {
    const waiting = resting;
    resting = [];
    for (const resolve of waiting) resolve();
  }
  async function dropTables(db: TableStore): Promise<void> {
    for (const table of TABLES) await db.drop(table);
    emptied = false;
  }

  /** Runs on the database, and fails where it is no longer the one that holds the tables. */
  const onTables = <R>(run: (db: TableStore) => Promise<R>): Promise<R> =>
    enqueue(async (db) => {
      const answer = await run(db).catch((thrown: unknown) => {
        throw emptied ? new TautlineFailure(LOST) : thrown;
      });
      if (emptied) throw new TautlineFailure(LOST);
      return answer;
    });

  /** A read or write after the ledger was read; one that the database did not survive is reported once. */
  async function useFilled<R>(run: (db: TableStore) => Promise<R>): Promise<R> {
    const mine = epoch;
    try {
      return await onTables(run);
    } catch (thrown) {
      const error = toTautlineError(thrown, 'asking the database');
      if (error.kind === 'worker' && mine === epoch && !broken && lost !== mine) {
        lost = mine;
        if (!onLost(error)) breakDown(thrown, 'asking the database');
      }
      throw thrown;
    }
  }

  const replaceTable = (table: 'alerts' | 'signals', ipc: Uint8Array, of: number) =>
    useFilled(async (db) => {
      if (of !== epoch) return;
      await db.drop(table);
      await db.insert(table, ipc);
    });

  function writeAlerts(): Promise<void> {
    const wanted = report;
    if (!wanted) return Promise.resolve();
    if (alerts?.revision === wanted.revision) return alerts.done;
    const mine = epoch;
    // Loaded on demand: Apache Arrow is not part of the first load.
    const done = import('./alertsArrow.ts')
      .then(({ alertsToArrow }) => alertsToArrow(wanted, engine))
      .then((ipc) => replaceTable('alerts', ipc, mine));
    alerts = { revision: wanted.revision, done };
    // Reported to whoever asks for alerts; nobody may.
    done.catch(() => {
      if (alerts?.done === done) alerts = null;
    });
    return done;
  }

  return {
    newLedger({ filled: until = Promise.resolve(), later = false } = {}) {
      drop();
      broken = null;
      const mine = epoch;
      let waiting = 0;
      drawing = later;
      if (started || !later) enqueue(dropTables).catch((thrown: unknown) => breakDown(thrown, 'starting the database'));
      filled = until;
      filling = true;
      const end = (): void => {
        if (mine === epoch) filling = false;
      };
      until.then(end, end);
      return {
        async accept(ipcStream) {
          if (mine !== epoch) throw new TautlineFailure({ kind: 'cancelled', what: 'another ledger was opened' });
          if (broken) return;
          const { byteLength } = ipcStream;
          waiting += byteLength;
          const stored = onTables((db) => (mine === epoch ? db.insert('events', ipcStream) : Promise.resolve()))
            .catch((thrown: unknown) => breakDown(thrown, 'storing the events'))
            .finally(() => (waiting -= byteLength));
          // Charts do not wait for the database to start; a reader that is far ahead of it does, so that memory stays
          // bounded.
          if (waiting > MOST_WAITING_BYTES) await stored;
        },
      };
    },
    setReport(next, now) {
      report = next;
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(
        () => {
          timer = null;
          writeAlerts().catch(() => undefined);
          release();
        },
        now ? (drawing ? DRAWING_MS : 0) : REST_MS,
      );
    },
    clear() {
      drop();
      if (started && !broken)
        enqueue(dropTables).catch((thrown: unknown) => breakDown(thrown, 'clearing the database'));
    },
    // In turn with the writes: no query sees a table between its drop and its insert.
    async query(sql) {
      await filled;
      return useFilled((db) => db.query(sql));
    },
    async ensureAlerts() {
      if (timer !== null) await new Promise<void>((resolve) => resting.push(resolve));
      await writeAlerts();
    },
    ensureSignals() {
      const wanted = report;
      if (!wanted) return Promise.resolve();
      if (signals?.revision === wanted.revision) return signals.done;
      const mine = epoch;
      const done = engine.signalsArrow().then((ipc) => replaceTable('signals', ipc, mine));
      signals = { revision: wanted.revision, done };
      done.catch(() => {
        if (signals?.done === done) signals = null;
      });
      return done;
    },
    get pending() {
      return timer !== null || writing > 0 || filling;
    },
    dispose() {
      drop();
      void started?.then(
        (db) => db.close(),
        () => undefined,
      );
    },
  };
}
