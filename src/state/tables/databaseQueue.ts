import { TautlineFailure, type TautlineError } from '../../core/errors.ts';
import type { Database } from '../../ledger/duckdb.ts';
import { once } from '../../core/once.ts';

/** What is used of the database (src/ledger/duckdb.ts). */
export type TableStore = Pick<Database, 'insert' | 'query' | 'queryInts' | 'drop' | 'close'>;

/** The database, used one after the other: no query sees a table between its drop and its insert. */
export interface DatabaseQueue {
  /**
   * Runs on the database, which is started at the first use, when those before have ended.
   * @param isUsable asked when its turn comes; throws where there is no use any more
   * @throws TautlineFailure of kind worker where the database died and lost its tables
   */
  use<R>(run: (database: TableStore) => Promise<R>, isUsable: () => void): Promise<R>;
  /** Drops all tables: what a database lost is not missed any more. */
  reset(): Promise<void>;
  readonly started: boolean;
  readonly busy: boolean;
  dispose(): void;
}

const TABLES = ['events', 'signals', 'alerts'] as const;
const LOST: TautlineError = {
  kind: 'worker',
  worker: 'database',
  problem: 'it ended, and its tables with it',
  advice: 'Open the ledger again',
};

/** @param createDatabase `onRestart`: it died, between two uses too, and has been started again without its tables */
export function createDatabaseQueue(createDatabase: (onRestart: () => void) => Promise<TableStore>): DatabaseQueue {
  let started: Promise<TableStore> | null = null;
  let tables: 'held' | 'lost' = 'held';
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const database = once(() => (started = createDatabase(() => void (tables = 'lost'))));

  function enqueue<R>(run: () => Promise<R>): Promise<R> {
    waiting += 1;
    const done = last.then(run);
    last = done
      .catch(() => undefined)
      .then(() => {
        waiting -= 1;
      });
    return done;
  }
  const areLost = (): boolean => tables === 'lost';

  return {
    use: (run, isUsable) =>
      enqueue(async () => {
        isUsable();
        const store = await database();
        const answer = await run(store).catch((thrown: unknown) => {
          throw areLost() ? new TautlineFailure(LOST) : thrown;
        });
        if (areLost()) throw new TautlineFailure(LOST);
        return answer;
      }),
    reset: () =>
      enqueue(async () => {
        const store = await database();
        for (const table of TABLES) await store.drop(table);
        tables = 'held';
      }),
    get started() {
      return started !== null;
    },
    get busy() {
      return waiting > 0;
    },
    dispose() {
      void started?.then(
        (store) => store.close(),
        () => undefined,
      );
    },
  };
}
