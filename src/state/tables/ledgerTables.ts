import { TautlineFailure, toTautlineError, type TautlineError } from '../../core/errors.ts';
import type { RowSink } from '../../ledger/types.ts';
import type { AnalysisReport, EngineApi } from '../../workers/protocol.ts';
import { createDelay } from '../delay.ts';
import type { DatabaseQueue, TableStore } from './databaseQueue.ts';

/** One row of a query's answer, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** Fills the table `events`; queries wait until it has ended. */
export interface EventLoad extends RowSink {
  end(): void;
  /** Queries fail with what was thrown. */
  fail(thrown: unknown): void;
}

/** The tables of one ledger; of none, it has no load to wait for. */
export interface LedgerTables {
  load(): EventLoad;
  setReport(report: AnalysisReport, now: boolean): void;
  query(sql: string): Promise<readonly Row[]>;
  queryInts(sql: string): Promise<Int32Array>;
  ensureAlerts(): Promise<void>;
  ensureSignals(): Promise<void>;
  breakDown(thrown: unknown, context: string): void;
  readonly isBroken: boolean;
  readonly pending: boolean;
  /** Another ledger takes its place: its writes are dropped, and queries that wait for its events fail. */
  close(): void;
}

export interface LedgerTablesOptions {
  readonly database: DatabaseQueue;
  readonly engine: Pick<EngineApi, 'signalsArrow' | 'rowsOf'>;
  /** The ledger is a large one: its alerts wait until its first charts are drawn. */
  readonly later: boolean;
  onBroken(error: TautlineError): void;
  onLost(error: TautlineError): boolean;
}

/** Alerts wait so long for a slider to rest. */
const REST_MS = 150;
/** What the first charts of a large ledger take, with the code that is loaded for them. */
export const DRAWING_MS = 1000;
/** Rows on their way to the database that a reader may be ahead of it. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Whether the tables can be used. `lost`: the database died with them, which has been said. */
type Health =
  | { readonly phase: 'usable' }
  | { readonly phase: 'lost' }
  | { readonly phase: 'broken'; readonly error: TautlineError }
  | { readonly phase: 'closed' };

export function createLedgerTables(options: LedgerTablesOptions): LedgerTables {
  const { database, engine, later, onBroken, onLost } = options;
  let health: Health = { phase: 'usable' };
  let report: AnalysisReport | null = null;
  const events = createGate();
  const resting = createDelay();
  const rested = createWaiters();
  const isClosed = (): boolean => health.phase === 'closed';

  function breakDown(thrown: unknown, context: string): void {
    if (health.phase === 'broken' || health.phase === 'closed') return;
    const error = toTautlineError(thrown, context);
    health = { phase: 'broken', error };
    onBroken(error);
  }

  const use = <R>(run: (store: TableStore) => Promise<R>): Promise<R> =>
    database.use(run, () => {
      if (health.phase === 'broken') throw new TautlineFailure(health.error);
    });

  /** A read or write after the events were loaded; one that the database did not survive is reported once. */
  async function useLoaded<R>(run: (store: TableStore) => Promise<R>): Promise<R> {
    try {
      return await use(run);
    } catch (thrown) {
      const error = toTautlineError(thrown, 'asking the database');
      if (error.kind === 'worker' && health.phase === 'usable') {
        health = { phase: 'lost' };
        if (!onLost(error)) breakDown(thrown, 'asking the database');
      }
      throw thrown;
    }
  }

  const replace = (table: 'alerts' | 'signals', ipc: Uint8Array): Promise<void> =>
    useLoaded(async (store) => {
      if (isClosed()) return;
      await store.drop(table);
      await store.insert(table, ipc);
    });

  const alerts = createCopy(async (of) => {
    // Loaded on demand: Apache Arrow is not part of the first load.
    const { alertsToArrow } = await import('../alertsArrow.ts');
    await replace('alerts', await alertsToArrow(of, engine));
  });
  const signals = createCopy(async () => replace('signals', await engine.signalsArrow()));

  function load(): EventLoad {
    let waiting = 0;
    events.shut();
    return {
      async accept(ipcStream) {
        if (isClosed()) throw new TautlineFailure(CANCELLED);
        if (health.phase === 'broken') return;
        const { byteLength } = ipcStream;
        waiting += byteLength;
        const stored = use((store) => (isClosed() ? Promise.resolve() : store.insert('events', ipcStream)))
          .catch((thrown: unknown) => breakDown(thrown, 'storing the events'))
          .finally(() => (waiting -= byteLength));
        // Charts do not wait for the database to start; a reader that is far ahead of it does, so that memory stays
        // bounded.
        if (waiting > MAX_WAITING_BYTES) await stored;
      },
      end: events.open,
      fail: events.fail,
    };
  }

  return {
    load,
    setReport(next, now) {
      report = next;
      const writeThem = (): void => {
        alerts.ensure(report).catch(() => undefined);
        rested.release();
      };
      resting.start(writeThem, now ? (later ? DRAWING_MS : 0) : REST_MS);
    },
    async query(sql) {
      await events.passed();
      return useLoaded((store) => store.query(sql));
    },
    async queryInts(sql) {
      await events.passed();
      return useLoaded((store) => store.queryInts(sql));
    },
    async ensureAlerts() {
      if (resting.pending) await rested.wait();
      await alerts.ensure(report);
    },
    ensureSignals: () => signals.ensure(report),
    breakDown,
    get isBroken() {
      return health.phase === 'broken';
    },
    get pending() {
      return resting.pending || events.isShut;
    },
    close() {
      health = { phase: 'closed' };
      report = null;
      resting.stop();
      rested.release();
      events.fail(new TautlineFailure(CANCELLED));
    },
  };
}

const CANCELLED: TautlineError = { kind: 'cancelled', what: 'another ledger was opened' };

/** A table that is written once for each revision, when somebody asks; a write that failed is tried again. */
function createCopy(write: (report: AnalysisReport) => Promise<void>) {
  let copy: { readonly revision: number; readonly done: Promise<void> } | null = null;
  return {
    ensure(report: AnalysisReport | null): Promise<void> {
      if (!report) return Promise.resolve();
      if (copy?.revision === report.revision) return copy.done;
      const done = write(report);
      copy = { revision: report.revision, done };
      // Told to whoever asks; nobody may.
      done.catch(() => {
        if (copy?.done === done) copy = null;
      });
      return done;
    },
  };
}

/** Those who wait for the same moment. */
function createWaiters() {
  let waiting: readonly (() => void)[] = [];
  return {
    wait: () => new Promise<void>((resolve) => (waiting = [...waiting, resolve])),
    release(): void {
      const all = waiting;
      waiting = [];
      for (const resolve of all) resolve();
    },
  };
}

/** Lets through once it is opened; open from the start. */
function createGate() {
  let gate: { readonly passed: Promise<void>; open(): void; fail(thrown: unknown): void } | null = null;
  let last: Promise<void> = Promise.resolve();
  const settle = (how: (own: NonNullable<typeof gate>) => void): void => {
    if (gate) how(gate);
    gate = null;
  };
  return {
    shut(): void {
      let open: () => void = () => undefined;
      let fail: (thrown: unknown) => void = () => undefined;
      last = new Promise<void>((resolve, reject) => {
        open = resolve;
        fail = reject;
      });
      // Told to whoever waits; nobody may.
      last.catch(() => undefined);
      gate = { passed: last, open, fail };
    },
    passed: () => last,
    open: () => settle((own) => own.open()),
    fail: (thrown: unknown) => settle((own) => own.fail(thrown)),
    get isShut() {
      return gate !== null;
    },
  };
}
