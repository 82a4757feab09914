import { tableFromIPC } from 'apache-arrow';
import * as arrow from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type Database, type DuckDbWorker } from './duckdb.ts';
import { failure, fixture, nodeDuckDb, open } from './testing.ts';

const started: ReturnType<typeof nodeDuckDb>[] = [];
async function spawn(): Promise<DuckDbWorker> {
  const worker = nodeDuckDb();
  started.push(worker);
  return worker;
}

const ipc = (columns: Record<string, arrow.Vector>) => arrow.tableToIPC(new arrow.Table(columns), 'stream');
const ids = (...values: bigint[]) => arrow.makeVector(BigInt64Array.from(values));

describe('the database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await createDatabase({ spawn });
  });
  afterAll(() => database.close());

  it('takes the rows of a ledger, batch by batch, and gives them back plain', async () => {
    for (const name of ['odd_types.parquet', 'views.arrow']) {
      await database.drop('events');
      let batches = 0;
      await open(fixture(name), {
        sink: {
          accept: async (stream) => {
            batches += tableFromIPC(stream).batches.length;
            await database.insert('events', stream);
          },
        },
      });
      if (name.endsWith('.parquet')) expect(batches).toBe(3);
      expect(
        await database.query(
          'SELECT count(*) AS n, sum(event_id) AS s, min(ts) AS first, bool_or(shadow) AS shadow FROM events',
        ),
      ).toEqual([{ n: 12n, s: 1266, first: 1704067200000.001, shadow: null }]);
      expect(
        await database.query(
          'SELECT "row", event_id, provider_id, text, views, struct, flag FROM events ' +
            'WHERE event_id IN (?, ?) ORDER BY "row"',
          [102, 105],
        ),
      ).toEqual([
        {
          row: 2,
          event_id: 102n,
          provider_id: 'c d',
          text: null,
          views: null,
          struct: { x: 2n, y: ['2', '2'] },
          flag: true,
        },
        {
          row: 5,
          event_id: 105n,
          provider_id: 'c d',
          text: null,
          views: 'a string of more than twelve bytes 5',
          struct: { x: 5n, y: ['5', '5'] },
          flag: null,
        },
      ]);
    }
    await database.drop('events');
    expect((await failure(database.query('SELECT * FROM events'))).message).toContain(
      'the database refused a query: Catalog Error',
    );
  });

  it('keeps a buffer that is only a part of another', async () => {
    const stream = ipc({ id: ids(1n, 2n) });
    const larger = new Uint8Array(stream.length + 16);
    larger.set(stream, 8);
    await database.insert('parts', larger.subarray(8, 8 + stream.length));
    expect(larger.length).toBe(stream.length + 16);
    expect((await database.queryArrow('SELECT * FROM parts')).numRows).toBe(2);
  });

  it('reads no extension from the internet', async () => {
    expect((await failure(database.query("SELECT * FROM read_parquet('x.parquet')"))).kind).toBe('internal');
  });
});

describe('a database whose worker dies', () => {
  it('rejects the call under way, and starts again with the next', async () => {
    let restarts = 0;
    const database: Database = await createDatabase({
      spawn,
      onRestart: async () => {
        restarts++;
        await database.insert('events', ipc({ id: ids(7n) }));
      },
    });
    await database.insert('events', ipc({ id: ids(1n) }));
    const pending = failure(database.query('SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b'));
    setTimeout(() => void started.at(-1)!.kill(), 300);
    expect(await pending).toMatchObject({ kind: 'worker', worker: 'database', problem: 'it ended' });
    expect(await database.query('SELECT * FROM events')).toEqual([{ id: 7n }]);
    expect(restarts).toBe(1);
    await database.close();
    expect((await failure(database.query('SELECT 1'))).message).toContain('it was closed');
  });

  const silent = (onDeath: DuckDbWorker['onDeath'] = () => undefined): DuckDbWorker => ({
    worker: Object.assign(new EventTarget(), { postMessage: () => undefined }) as unknown as Worker,
    wasmUrl: '',
    onDeath,
    terminate: () => undefined,
  });

  it('does not wait for a worker that never answers', async () => {
    const error = await failure(createDatabase({ spawn: async () => silent(), timeoutMs: 100 }));
    expect(error).toMatchObject({ kind: 'worker', problem: 'it did not answer within 0 seconds' });
  });

  it.each([
    ['its script did not load', 'its script did not load'],
    ['Uncaught RangeError: Array buffer allocation failed', 'memory is short'],
  ])('says so at once: %s', async (reason, problem) => {
    const error = await failure(
      createDatabase({ spawn: async () => silent((listener) => setTimeout(listener, 0, reason)) }),
    );
    expect(error).toMatchObject({ kind: 'worker', problem: expect.stringContaining(problem) });
  });
});
