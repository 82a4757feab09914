import { createStore, type StoreApi } from 'zustand/vanilla';
import { toTautlineError, type TautlineError } from '../../core/errors.ts';
import type { EngineApi } from '../../workers/protocol.ts';
import type { Tables } from '../tables.ts';

/** Events that were found, ascending, and the rows that they are. */
interface Hits {
  readonly indices: Int32Array;
  readonly rows: Int32Array;
  /** Rows that hold it too, but whose streams are not analysed. */
  readonly untracked: number;
}

const NO_HITS: Hits = { indices: new Int32Array(), rows: new Int32Array(), untracked: 0 };

/** Where a search stands; hits come while it runs. */
export interface SearchState {
  readonly phase: 'idle' | 'searching' | 'done' | 'stopped' | 'failed';
  readonly hits: Hits;
  /** Rows that were looked at, and how many there are. */
  readonly searched: number;
  readonly rows: number;
  readonly ms: number;
  readonly error: TautlineError | null;
}

const IDLE: SearchState = { phase: 'idle', hits: NO_HITS, searched: 0, rows: 0, ms: 0, error: null };

interface Search {
  readonly store: StoreApi<SearchState>;
  /** Looks for the rows that meet a condition; a newer search takes the place of one under way. */
  start(condition: string): Promise<void>;
  /** Ends it; what was found so far stays. */
  stop(): void;
  clear(): void;
  /** Says why nothing is searched. */
  refuse(error: TautlineError): void;
}

/** Rows a question at first, and the time that one is to take: it can be ended between two, and says how far it is. */
const FIRST_ROWS = 32_768;
const MAX_ROWS = 1_048_576;
const QUESTION_MS = 80;
/** The page is told of hits this often. */
const TOLD_MS = 120;

/** Ascending numbers that grow at the end. */
function createColumn() {
  let values = new Int32Array(1024);
  let length = 0;
  return {
    push(more: Int32Array): void {
      if (length + more.length > values.length) {
        const grown = new Int32Array(Math.max(2 * values.length, length + more.length));
        grown.set(values.subarray(0, length));
        values = grown;
      }
      values.set(more, length);
      length += more.length;
    },
    all: (): Int32Array => values.subarray(0, length),
  };
}

/** Searches the table `events` a stretch of rows at a time. */
export function createSearch(
  tables: Pick<Tables, 'queryInts'>,
  engine: Pick<EngineApi, 'eventsOfRows'>,
  now: () => number = () => performance.now(),
): Search {
  const store = createStore<SearchState>(() => IDLE);
  let newest = 0;

  async function run(condition: string, mine: number): Promise<void> {
    const began = now();
    const rows = createColumn();
    const indices = createColumn();
    let untracked = 0;
    let told = began;
    const tell = (phase: SearchState['phase'], searched: number, total: number): void => {
      if (mine !== newest) return;
      told = now();
      const hits = { indices: indices.all(), rows: rows.all(), untracked };
      store.setState({ phase, hits, searched, rows: total, ms: told - began, error: null });
    };
    const [total = 0] = await tables.queryInts('select coalesce(max(row) + 1, 0)::integer from events');
    let size = FIRST_ROWS;
    for (let from = 0; from < total && mine === newest;) {
      const to = Math.min(total, from + size);
      const asked = now();
      const found = await tables.queryInts(
        `select row from events where row >= ${from} and row < ${to} and ${condition} order by row`,
      );
      const took = now() - asked;
      if (found.length > 0) {
        const events = await engine.eventsOfRows(found);
        rows.push(events.rows);
        indices.push(events.indices);
        untracked += found.length - events.rows.length;
      }
      from = to;
      size = Math.max(1024, Math.min(MAX_ROWS, size * Math.min(4, Math.max(0.25, QUESTION_MS / Math.max(1, took)))));
      size = Math.round(size);
      if (from < total && now() - told > TOLD_MS) tell('searching', from, total);
    }
    tell('done', total, total);
  }

  return {
    store,
    async start(condition) {
      newest += 1;
      const mine = newest;
      store.setState({ ...IDLE, phase: 'searching' });
      try {
        await run(condition, mine);
      } catch (thrown) {
        if (mine === newest)
          store.setState({ phase: 'failed', error: toTautlineError(thrown, 'searching the messages') });
      }
    },
    stop() {
      newest += 1;
      store.setState({ phase: 'stopped' });
    },
    clear() {
      newest += 1;
      store.setState(IDLE);
    },
    refuse(error) {
      newest += 1;
      store.setState({ ...IDLE, phase: 'failed', error });
    },
  };
}
