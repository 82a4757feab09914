import { describe, expect, it } from 'vitest';
import { TautlineFailure } from '../../core/errors.ts';
import { createSearch } from './search.ts';

const ROWS = 200_000;

/** A table in which every seventh row is a hit, and an engine that analyses all but every second of those. */
function table(pause: () => Promise<void> = async () => undefined) {
  const asked: (readonly [number, number])[] = [];
  const queryInts = async (sql: string): Promise<Int32Array> => {
    await pause();
    const [, from, to] = /row >= (\d+) and row < (\d+)/.exec(sql)?.map(Number) ?? [];
    if (from === undefined) return Int32Array.of(ROWS);
    if (sql.includes('broken'))
      throw new TautlineFailure({ kind: 'internal', problem: 'the database refused a query', advice: 'Reload' });
    asked.push([from, to]);
    const first = Math.ceil(from / 7) * 7;
    return Int32Array.from({ length: Math.max(0, Math.ceil((to - first) / 7)) }, (_, i) => first + 7 * i);
  };
  const eventsOfRows = async (rows: Int32Array) => {
    const kept = rows.filter((row) => row % 2 === 0);
    return { rows: kept, indices: kept.map((row) => row / 2) };
  };
  return { asked, search: createSearch({ queryInts }, { eventsOfRows }) };
}

describe('a search', () => {
  it('looks at every row once, in stretches, and knows the events', async () => {
    const { asked, search } = table();
    await search.start('true');
    const { phase, hits, searched, rows } = search.store.getState();
    expect(asked[0][0]).toBe(0);
    expect(asked.at(-1)![1]).toBe(ROWS);
    asked.slice(1).forEach(([from], i) => expect(from).toBe(asked[i][1]));
    expect({ phase, searched, rows }).toEqual({ phase: 'done', searched: ROWS, rows: ROWS });
    const all = Array.from({ length: Math.ceil(ROWS / 7) }, (_, i) => 7 * i);
    expect([...hits.rows]).toEqual(all.filter((row) => row % 2 === 0));
    expect([...hits.indices]).toEqual([...hits.rows].map((row) => row / 2));
    expect(hits.untracked).toBe(all.length - hits.rows.length);
  });

  it('gives way to a newer one, and can be stopped', async () => {
    const { asked, search } = table(() => new Promise((resolve) => setTimeout(resolve, 1)));
    const old = search.start('old');
    const next = search.start('next');
    await old;
    expect(search.store.getState().phase).toBe('searching');
    await next;
    expect(search.store.getState().phase).toBe('done');
    const before = asked.length;
    const stopped = search.start('true');
    search.stop();
    await stopped;
    expect(search.store.getState().phase).toBe('stopped');
    expect(asked).toHaveLength(before);
  });

  it('says what went wrong', async () => {
    const { search } = table();
    await search.start('broken');
    expect(search.store.getState()).toMatchObject({
      phase: 'failed',
      error: { problem: 'the database refused a query' },
    });
    await search.start('true');
    expect(search.store.getState()).toMatchObject({ phase: 'done', error: null });
  });
});
