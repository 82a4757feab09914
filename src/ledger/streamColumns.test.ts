import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { keyOfColumn, readStreamKey, STREAM_KEYS } from '../core/streamKey.ts';
import { failure, named, open } from './testing.ts';
import type { OpenedLedger } from './types.ts';

const N = 6;
type Row = Readonly<Record<string, unknown>>;
const ndjson = (path: string, from: number, rows: readonly Row[]) =>
  named(path, rows.map((row, i) => JSON.stringify({ event_id: from + i, text: `t ${i}`, ...row })).join('\n'));
const cycle = <T>(values: readonly T[]): readonly T[] => Array.from({ length: N }, (_, i) => values[i % values.length]);
const rows = (columns: Readonly<Record<string, readonly unknown[]>>): Row[] =>
  Array.from({ length: N }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, cycle(values)[i]])),
  );

/** The stream of each event, null where it has none. */
async function streamsOf(ledger: OpenedLedger, key: string): Promise<(string | null)[] | null> {
  const found = await ledger.streamColumn(key);
  return found && Array.from(found.column.codes, (code) => (code < 0 ? null : found.column.values[code]));
}

/** Names that are in the way of each other, of keys and of quotes. */
const ODD = rows({
  agent_id: ['a', 'b'],
  role: ['user', 'tool'],
  team: ['red', '', null],
  'Größe "x"; ü': ['ß', '𝄞'],
  file: ['f1'],
  ledger: ['l1', 'l2'],
  'column:file': ['c'],
  status: ['ok', 'error'],
  turn: [1, 2, 3],
  done: [true, false],
  weight: [0.5, 1.5],
  nothing: [null],
  parts: [[0.5, 1]],
});

describe('the column of a stream key', () => {
  it.each<[string, readonly (string | null)[] | null]>([
    ['provider_id', null],
    ['agent_id', ['a', 'b']],
    ['thread_id', null],
    ['role', ['user', 'tool']],
    ['column:role', ['user', 'tool']],
    ['team', ['red', null, null]],
    ['column:team', ['red', null, null]],
    ['Größe "x"; ü', ['ß', '𝄞']],
    ['file', ['odd.ndjson']],
    ['column:file', ['f1']],
    ['column:ledger', ['l1', 'l2']],
    ['column:column:file', ['c']],
    ['outcome', ['ok', 'error']],
    ['status', ['ok', 'error']],
    ['turn', ['1', '2', '3']],
    ['done', ['true', 'false']],
    ['constructor', null],
    ['__proto__', null],
    ['column:', null],
    ['Team', null],
  ])('%s', async (key, expected) => {
    const ledger = await open(ndjson('odd.ndjson', 0, ODD));
    expect(await streamsOf(ledger, key)).toEqual(expected && cycle(expected));
  });

  it.each<[string, string]>([
    ['parts', 'is "parts", and that column holds List<Float32>, not text. Split it by one of provider_id'],
    ['nothing', 'is "nothing", and that column is empty throughout. Split it by one of provider_id, agent_id, role'],
  ])('that names no streams is refused: %s', async (key, message) => {
    const ledger = await open(ndjson('odd.ndjson', 0, ODD));
    expect((await failure(ledger.streamColumn(key))).message).toContain(message);
  });

  it('is one of those that the report lists, with the values that are known', async () => {
    const { report, streamColumn } = await open(ndjson('odd.ndjson', 0, ODD));
    expect(report.streamKeys).toEqual([
      { key: 'provider_id', values: 2 },
      { key: 'agent_id', values: 2 },
      { key: 'role', values: null },
      { key: 'ledger', values: 1 },
      { key: 'file', values: 1 },
      { key: 'outcome', values: null },
      ...['team', 'Größe "x"; ü', 'column:file', 'column:ledger', 'column:column:file', 'turn', 'done'].map((key) => ({
        key,
        values: null,
      })),
    ]);
    for (const { key } of report.streamKeys.slice(4)) expect(await streamColumn(key), key).not.toBeNull();
  });

  it('is read across files, whichever have it, and in the order of the events', async () => {
    const half = (path: string, from: number, columns: Readonly<Record<string, readonly unknown[]>>) =>
      ndjson(
        path,
        from,
        rows({ agent_id: ['a'], ...columns }).map((row, i) => ({ ...row, ts: 1.7e12 + 2000 * i + from })),
      );
    const ledger = await open([
      half('log/day=1/b.ndjson', 100, { team: ['x', 'y'] }),
      half('log/day=2/a.ndjson', 0, {}),
    ]);
    // The second file's events come first, one by one.
    expect(await streamsOf(ledger, 'team')).toEqual(cycle(['x', 'y']).flatMap((team) => [null, team]));
    expect(await streamsOf(ledger, 'file')).toEqual(
      cycle(['']).flatMap(() => ['log/day=2/a.ndjson', 'log/day=1/b.ndjson']),
    );
    expect(await streamsOf(ledger, 'day')).toEqual(cycle(['']).flatMap(() => ['2', '1']));
    expect(ledger.report.streamKeys).toContainEqual({ key: 'day', values: 2 });
    expect(ledger.report.streamKeys).toContainEqual({ key: 'file', values: 2 });
  });

  it('is read from dictionaries and integers of Arrow', async () => {
    const table = new arrow.Table({
      event_id: arrow.vectorFromArray([1n, 2n, 3n], new arrow.Int64()),
      agent_id: arrow.vectorFromArray(['a', 'a', 'a'], new arrow.Utf8()),
      text: arrow.vectorFromArray(['r', 's', 't'], new arrow.Utf8()),
      team: arrow.vectorFromArray(['x', 'y', 'x'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
      shard: arrow.vectorFromArray([7n, 7n, 8n], new arrow.Int64()),
      weight: arrow.vectorFromArray([0.5, 1, 2], new arrow.Float64()),
    });
    const ledger = await open(named('a.arrow', arrow.tableToIPC(table, 'file')));
    expect(await streamsOf(ledger, 'team')).toEqual(['x', 'y', 'x']);
    expect(await streamsOf(ledger, 'shard')).toEqual(['7', '7', '8']);
    expect((await failure(ledger.streamColumn('weight'))).message).toContain('that column holds Float64');
  });

  it('of too many values is refused while it is read', async () => {
    const csv = Array.from({ length: 100_002 }, (_, i) => `${i},a,t,u${i}`).join('\n');
    const ledger = await open(named('a.csv', `event_id,agent_id,text,request\n${csv}`));
    expect((await failure(ledger.streamColumn('request'))).message).toContain(
      'is "request", and that column has more than 100,000 values. Streams need values that come again. Split',
    );
  });

  it('is not read before it is asked for, and ends where that is cancelled', async () => {
    const ledger = await open(ndjson('odd.ndjson', 0, ODD));
    const stop = new AbortController();
    stop.abort();
    expect((await failure(ledger.streamColumn('team', { signal: stop.signal }))).kind).toBe('cancelled');
    const seen: string[] = [];
    await ledger.streamColumn('team', { onProgress: ({ phase }) => seen.push(phase) });
    await ledger.streamColumn('team', { onProgress: ({ phase }) => seen.push(phase) });
    expect(seen).toEqual(['Reading the streams']);
  });
});

it('a key reads back as the column that it was made for', () => {
  const taken = (name: string): boolean => (STREAM_KEYS as readonly string[]).includes(name);
  for (const name of ['team', 'role', 'file', 'column:file', 'column:', 'ü "q"'])
    expect(readStreamKey(keyOfColumn(name, taken)).name).toBe(name);
  expect(keyOfColumn('team', taken)).toBe('team');
});

describe('a ledger without anybody who speaks', () => {
  const said = (extra: Row = {}) => Array.from({ length: 3 }, (_, i) => ({ event_id: i, note: `n ${i}`, ...extra }));
  const csv = named('a.csv', 'event_id,text\n1,one\n2,two\n');
  it('opens by an order and a text: the file stands for who speaks', async () => {
    const { columns, report } = await open(csv);
    expect(columns.provider!.values).toEqual(['a.csv']);
    expect(report.notes).toContain('No column says who speaks: the file stands for it.');
    expect(report.mapping.provider_id).toBe('(file)');
  });
  it('opens by an embedding, in files that each are one stream', async () => {
    const lines = (from: number) =>
      Array.from({ length: 3 }, (_, i) => JSON.stringify({ id: from + i, embedding: [i, 1] })).join('\n');
    const { columns } = await open([named('r/a.ndjson', lines(0)), named('r/b.ndjson', lines(10))]);
    expect(columns.provider!.values).toEqual(['r/a.ndjson', 'r/b.ndjson']);
  });
  it('opens in a mapping given by hand, by the role where there is one', async () => {
    const file = named(
      'a.ndjson',
      said({ kind: 'user' })
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    const text = { event_id: 'event_id', text: 'note' };
    expect((await open(file, { mapping: text })).columns.provider!.values).toEqual(['a.ndjson']);
    const roles = await open(file, { mapping: { ...text, role: 'kind' } });
    expect(roles.columns.provider!.values).toEqual(['user']);
    expect(roles.report.notes).toContain('No column says who speaks: the role stands for it.');
  });
  it('is refused where nothing is said either', async () => {
    expect((await failure(open(named('a.csv', 'event_id,mood\n1,good\n')))).message).toContain(
      'no column says who speaks (provider_id, agent_id), and none what is said (text, embedding). ' +
        'The file has event_id (Int64), mood (Utf8)',
    );
  });
});
