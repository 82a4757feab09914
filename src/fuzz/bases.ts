import * as arrow from 'apache-arrow';
import { boxMuller } from '../core/random.ts';
import type { Dice } from './dice.ts';

/** A small sound ledger as plain rows, from which every kind makes its files. */
export interface Row {
  readonly event_id: bigint;
  readonly ts: number;
  readonly provider_id: string | null;
  readonly agent_id: string;
  readonly thread_id: string;
  readonly embedding: readonly number[] | null;
  readonly text: string | null;
  readonly latency_ms: number | null;
  readonly shadow: boolean | null;
  readonly input_tokens: bigint | null;
  readonly autonomy_level: number | null;
  readonly label: string | null;
  /** A column that Tautline does not know. */
  readonly note: string | null;
}

export const COLUMNS = [
  'event_id',
  'ts',
  'provider_id',
  'agent_id',
  'thread_id',
  'embedding',
  'text',
  'latency_ms',
  'shadow',
  'input_tokens',
  'autonomy_level',
  'label',
  'note',
] as const satisfies readonly (keyof Row)[];

const START = Date.UTC(2026, 0, 5);
const WORDS = ['alpha', 'beta', 'naïve', 'Zoë', '漢字', 'quote "x"', 'comma, semi; tab', 'plan', '🙂', 'line'];

export function makeRows(dice: Dice, n = 40 + dice.below(200), dimension = dice.pick([2, 3, 4, 8])): Row[] {
  const uniform = () => (dice.below(1 << 24) + 0.5) / (1 << 24);
  const maybe = <T>(share: number, value: T): T | null => (dice.chance(share) ? null : value);
  const first = BigInt(dice.pick([0, 1, 1000]));
  let time = START;
  return Array.from({ length: n }, (_, i): Row => {
    time += dice.pick([1000, 250, 60_000]);
    const words = Array.from({ length: 1 + dice.below(6) }, () => dice.pick(WORDS)).join(' ');
    return {
      event_id: first + BigInt(i),
      ts: time,
      provider_id: maybe(0.02, `p${dice.below(3)}`),
      agent_id: `agent ${i % 2}`,
      thread_id: `t${Math.floor(i / 10)}`,
      embedding: maybe(
        0.03,
        Array.from({ length: dimension }, () => Math.fround(boxMuller(uniform(), uniform()))),
      ),
      text: maybe(0.05, `${words} ${i}`),
      latency_ms: maybe(0.1, 20 + dice.below(10_000) / 8),
      shadow: maybe(0.5, dice.chance(0.1)),
      input_tokens: maybe(0.1, BigInt(dice.below(4000))),
      autonomy_level: maybe(0.2, 1 + dice.below(3)),
      label: i % 50 > 40 ? 'drift' : null,
      note: maybe(0.3, `n${dice.below(9)}`),
    };
  });
}

const typesOf = (
  rows: readonly Row[],
  categories: arrow.DataType,
  { fixed, wide }: ArrowShape,
): Record<string, arrow.DataType> => ({
  event_id: new arrow.Int64(),
  ts: new arrow.TimestampMillisecond(),
  provider_id: categories,
  agent_id: categories,
  thread_id: new arrow.Utf8(),
  embedding: fixed
    ? new arrow.FixedSizeList(rows.find(({ embedding }) => embedding)?.embedding?.length ?? 1, item(wide))
    : new arrow.List(item(wide)),
  text: new arrow.Utf8(),
  latency_ms: new arrow.Float64(),
  shadow: new arrow.Bool(),
  input_tokens: new arrow.Int64(),
  autonomy_level: new arrow.Int8(),
  label: new arrow.Utf8(),
  note: new arrow.Utf8(),
});

const item = (wide: boolean): arrow.Field =>
  new arrow.Field('item', wide ? new arrow.Float64() : new arrow.Float32(), true);

export interface ArrowShape {
  /** Providers and agents as dictionaries. */
  readonly dictionaries: boolean;
  /** Vectors as fixed-size lists. */
  readonly fixed: boolean;
  /** Vectors of f64. */
  readonly wide: boolean;
  readonly batchRows: number;
}

export function arrowTable(rows: readonly Row[], shape: ArrowShape): arrow.Table {
  const { dictionaries, batchRows } = shape;
  const categories = (id: number): arrow.DataType =>
    dictionaries ? new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), id) : new arrow.Utf8();
  const types = { ...typesOf(rows, categories(1), shape), agent_id: categories(2) } as Record<string, arrow.DataType>;
  const builders = COLUMNS.map((name) => arrow.makeBuilder({ type: types[name], nullValues: [null] }));
  const schema = new arrow.Schema(COLUMNS.map((name) => new arrow.Field(name, types[name], true)));
  const chunks: arrow.Data[][] = [];
  for (let from = 0; from < rows.length; from += batchRows) {
    const part = rows.slice(from, from + batchRows);
    COLUMNS.forEach((name, c) => part.forEach((row) => builders[c].append(row[name])));
    chunks.push(builders.map((builder) => builder.flush() as arrow.Data));
  }
  return new arrow.Table(
    schema,
    chunks.map(
      (children, i) =>
        new arrow.RecordBatch(
          schema,
          arrow.makeData({
            type: new arrow.Struct(schema.fields),
            length: Math.min(batchRows, rows.length - i * batchRows),
            nullCount: 0,
            children,
          }) as never,
        ),
    ),
  );
}
