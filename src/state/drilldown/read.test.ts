import { tableFromJSON, tableToIPC } from 'apache-arrow';
import * as arrow from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handoffGraph, readConversation } from '../../detection/drilldown/conversation.ts';
import type { TurnFields } from '../../detection/drilldown/types.ts';
import { compareWords } from '../../detection/drilldown/words.ts';
import { nodeDatabase } from '../testing.ts';
import { readAgents, readHandoffs, readThread, readWords, type DrilldownSession } from './read.ts';
import { columnsSql, fieldsSql } from './sql.ts';

interface Event {
  readonly agent?: string | null;
  readonly thread?: string | null;
  readonly text?: string | null;
  readonly input?: number | null;
  readonly cached?: number | null;
  readonly cost?: number | null;
  readonly outcome?: string | null;
  readonly decision?: string | null;
  readonly autonomy?: number | null;
  readonly handoff?: string | null;
}

/** The ledger's table as reading a file fills it: every column, of its type. */
function eventsTable(events: readonly Event[]): Uint8Array {
  const column = <T>(type: arrow.DataType, values: readonly T[]) => arrow.vectorFromArray(values as unknown[], type);
  const text = (value: (e: Event) => string | null | undefined) =>
    column(
      new arrow.Utf8(),
      events.map((e) => value(e) ?? null),
    );
  const big = (value: (e: Event) => number | null | undefined) =>
    column(
      new arrow.Int64(),
      events.map((e) => {
        const number = value(e) ?? null;
        return number === null ? null : BigInt(number);
      }),
    );
  return tableToIPC(
    new arrow.Table({
      row: column(
        new arrow.Int32(),
        events.map((_, i) => i),
      ),
      ts: column(
        new arrow.TimestampMicrosecond(),
        events.map((_, i) => 1_700_000_000_000 + 1000 * i),
      ),
      provider_id: text(() => 'p'),
      agent_id: text((e) => (e.agent === undefined ? 'ann' : e.agent)),
      thread_id: text((e) => (e.thread === undefined ? 't' : e.thread)),
      text: text((e) => (e.text === undefined ? 'hello' : e.text)),
      role: text(() => null),
      latency_ms: column(
        new arrow.Float64(),
        events.map(() => 5),
      ),
      input_tokens: big((e) => e.input),
      output_tokens: big(() => null),
      cached_tokens: big((e) => e.cached),
      cost_usd: column(
        new arrow.Float64(),
        events.map((e) => e.cost ?? null),
      ),
      handoff_to: text((e) => e.handoff),
      outcome: text((e) => e.outcome),
      decision: text((e) => e.decision),
      autonomy_level: column(
        new arrow.Int8(),
        events.map((e) => e.autonomy ?? null),
      ),
    }),
    'stream',
  );
}

/** The engine knows which rows have no embedding: here those without text. */
const knownVoid = (turn: TurnFields) => ({ ...turn, isVoid: turn.text === null });

let database: Awaited<ReturnType<typeof nodeDatabase>>;
const session: DrilldownSession = {
  tables: {
    query: (sql) => database.query(sql),
    ensureAlerts: async () => undefined,
    ensureSignals: async () => undefined,
  },
  engine: {
    rowsOf: async (indices) => Int32Array.from(indices),
    rowFacts: async (rows) => ({
      index: Int32Array.from(rows),
      stream: new Int32Array(rows.length),
      eventStates: rows.map(() => 'IN_FRAME'),
      alerts: rows.map(() => []),
    }),
    words: async ({ window, reference }) => compareWords(window, reference),
    conversation: async (turns, agents) => readConversation(turns.map(knownVoid), agents),
    handoffGraph: async (turns, agents) => handoffGraph(turns.map(knownVoid), agents),
  },
};
async function fill(events: readonly Event[]): Promise<void> {
  await database.drop('events');
  await database.insert('events', eventsTable(events));
}

beforeAll(async () => {
  database = await nodeDatabase();
  await database.insert(
    'alerts',
    tableToIPC(tableFromJSON([{ alert: 0, kind: 'DRIFT', stream: 'p', fired: 1, fired_row: 1 }]), 'stream'),
  );
});
afterAll(() => database.close());

describe('agents from the database', () => {
  it('leave NULL out of rates: it is not 0', async () => {
    await fill([
      { input: 100, cached: 50 },
      { input: 100, cached: null },
      { input: null, cached: 10 },
      { input: 0, cached: 5 },
      { input: 10, cached: 99 },
      { agent: 'bob' },
    ]);
    const { agents, stated } = await readAgents(session, 'event', 1);
    const cache = (name: string) => agents.find(({ agent }) => agent === name)!.metrics.cacheHit;
    // 50 of 100, and 99 of 10 clamped to 10 of 10.
    expect(cache('ann').total).toBeCloseTo(60 / 110, 12);
    expect(cache('bob').total).toBeNaN();
    expect(stated).toEqual(['cacheHit', 'contextUse']);
  });

  it('give cost per thread, outcomes, autonomy changes and disagreement by bucket', async () => {
    await fill([
      { cost: 1, thread: 'a', outcome: 'ok', autonomy: 1, decision: 'yes' },
      { cost: 3, thread: 'a', outcome: 'error', autonomy: 1 },
      { agent: 'bob', thread: 'a', decision: 'no' },
      { cost: 2, thread: 'b', outcome: 'escalated', autonomy: 2 },
      { cost: null, thread: 'c', autonomy: null },
      { cost: 4, thread: null, outcome: 'rework', autonomy: 2 },
      { agent: null, cost: 7 },
      { autonomy: 1 },
    ]);
    const { agents, alerts } = await readAgents(session, 'event', 2);
    const { metrics } = agents.find(({ agent }) => agent === 'ann')!;
    expect([...metrics.costPerTask.values]).toEqual([3, 4]);
    expect([...metrics.error.values].map((v) => Number(v.toFixed(3)))).toEqual([0.333, 0]);
    expect(metrics.escalation.total).toBe(0.25);
    expect([...metrics.rework.values]).toEqual([0, 1]);
    expect([...metrics.promotions.values].map((v) => Number(v.toFixed(3)))).toEqual([0.333, 0]);
    expect([...metrics.demotions.values]).toEqual([0, 0.5]);
    expect(metrics.autonomyLevel.values[0]).toBeCloseTo(4 / 3, 12);
    // One decision with an outcome, and it went well.
    expect(metrics.decisionQuality).toMatchObject({ total: 1, totalCount: 1 });
    expect(metrics.disagreement.total).toBe(1);
    // An event without an agent counts for its provider.
    expect(agents.map(({ agent }) => agent).sort()).toEqual(['ann', 'bob', 'p']);
    expect(alerts).toEqual([{ alert: 0, kind: 'DRIFT', stream: 'p', fired: 1, agent: 'ann', model: null }]);
    const byTime = await readAgents(session, 'time', 2);
    expect([...byTime.agents.find(({ agent }) => agent === 'ann')!.metrics.costPerTask.values]).toEqual([3, 4]);
  });

  it('count a thread that spans buckets once in all', async () => {
    await fill([
      { cost: 1, thread: 'a' },
      { cost: 2, thread: null },
      { cost: 3, thread: 'a' },
      { cost: 6, thread: 'b' },
    ]);
    const { agents } = await readAgents(session, 'event', 2);
    const { values, total, totalCount } = agents[0].metrics.costPerTask;
    expect([...values]).toEqual([1.5, 4.5]);
    expect([total, totalCount]).toEqual([4, 3]);
  });
});

describe('what agents cost and how full their context is', () => {
  it('is told by model, and falls are marked in a thread alone', async () => {
    await fill([
      { cost: 1, input: 4000, thread: 'a' },
      { cost: 3, input: 9000, thread: 'a' },
      { cost: null, input: 4000, thread: 'a' },
      { input: 900, thread: 'b' },
      { input: 100, thread: 'b' },
      { agent: 'bob', cost: 2, input: 500, thread: 'a' },
    ]);
    const { models, drops, tools, hasModels, hasTools, agents } = await readAgents(session, 'event', 1);
    expect(models).toEqual([
      { agent: 'ann', model: null, events: 5, cost: 4, costEvents: 2, tokens: 13_000, tokenCost: 4 },
      { agent: 'bob', model: null, events: 1, cost: 2, costEvents: 1, tokens: 500, tokenCost: 2 },
    ]);
    // To 4,000 of 9,000 is a fall; another thread is none, and neither is one below 1,000 tokens.
    expect(drops).toEqual([{ agent: 'ann', row: 2, before: 9000, after: 4000 }]);
    expect([tools, hasModels, hasTools]).toEqual([[], false, false]);
    expect(agents[0].metrics.contextUse.total).toBe(3600);
  });
});

describe('conversations from the database', () => {
  it('are the turns of one thread in order, with pauses and times', async () => {
    await fill([
      { text: 'go @bob' },
      { thread: 'other' },
      { agent: 'bob', text: null },
      { agent: 'bob', text: 'yes', handoff: 'ann' },
      { text: "it's" },
    ]);
    const { turns, graph, total } = await readThread(session, 't');
    expect(total).toBe(4);
    expect(turns.map(({ row, speaker, isVoid, gap, eventState: route }) => [row, speaker, isVoid, gap, route])).toEqual(
      [
        [0, 'ann', false, Number.NaN, 'IN_FRAME'],
        [2, 'bob', true, 2000, 'IN_FRAME'],
        [3, 'bob', false, 1000, 'IN_FRAME'],
        [4, 'ann', false, 1000, 'IN_FRAME'],
      ],
    );
    expect(graph.handoffs.map(({ kind, to, answeredAt }) => [kind, to, answeredAt])).toEqual([
      ['inferred', 'bob', 3],
      ['observed', 'ann', 4],
    ]);
    expect((await readThread(session, 't', 3)).turns).toHaveLength(2);
    const whole = await readHandoffs(session);
    expect(whole.handoffs.map(({ kind, to }) => [kind, to])).toEqual([
      ['inferred', 'bob'],
      ['observed', 'ann'],
    ]);
    expect(whole.agents.map(({ name, turns: count }) => [name, count])).toEqual([
      ['ann', 3],
      ['bob', 2],
    ]);
  });
});

describe('words from the database', () => {
  it('are those of the stream and the range', async () => {
    await fill(
      Array.from({ length: 40 }, (_, i) => ({
        agent: i % 2 ? 'ann' : 'bob',
        text: i % 10 === 9 ? null : i < 20 ? 'flight booking' : 'refund please',
      })),
    );
    const selection = {
      window: { range: { from: 20, to: 40 }, stream: null },
      reference: { range: { from: 0, to: 20 }, stream: null },
    };
    const all = await readWords(session, selection, 'agent_id', { agent_id: 'agent' });
    expect(all.more.map(({ term }) => term).sort()).toEqual(['please', 'refund']);
    expect(all.window.texts).toBe(18);
    const one = await readWords(
      session,
      { ...selection, window: { ...selection.window, stream: { name: 'ann' } } },
      'agent_id',
      { agent_id: 'agent' },
    );
    expect(one.window.texts).toBe(8);
    const others = await readWords(
      session,
      { ...selection, window: { ...selection.window, stream: { name: 'ann', not: true } } },
      'agent_id',
      { agent_id: 'agent' },
    );
    expect(others.window.texts).toBe(10);
    // Of a stream that is no column of the table the signals know the rows.
    const rows = Array.from({ length: 40 }, (_, row) => ({ row, stream: row % 4 === 1 ? "it's" : 'b' }));
    await database.insert('signals', tableToIPC(tableFromJSON(rows), 'stream'));
    const file = { ...selection, window: { ...selection.window, stream: { name: "it's" } } };
    expect((await readWords(session, file, 'file', {})).window.texts).toBe(4);
  });

  it('are drawn from where there are too many, and it says so', async () => {
    await fill(Array.from({ length: 4500 }, (_, i) => ({ text: `word${i % 3}` })));
    const selection = {
      window: { range: { from: 0, to: 100 }, stream: null },
      reference: { range: { from: 0, to: 4500 }, stream: null },
    };
    const result = await readWords(session, selection, 'ledger', {});
    expect(result.reference.texts).toBe(2000);
    expect(result.notes[0]).toBe('2,000 of the 4,500 texts of the reference were drawn, the same ones every time.');
  });
});

describe('fields', () => {
  it('are listed and read by name', async () => {
    await fill([{ cost: 1 }, { cost: 2 }]);
    expect((await database.query(columnsSql)).map(({ name }) => name)).toContain('cost_usd');
    expect(await database.query(fieldsSql(['cost_usd'], [1]))).toEqual([{ row: 1, cost_usd: 2 }]);
  });
});
