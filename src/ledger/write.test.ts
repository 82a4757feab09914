import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DictionaryColumn } from '../core/columns.ts';
import { collector, failure, named, open, plainLedger, platform, START, vectorsByRow } from './testing.ts';
import { hourOf, writeHive, writeParquet, type LedgerTable } from './write.ts';

const micros = fc.integer({ min: 0, max: 6 * 3600 * 1_000_000 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

interface Event {
  micro: number;
  provider: string;
  agent: string | null;
  thread: string | null;
  label: string | null;
  text: string | null;
  latency: number | null;
  tokens: number | null;
  shadow: boolean | null;
  vector: number[] | null;
}
const event = (dimension: number): fc.Arbitrary<Event> =>
  fc.record({
    micro: micros,
    provider: fc.constantFrom('a', 'b/c', 'd e=é%', '__x'),
    agent: maybe(fc.string()),
    thread: maybe(fc.constantFrom('t1', 't2')),
    label: maybe(fc.constantFrom('fault', 'other')),
    text: maybe(fc.string({ unit: 'grapheme' })),
    latency: maybe(fc.double({ min: 0, max: 1e6, noNaN: true })),
    tokens: maybe(fc.nat()),
    shadow: maybe(fc.boolean()),
    vector: maybe(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: dimension, maxLength: dimension }),
    ),
  });
const ledgers = fc.integer({ min: 1, max: 5 }).chain((dimension) =>
  fc.record({
    dimension: fc.constant(dimension),
    events: fc.array(event(dimension), { minLength: 1, maxLength: 30 }),
  }),
);

function dictionary(values: readonly (string | null)[]): DictionaryColumn {
  const distinct = [...new Set(values.filter((value) => value !== null))];
  return {
    codes: Int32Array.from(values, (value) => (value === null ? -1 : distinct.indexOf(value))),
    values: distinct,
  };
}

function tableOf({ dimension, events }: { dimension: number; events: Event[] }): LedgerTable {
  return {
    n: events.length,
    eventId: BigInt64Array.from(events, (_, i) => BigInt(i) * 7n - 3n),
    time: Float64Array.from(events, ({ micro }) => START + micro / 1000),
    provider: dictionary(events.map((e) => e.provider)),
    agent: dictionary(events.map((e) => e.agent)),
    thread: dictionary(events.map((e) => e.thread)),
    label: dictionary(events.map((e) => e.label)),
    text: events.map((e) => e.text),
    latency: Float64Array.from(events, (e) => e.latency ?? NaN),
    inputTokens: Float64Array.from(events, (e) => e.tokens ?? NaN),
    shadow: Uint8Array.from(events, (e) => (e.shadow === null ? 2 : e.shadow ? 1 : 0)),
    embeddings: Float32Array.from(events.flatMap((e) => e.vector ?? new Array<number>(dimension).fill(9))),
    dimension,
    isVoid: Uint8Array.from(events, (e) => (e.vector ? 0 : 1)),
  };
}

const decode = (column: DictionaryColumn | null): (string | null)[] =>
  Array.from(column!.codes, (code) => (code < 0 ? null : column!.values[code]));

describe('a ledger that is written', () => {
  it('is read back in canonical order with every value, whole or partitioned', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, fc.integer({ min: 1, max: 40 }), async (ledger, rowGroupRows) => {
        const table = tableOf(ledger);
        const { events } = ledger;
        // Vectors that are null throughout give way to the text.
        fc.pre(events.some(({ vector }) => vector !== null));
        const order = events.map((_, i) => i).sort((a, b) => events[a].micro - events[b].micro || a - b);
        const files = [
          [named('ledger.parquet', await writeParquet(table, platform, { rowGroupRows }))],
          (await writeHive(table, platform, { rowGroupRows })).map(({ path, bytes }) => named(path, bytes)),
        ];
        const prints: string[] = [];
        for (const set of files) {
          const sink = collector();
          const opened = await open(set, { sink });
          const { columns } = opened;
          const at = <T>(values: readonly T[]): T[] => order.map((i) => values[i]);
          expect(Array.from(columns.eventId)).toEqual(order.map((i) => BigInt(i) * 7n - 3n));
          expect(Array.from(columns.time)).toEqual(at(Array.from(table.time!)));
          expect(decode(columns.provider)).toEqual(at(events.map((e) => e.provider)));
          expect(decode(columns.agent)).toEqual(at(events.map((e) => e.agent)));
          expect(decode(columns.label)).toEqual(at(events.map((e) => e.label)));
          expect(Array.from(columns.latency)).toEqual(at(events.map((e) => e.latency ?? NaN)));
          expect(Array.from(columns.isVoid)).toEqual(at(Array.from(table.isVoid!)));
          expect(Array.from(opened.textLength!)).toEqual(
            at(events.map((e) => (e.text === null ? -1 : Array.from(e.text).length))),
          );
          const vectors = await vectorsByRow(opened);
          order.forEach((i, row) => expect(vectors.get(row)).toEqual(events[i].vector ?? undefined));
          const stored = [...sink.rows].sort((a, b) => (a.row as number) - (b.row as number));
          expect(
            stored.map((row) => [
              row.row,
              row.event_id,
              row.ts,
              row.provider_id,
              row.text,
              row.input_tokens,
              row.shadow,
            ]),
          ).toEqual(
            order.map((i, row) => [
              row,
              BigInt(i) * 7n - 3n,
              table.time![i],
              events[i].provider,
              events[i].text,
              events[i].tokens === null ? null : BigInt(events[i].tokens),
              events[i].shadow,
            ]),
          );
          prints.push(opened.report.fingerprint);
        }
        expect(prints[1]).toBe(prints[0]);
      }),
      { numRuns: 40 },
    );
  });

  it('is cut by provider and hour, ids percent-encoded', async () => {
    const table = plainLedger(4, 2, {
      provider: { codes: Int32Array.of(0, 1, 0, -1), values: ['a/b', 'c'] },
      time: Float64Array.of(START, START + 3_600_000, START + 3_599_999.999, NaN),
    });
    const files = await writeHive(table, platform);
    expect(files.map((file) => file.path)).toEqual([
      'provider_id=a%2Fb/hour=2024-01-01T00/part-0.parquet',
      'provider_id=c/hour=2024-01-01T01/part-0.parquet',
      'provider_id=__HIVE_DEFAULT_PARTITION__/hour=__HIVE_DEFAULT_PARTITION__/part-0.parquet',
    ]);
    const sink = collector();
    const opened = await open(
      files.map(({ path, bytes }) => named(path, bytes)),
      { sink },
    );
    expect(opened.report.leftOut).toEqual([
      { reason: 'ts is missing, so the event has no place in the order', count: 1, examples: ['4'] },
    ]);
    expect(sink.rows.map((row) => [row.row, row.provider_id, row.hour]).sort()).toEqual([
      [0, 'a/b', '2024-01-01T00'],
      [1, 'a/b', '2024-01-01T00'],
      [2, 'c', '2024-01-01T01'],
    ]);
    expect(hourOf(START + 3_599_999.999)).toBe('2024-01-01T00');
  });

  it('refuses columns of different lengths', async () => {
    const error = await failure(writeParquet(plainLedger(3, 2, { latency: new Float64Array(2) }), platform));
    expect(error.message).toContain('Column latency has 2 values, 3 expected');
  });
});
