import * as arrow from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredColumn } from '../storedColumns.ts';
import { nodeDatabase } from '../testing.ts';
import type { FindComparison } from '../view/find.ts';
import { comparisonsOf, conditionOf, hitsSql } from './condition.ts';

const TEXTS = ['The REPORT', 'straße Ünïcode', null, "it's 100% \\d+ (x)", '', 'line one\nline two'];
const COLUMNS: readonly StoredColumn[] = [
  { name: 'text', type: 'VARCHAR' },
  { name: 'cost', type: 'DOUBLE' },
  { name: 'ts', type: 'TIMESTAMP' },
  { name: 'ok "maybe"', type: 'BOOLEAN' },
];

const events = (): Uint8Array => {
  const column = (type: arrow.DataType, values: readonly unknown[]) => arrow.vectorFromArray(values, type);
  return arrow.tableToIPC(
    new arrow.Table({
      row: column(new arrow.Int32(), [0, 1, 2, 3, 4, 5]),
      text: column(new arrow.Utf8(), TEXTS),
      cost: column(new arrow.Float64(), [0, 0.5, 1, null, 2, 3]),
      ts: column(
        new arrow.TimestampMicrosecond(),
        [0, 1, 2, 3, 4, null].map((hour) => hour && Date.UTC(2026, 0, 5, hour)),
      ),
      'ok "maybe"': column(new arrow.Bool(), [true, false, true, null, true, true]),
      agent_id: column(new arrow.Utf8(), Array(6).fill('ann')),
      provider_id: column(new arrow.Utf8(), Array(6).fill('p')),
      role: column(new arrow.Utf8(), Array(6).fill(null)),
    }),
  );
};

describe('what is searched for', () => {
  let database: Awaited<ReturnType<typeof nodeDatabase>>;
  beforeAll(async () => {
    database = await nodeDatabase();
    await database.insert('events', events());
  });
  afterAll(() => database.close());

  async function rows(text: string, ...filters: readonly [string, FindComparison, string][]) {
    const find = { text, filters: filters.map(([column, comparison, value]) => ({ column, comparison, value })) };
    const condition = conditionOf(find, COLUMNS);
    if (!condition.ok) return 'problem' in condition.error ? condition.error.problem : null;
    return [...(await database.queryInts(`select row from events where ${condition.value} order by row`))];
  }

  it('holds the text without case, whatever characters it has', async () => {
    expect(await rows('report')).toEqual([0]);
    expect(await rows('STRAßE üNÏ')).toEqual([1]);
    expect(await rows("IT'S 100% \\D+ (X)")).toEqual([3]);
    expect(await rows('one\nLINE')).toEqual([5]);
    expect(await rows('.')).toEqual([]);
    expect(await rows('a\0b')).toEqual([]);
    expect(await rows('')).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('passes every filter, by the type of the column', async () => {
    expect(await rows('', ['cost', 'min', '0.5'], ['cost', 'max', '2'])).toEqual([1, 2, 4]);
    expect(await rows('', ['cost', 'is', ''])).toEqual([3]);
    expect(await rows('', ['cost', 'not', '1'])).toEqual([0, 1, 3, 4, 5]);
    expect(await rows('', ['ts', 'min', '2026-01-05 02:00'], ['ts', 'max', '2026-01-05T03:30Z'])).toEqual([2, 3]);
    expect(await rows('', ['ok "maybe"', 'is', 'false'])).toEqual([1]);
    expect(await rows('', ['text', 'is', ''])).toEqual([2, 4]);
    expect(await rows('', ['text', 'has', 'LINE'])).toEqual([5]);
    expect(await rows('r', ['cost', 'max', '0.2'])).toEqual([0]);
  });

  it('names what cannot be used', async () => {
    expect(await rows('', ['cost', 'min', 'dear'])).toBe('Filter by cost: "dear" is not a number');
    expect(await rows('', ['ts', 'is', 'soon'])).toBe('Filter by ts: "soon" is not a time');
    expect(await rows('', ['price', 'is', '1'])).toBe('Filter by price: the ledger has no such column');
    expect(await rows('', ['text', 'min', 'a'])).toBe('Filter by text: its values are texts');
    expect(comparisonsOf(COLUMNS[1])).not.toContain('has');
  });

  it('shows the part of a message that holds it', async () => {
    const [hit] = await database.query<{ part: string; who: string; length: number }>(hitsSql([3], '%'));
    expect(hit).toMatchObject({ part: TEXTS[3], who: 'ann', length: TEXTS[3]!.length });
    await database.query(`update events set text = repeat('before ', 50) || 'THE (hit)' || repeat(' after', 90)
      where row = 4`);
    const [cut] = await database.query<{ part: string }>(hitsSql([4], 'the (HIT)'));
    expect(cut.part.indexOf('THE (hit)')).toBe(40);
    expect(cut.part).toHaveLength(40 + 'THE (hit)'.length + 240);
  });
});
