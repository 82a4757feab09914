import type { AsyncDuckDB, AsyncDuckDBConnection } from '@duckdb/duckdb-wasm';
import { TautlineFailure, type TautlineError } from '../core/errors.ts';
import { messageOf } from './failures.ts';

/** A table of the Arrow that DuckDB brings along, which is older than ours: only bytes may pass between the two. */
type QueryTable = Awaited<ReturnType<AsyncDuckDBConnection['query']>>;

/** The only seam to DuckDB. Tables are filled with Arrow, queried with SQL; one database lives in one worker. */
export interface Database {
  /**
   * Appends an Arrow IPC stream to a table, made of the first stream's schema if it is not there. Takes the bytes:
   * their buffer may be detached.
   */
  insert(table: string, ipcStream: Uint8Array): Promise<void>;
  /**
   * Rows as plain objects: BIGINT as bigint, sums and decimals as numbers, TIMESTAMP as epoch ms, lists as arrays, NULL
   * as null.
   */
  query<T = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  queryArrow(sql: string, params?: readonly unknown[]): Promise<QueryTable>;
  /** The first column, an INTEGER without NULLs, as it is: of many rows no objects are made. */
  queryInts(sql: string): Promise<Int32Array<ArrayBuffer>>;
  /** Drops a table, if it is there. */
  drop(table: string): Promise<void>;
  /** Ends the worker; calls under way and later ones reject with kind "worker". */
  close(): Promise<void>;
}

/** A started DuckDB worker, and where it finds its WebAssembly. */
export interface DuckDbWorker {
  readonly worker: Worker;
  readonly wasmUrl: string;
  /** Calls `listener` when the worker failed to start, threw, or ended: from then on it may never answer. */
  onDeath(listener: (reason: string) => void): void;
  terminate(): void;
}

export interface DatabaseOptions {
  /**
   * Called when a worker that died has been replaced, before the call that noticed runs: the tables are gone, and can
   * be filled anew here (it is awaited).
   */
  readonly onRestart?: () => void | Promise<void>;
  /** A call that takes longer than this is given up, and its worker with it; default two minutes. */
  readonly timeoutMs?: number;
  /** Starts the worker. */
  readonly spawn: () => Promise<DuckDbWorker>;
}

/**
 * Bytes that are appended until they are compressed: about a row group (122,880 rows) of messages. What is appended
 * to a row group later compresses it once more.
 */
const COMPRESS_EVERY = 32 * 2 ** 20;

interface Session {
  readonly db: AsyncDuckDB;
  readonly connection: AsyncDuckDBConnection;
  /** Rejects when the worker dies; never resolves. */
  readonly death: Promise<never>;
  readonly kill: (error: TautlineError) => void;
}

const ADVICE = 'It is started again by the next request; if it happens again, open a smaller ledger';
const workerError = (problem: string, advice = ADVICE): TautlineError => ({
  kind: 'worker',
  worker: 'database',
  problem,
  advice,
});
const SHORT_OF_MEMORY = /out of memory|allocation fail|could not allocate/i;
const SMALLER = 'Close other tabs, or open a smaller part of the ledger';
const memoryError = (problem: string): TautlineError => ({
  kind: 'memory',
  problem: `the database: ${problem}`,
  advice: SMALLER,
});
const deathError = (reason: string): TautlineError =>
  SHORT_OF_MEMORY.test(reason) ? workerError(`memory is short (${reason})`, SMALLER) : workerError(reason);
/** What WebAssembly says when the instance is beyond repair, though its worker still answers. */
const BROKEN = new RegExp(
  ['memory access out of bounds', 'unreachable', 'function signature mismatch', 'null function']
    .concat('table index is out of bounds', 'index out of bounds')
    .join('|'),
  'i',
);

/**
 * Starts DuckDB. No call ever hangs: a worker that dies or takes too long rejects the calls under way, and the next
 * call starts another.
 */
export async function createDatabase(options: DatabaseOptions): Promise<Database> {
  const { spawn, timeoutMs = 120_000 } = options;
  let current: Promise<Session> | null = null;
  let restarted = false;
  let closed = false;
  let uncompressed = 0;

  async function start(): Promise<Session> {
    const duckdb = await import('@duckdb/duckdb-wasm');
    const { worker, wasmUrl, onDeath, terminate } = await spawn();
    let kill: Session['kill'] = () => undefined;
    const death = new Promise<never>((_, reject) => {
      kill = (error) => {
        terminate();
        reject(new TautlineFailure(error));
      };
    });
    death.catch(() => undefined);
    // Before DuckDB listens: it takes every message for an answer to itself.
    onDeath((reason) => kill(deathError(reason)));
    const db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
    const boot = async (): Promise<Session> => {
      await db.instantiate(wasmUrl);
      await db.open({ path: ':memory:', query: { castDecimalToDouble: true, castDurationToTime64: true } });
      const connection = await db.connect();
      // The database that is opened first keeps its tables as they come; of one that is attached they are compressed,
      // a row group at a time, where it is told to (`COMPRESS_EVERY`).
      await connection.query(`ATTACH ':memory:' AS ledger (COMPRESS); USE ledger;`);
      // DuckDB would fetch extensions from the internet at their first use, which fails obscurely without it.
      await connection.query('SET autoinstall_known_extensions=false; SET autoload_known_extensions=false;');
      return { db, connection, death, kill };
    };
    return guard(boot(), death, kill);
  }

  /** Races a call against the worker's death and the clock. */
  function guard<T>(call: Promise<T>, death: Promise<never>, kill: Session['kill']): Promise<T> {
    const timer = setTimeout(
      () => kill(workerError(`it did not answer within ${Math.round(timeoutMs / 1000)} seconds`)),
      timeoutMs,
    );
    return Promise.race([call, death]).finally(() => clearTimeout(timer));
  }

  async function run<T>(call: (session: Session) => Promise<T>): Promise<T> {
    if (closed) throw new TautlineFailure(workerError('it was closed', 'Open the ledger again'));
    const starting = (current ??= start());
    const forget = (): void => {
      if (current !== starting) return;
      current = null;
      restarted = true;
    };
    let session: Session;
    try {
      session = await starting;
    } catch (thrown) {
      forget();
      throw thrown instanceof TautlineFailure
        ? thrown
        : new TautlineFailure(workerError(`it did not start (${messageOf(thrown)})`, 'Reload the page'));
    }
    session.death.catch(forget);
    if (restarted) {
      restarted = false;
      await options.onRestart?.();
    }
    try {
      return await guard(call(session), session.death, session.kill);
    } catch (thrown) {
      const error = queryError(thrown);
      if (error.kind === 'worker') {
        session.kill(error);
        forget();
      }
      throw new TautlineFailure(error);
    }
  }

  const queryArrow = (sql: string, params: readonly unknown[] = []): Promise<QueryTable> =>
    run(async ({ connection }) => {
      if (params.length === 0) return await connection.query(sql);
      const statement = await connection.prepare(sql);
      try {
        return await statement.query(...params);
      } finally {
        await statement.close();
      }
    });

  await run(async () => undefined);
  return {
    queryArrow,
    insert: (table, ipcStream) =>
      run(async ({ connection }) => {
        const there = await connection.query(
          `SELECT 1 FROM information_schema.tables WHERE table_name = '${table.replaceAll("'", "''")}'`,
        );
        // The buffer is transferred whole: a view of a larger one would take its neighbours along.
        const whole = ipcStream.byteLength === ipcStream.buffer.byteLength ? ipcStream : ipcStream.slice();
        uncompressed += whole.byteLength;
        await connection.insertArrowFromIPCStream(whole, { name: table, create: there.numRows === 0 });
        if (uncompressed < COMPRESS_EVERY) return;
        uncompressed = 0;
        await connection.query('CHECKPOINT');
      }),
    query: async <T>(sql: string, params?: readonly unknown[]): Promise<T[]> =>
      toRows(await queryArrow(sql, params)) as T[],
    queryInts: async (sql) => Int32Array.from((await queryArrow(sql)).getChildAt(0)?.toArray() as Int32Array),
    drop: (table) =>
      run(async ({ connection }) => {
        await connection.query(`DROP TABLE IF EXISTS "${table.replaceAll('"', '""')}"`);
      }),
    close: async () => {
      closed = true;
      const session = await current?.catch(() => null);
      session?.kill(workerError('it was closed', 'Open the ledger again'));
    },
  };
}

function queryError(thrown: unknown): TautlineError {
  if (thrown instanceof TautlineFailure) return thrown.error;
  const problem = messageOf(thrown);
  if (SHORT_OF_MEMORY.test(problem)) return memoryError(problem);
  if (BROKEN.test(problem)) return workerError(problem);
  return {
    kind: 'internal',
    problem: `the database refused a query: ${problem}`,
    advice: 'Reload the page; if it happens again, report it with this text',
  };
}

/** The rows of an Arrow table as plain objects. */
function toRows(table: QueryTable): Record<string, unknown>[] {
  const names = table.schema.fields.map((field) => field.name);
  const columns = names.map((_, i) => table.getChildAt(i)!);
  return Array.from({ length: table.numRows }, (_, row) =>
    Object.fromEntries(names.map((name, i) => [name, plain(columns[i].get(row))])),
  );
}

/** Arrow's own row and list objects would keep the whole batch alive, and cannot be sent to another worker. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object' || ArrayBuffer.isView(value) || value instanceof Date) return value;
  if (Symbol.iterator in value && 'length' in value) return Array.from(value as Iterable<unknown>, plain);
  // Asking with "in" would ask the row for a column of that name.
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function')
    return Object.fromEntries(
      Object.entries((value as { toJSON(): object }).toJSON()).map(([key, inner]) => [key, plain(inner)]),
    );
  return value;
}
