import * as arrow from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredColumn } from '../storedColumns.ts';
import { nodeDatabase } from '../testing.ts';
import {
  codesSql,
  MAX_VALUES,
  NO_VALUE,
  OTHER,
  readScale,
  readValues,
  SCALE_STEPS,
  scaleSql,
  valuesSql,
} from './columnCodes.ts';

const N = 240;
const numbers = Array.from({ length: N }, (_, i) => i);
const column = (type: arrow.DataType, value: (i: number) => unknown) => arrow.vectorFromArray(numbers.map(value), type);
/** `v0` is met most often, `v20` once. */
const name = (i: number): string => `v${Math.floor((Math.sqrt(8 * (N - 1 - i) + 1) - 1) / 2)}`;

const events = (): Uint8Array =>
  arrow.tableToIPC(
    new arrow.Table({
      row: column(new arrow.Int32(), (i) => i),
      few: column(new arrow.Utf8(), (i) => (i % 4 === 3 ? null : ["it's", '[a, b]', ''][i % 4])),
      many: column(new arrow.Utf8(), name),
      level: column(new arrow.Int32(), (i) => [10, 9, null][i % 3]),
      'cost "usd"': column(new arrow.Float64(), (i) => (i === 0 ? null : i === 1 ? Number.NaN : i < 100 ? 0 : i ** 3)),
      ts: column(new arrow.TimestampMicrosecond(), (i) => Date.UTC(2026, 0, 1, i)),
    }),
  );

describe('the codes of a column', () => {
  let database: Awaited<ReturnType<typeof nodeDatabase>>;
  beforeAll(async () => {
    database = await nodeDatabase();
    await database.insert('events', events());
  });
  afterAll(() => database.close());

  const coded = async (stored: StoredColumn) => {
    const scale = scaleSql(stored);
    const coding =
      (scale === null ? null : readScale(stored, await database.query(scale))) ??
      readValues(stored, await database.query(valuesSql(stored)));
    return { coding, codes: [...(await database.queryInts(codesSql(stored, coding)))] };
  };

  it('tell texts apart, and what is empty from all of them', async () => {
    const { coding, codes } = await coded({ name: 'few', type: 'VARCHAR' });
    expect(coding).toEqual({ kind: 'values', values: ['[a, b]', "it's"], others: 0, ordered: false });
    expect(codes.slice(0, 5)).toEqual([1, 0, NO_VALUE, NO_VALUE, 1]);
  });
  it('tell the most frequent values apart, and are one for the others', async () => {
    const { coding, codes } = await coded({ name: 'many', type: 'VARCHAR' });
    const met = new Map<string, number>();
    for (const i of numbers) met.set(name(i), (met.get(name(i)) ?? 0) + 1);
    expect(coding).toMatchObject({ kind: 'values', others: met.size - MAX_VALUES });
    const first = coding.kind === 'values' ? coding.values : [];
    const least = Math.min(...first.map((value) => met.get(value)!));
    expect([...met].every(([value, count]) => first.includes(value) || count <= least)).toBe(true);
    numbers.forEach((i) => expect(codes[i]).toBe(first.includes(name(i)) ? first.indexOf(name(i)) : OTHER));
  });
  it('are in order for the few values of a number', async () => {
    const { coding, codes } = await coded({ name: 'level', type: 'INTEGER' });
    expect(coding).toEqual({ kind: 'values', values: ['9', '10'], others: 0, ordered: true });
    expect(codes.slice(0, 3)).toEqual([1, 0, NO_VALUE]);
  });
  it('are steps of a scale for many, of which ties share one and NaN has none', async () => {
    const { coding, codes } = await coded({ name: 'cost "usd"', type: 'DOUBLE' });
    expect(coding).toMatchObject({ kind: 'scale', isTime: false });
    const limits = coding.kind === 'scale' ? coding.limits : [];
    expect(limits).toHaveLength(SCALE_STEPS + 1);
    expect([limits[0], limits.at(-1)]).toEqual([0, (N - 1) ** 3]);
    expect(codes.slice(0, 3)).toEqual([NO_VALUE, NO_VALUE, 0]);
    expect(new Set(codes.slice(2, 100))).toEqual(new Set([0]));
    const rising = codes.slice(100);
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    expect(rising.at(-1)).toBe(SCALE_STEPS - 1);
  });
  it('are equal shares of the events for times', async () => {
    const { coding, codes } = await coded({ name: 'ts', type: 'TIMESTAMP' });
    expect(coding).toMatchObject({ kind: 'scale', isTime: true });
    expect(coding.kind === 'scale' && coding.limits[0]).toBe(Date.UTC(2026, 0, 1));
    for (let step = 0; step < SCALE_STEPS; step += 1)
      expect(Math.abs(codes.filter((code) => code === step).length - N / SCALE_STEPS)).toBeLessThanOrEqual(1);
  });
});
