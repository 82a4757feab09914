import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '../detection/types.ts';
import { signalsToArrow } from '../analysis/signalsTable.ts';
import type { AnalysisReport } from '../workers/protocol.ts';
import { alertsSql, eventSql, neighboursSql } from './sql.ts';
import { createTables, type Tables } from './tables.ts';
import { nodeDatabase } from './testing.ts';

const ROWS = 20;
const alert = (kind: Alert['kind'], stream: number, fired: number, cleared: number | null, peak = 5): Alert => ({
  kind,
  stream,
  onset: fired - 2,
  fired,
  resolved: cleared,
  onsetSeq: fired - 3,
  firedSeq: fired,
  peak,
  lag: 3,
});
const report = (revision: number, alerts: readonly Alert[]) =>
  ({ revision, alerts, events: ROWS, streams: [{ name: "O'Brien" }, { name: 'b' }] }) as unknown as AnalysisReport;
const events = () =>
  tableToIPC(
    tableFromArrays({
      row: Int32Array.from({ length: ROWS }, (_, i) => i),
      event_id: Int32Array.from({ length: ROWS }, (_, i) => 100 + i),
      thread_id: Array.from({ length: ROWS }, (_, i) => (i % 3 === 2 ? null : `t${i % 3}`)),
      text: Array.from({ length: ROWS }, (_, i) => `message ${i}`),
    }),
    'stream',
  );

const SIGNAL_ROWS = 3;
/** Rows differ from indices, so that one is not mistaken for the other. */
const engine = {
  rowsOf: async (indices: readonly number[]) => Int32Array.from(indices, (index) => index - 1),
  signalsArrow: vi.fn(async () => {
    const column = () => new Float64Array(SIGNAL_ROWS).fill(Number.NaN);
    const signals = new Proxy(
      { n: SIGNAL_ROWS, seq: new Int32Array(SIGNAL_ROWS) },
      { get: (own, name) => Reflect.get(own, name) ?? column() },
    );
    return signalsToArrow(
      {
        n: SIGNAL_ROWS,
        streams: ['b'],
        stream: new Int32Array(SIGNAL_ROWS),
        row: new Int32Array(SIGNAL_ROWS),
        eventId: new BigInt64Array(SIGNAL_ROWS),
      } as never,
      signals as never,
      new Proxy(
        { eventState: new Uint8Array(SIGNAL_ROWS), notice: new Uint8Array(SIGNAL_ROWS) },
        { get: (own, name) => Reflect.get(own, name) ?? column() },
      ) as never,
    );
  }),
};

let database: Awaited<ReturnType<typeof nodeDatabase>>;
let tables: Tables;
let restarted: () => void = () => undefined;
const onBroken = vi.fn();
const onLost = vi.fn(() => true);
beforeAll(async () => {
  database = await nodeDatabase(() => restarted());
});
afterAll(() => database.close());
beforeEach(() => {
  vi.clearAllMocks();
  tables = createTables({
    engine,
    onBroken,
    onLost,
    createDatabase: async (onRestart) => {
      restarted = onRestart;
      return database;
    },
  });
});

async function load(): Promise<void> {
  const sink = tables.newLedger();
  await sink.accept(events());
  sink.end();
}

describe('tables', () => {
  it('hold the rows of the open ledger only', async () => {
    const first = tables.newLedger();
    await first.accept(events());
    await first.accept(events());
    first.end();
    expect(await tables.query('select count(*)::int as n from events')).toEqual([{ n: 2 * ROWS }]);
    await load();
    expect(await tables.query('select count(*)::int as n from events')).toEqual([{ n: ROWS }]);
    await expect(first.accept(events())).rejects.toMatchObject({ error: { kind: 'cancelled' } });
  });

  it('write alerts once the slider rests, of the newest report only', async () => {
    const insert = vi.spyOn(database, 'insert');
    await load();
    for (const revision of [1, 2, 3]) {
      tables.setReport(
        report(
          revision,
          Array.from({ length: revision }, () => alert('DRIFT', 1, 5, null)),
        ),
        false,
      );
      expect(tables.pending).toBe(true);
    }
    await tables.ensureAlerts();
    expect(insert.mock.calls.filter(([table]) => table === 'alerts')).toHaveLength(1);
    expect(await tables.query('select count(*)::int as n from alerts')).toEqual([{ n: 3 }]);
    tables.setReport(report(4, []), true);
    await tables.ensureAlerts();
    expect(await tables.query('select * from alerts')).toEqual([]);
    await vi.waitFor(() => expect(tables.pending).toBe(false), 10_000);
    insert.mockRestore();
  });

  it('copy signals when somebody asks, once per revision', async () => {
    await load();
    tables.setReport(report(1, []), true);
    await Promise.all([tables.ensureSignals(), tables.ensureSignals()]);
    expect(engine.signalsArrow).toHaveBeenCalledOnce();
    expect(await tables.query('select count(*)::int as n, count(kl)::int as kl from signals')).toEqual([
      { n: SIGNAL_ROWS, kl: 0 },
    ]);
    tables.setReport(report(2, []), true);
    await tables.ensureSignals();
    expect(engine.signalsArrow).toHaveBeenCalledTimes(2);
    expect(await tables.query('select count(*)::int as n from signals')).toEqual([{ n: SIGNAL_ROWS }]);
  });

  it('say once that the database does not start; the ledger can be read without it', async () => {
    const without = createTables({
      createDatabase: () => Promise.reject(new Error('no room')),
      engine,
      onBroken,
      onLost,
    });
    const sink = without.newLedger();
    await sink.accept(events());
    await sink.accept(events());
    sink.end();
    await expect(without.query('select 1')).rejects.toThrow('no room');
    expect(onBroken).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ problem: expect.stringContaining('no room') }),
    );
  });
});

describe('a database that dies', () => {
  it('is reported once, and filled again by the next ledger', async () => {
    await load();
    const endless = tables.query('select sum(a.range * b.range) from range(1000000) a, range(1000000) b');
    const after = tables.query('select * from events');
    setTimeout(() => void database.kill(), 200);
    await expect(endless).rejects.toMatchObject({ error: { kind: 'worker' } });
    await expect(after).rejects.toMatchObject({ error: { kind: 'worker' } });
    expect(onLost).toHaveBeenCalledOnce();
    expect(onBroken).not.toHaveBeenCalled();
    await load();
    expect(await tables.query('select count(*)::int as n from events')).toEqual([{ n: ROWS }]);
  });

  it('is noticed where it died between two calls, and not taken for a table that was never there', async () => {
    await load();
    await tables.query('select 1');
    await database.kill();
    await expect(tables.query('select count(*)::int as n from events')).rejects.toMatchObject({
      error: { kind: 'worker', worker: 'database' },
    });
    expect(onLost).toHaveBeenCalledOnce();
    await load();
    expect(await tables.query('select count(*)::int as n from events')).toEqual([{ n: ROWS }]);
  });

  it('while a ledger is read does not leave a part of its rows for the whole', async () => {
    const sink = tables.newLedger();
    await sink.accept(events());
    sink.end();
    await tables.query('select 1');
    await database.kill();
    await sink.accept(events());
    await expect(tables.query('select * from events')).rejects.toMatchObject({ error: { kind: 'worker' } });
    expect(onBroken).toHaveBeenCalledOnce();
  });

  it('a second time is left alone', async () => {
    onLost.mockReturnValueOnce(false);
    await load();
    const endless = tables.query('select sum(a.range * b.range) from range(1000000) a, range(1000000) b');
    setTimeout(() => void database.kill(), 200);
    await expect(endless).rejects.toMatchObject({ error: { kind: 'worker' } });
    expect(onBroken).toHaveBeenCalledOnce();
    await expect(tables.query('select 1')).rejects.toMatchObject({ error: { kind: 'worker' } });
  });
});

describe('queries', () => {
  beforeEach(async () => {
    await load();
    tables.setReport(
      report(1, [alert('DRIFT', 0, 5, 9, 7), alert('VOID', 1, 7, null, Number.NaN), alert('DRIFT', 1, 8, 9, 6)]),
      true,
    );
    await tables.ensureAlerts();
  });
  const mapping = { event_id: 'event_id', thread_id: 'thread_id', text: 'text' };
  const all = { kinds: null, stream: null };

  it('give an alert with the event at which it fired', async () => {
    const [first] = await tables.query(alertsSql(all, mapping));
    expect(first).toEqual({
      alert: 0,
      kind: 'DRIFT',
      stream: "O'Brien",
      stream_index: 0,
      onset: 3,
      fired: 5,
      resolved: 9,
      onset_row: 2,
      fired_row: 4,
      onset_seq: 2,
      fired_seq: 5,
      lag: 3,
      peak: 7,
      duration: 4,
      open: false,
      event_id: 104,
      ts: null,
      thread_id: 't1',
      label: null,
    });
  });

  it('filter alerts', async () => {
    const ids = async (...query: Parameters<typeof alertsSql>) =>
      (await tables.query(alertsSql(...query))).map((row) => row.alert);
    expect(await ids(all, mapping)).toEqual([0, 1, 2]);
    expect(await ids(all, {})).toEqual([0, 1, 2]);
    expect(await ids({ kinds: ['DRIFT'], stream: null }, mapping)).toEqual([0, 2]);
    expect(await ids({ kinds: [], stream: null }, mapping)).toEqual([]);
    expect(await ids({ kinds: null, stream: "O'Brien" }, mapping)).toEqual([0]);
  });

  it('are of the alerts, whatever columns the ledger keeps', async () => {
    for (const name of ['kind', 'stream', 'fired', 'onset', 'lag', 'peak', 'duration', 'cleared', 'alert'])
      await tables.query(`alter table events add column ${name} varchar default 'kept'`);
    const filter = { kinds: ['DRIFT'], stream: "O'Brien" } as const;
    expect(await tables.query(alertsSql(filter, mapping))).toMatchObject([
      { alert: 0, kind: 'DRIFT', resolved: 9, event_id: 104 },
    ]);
  });

  it('give an event, and its neighbours in the same thread', async () => {
    expect(await tables.query(eventSql(7))).toEqual([{ row: 7, event_id: 107, thread_id: 't1', text: 'message 7' }]);
    const rows = async (...query: Parameters<typeof neighboursSql>) =>
      (await tables.query(neighboursSql(...query))).map((row) => row.row);
    expect(await rows(7, 2, mapping)).toEqual([1, 4, 7, 10, 13]);
    expect(await rows(8, 1, mapping)).toEqual([5, 8, 11]);
    expect(await rows(0, 2, mapping)).toEqual([0, 3, 6]);
    expect(await rows(19, 2, {})).toEqual([17, 18, 19]);
  });
});
