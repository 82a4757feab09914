import { describe, expect, it } from 'vitest';
import { failure, named, open } from '../testing.ts';

/** How the rows of a file of JSON may lie in it, beside one object a line. */

const rows = Array.from({ length: 6 }, (_, i) => ({ event_id: i, agent_id: 'ab'[i % 2], text: `tea "${i}" ]}` }));
const columns = (of: (values: unknown[]) => unknown): object =>
  Object.fromEntries(Object.keys(rows[0]).map((key) => [key, of(rows.map((row) => row[key as 'text']))]));
const keyed = (values: unknown[]): object => Object.fromEntries(values.map((value, i) => [`k${i}`, value]));
const agents = [{ name: 'a' }, { name: 'b' }];
const TABLE = /as pandas writes tables/;

describe('JSON whose rows lie within something', () => {
  it.each<[string, string, RegExp | null]>([
    ['a list in an object', JSON.stringify({ meta: { v: 1 }, data: rows }), /the list "data";.* is not: "meta"\.$/],
    ['a list two deep', JSON.stringify({ v: 1, a: { 'b.c': rows, n: 6 } }, null, 2), /"a\.b\.c";.*: "v", "a\.n"\.$/],
    ['one of two lists', JSON.stringify({ agents, events: rows }), /the list "events";.*: "agents"\.$/],
    ['rows within the elements', JSON.stringify({ hits: { hits: rows.map((row) => ({ _id: 1, doc: row })) } }), null],
    [
      'pages, one a line',
      rows.map((row, i) => JSON.stringify({ page: i, items: [row] })).join('\n'),
      /"items".*"page"/,
    ],
    ['pages, some empty', JSON.stringify({ items: [] }) + JSON.stringify({ items: rows }), /the list "items"\.$/],
    ['arrays in a row', `${JSON.stringify(rows.slice(0, 2))}\n${JSON.stringify(rows.slice(2), null, 1)}`, null],
    ['arrays and commas', `${JSON.stringify(rows.slice(0, 2))},\n${JSON.stringify(rows.slice(2))}\n`, null],
    ['a text sequence', rows.map((row) => `\x1e${JSON.stringify(row)}\n`).join(''), null],
    ['columns by index', JSON.stringify(columns(keyed)), TABLE],
    [
      'columns as lists',
      JSON.stringify(
        columns((values) => values),
        null,
        2,
      ),
      TABLE,
    ],
    ['rows by index', JSON.stringify(keyed(rows)), TABLE],
    [
      'rows apart from their names',
      JSON.stringify({ columns: Object.keys(rows[0]), index: [0], data: rows.map((row) => Object.values(row)) }),
      TABLE,
    ],
  ])('%s', async (_, text, note) => {
    const { report, columns: found } = await open(named('a.json', text));
    expect(report).toMatchObject({ events: 6, leftOut: [] });
    expect(Array.from(found.eventId, Number)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(found.agent!.values).toEqual(['a', 'b']);
    if (note) expect(report.notes.join('\n')).toMatch(new RegExp(note.source, 'm'));
  });

  it('keeps every digit of a table', async () => {
    const { columns: found } = await open(
      named(
        'a.json',
        '{"event_id":{"0":9007199254740993,"1":2},"agent_id":{"0":"a","1":"b"},"text":{"0":"x","1":"y"}}',
      ),
    );
    expect(Array.from(found.eventId)).toEqual([2n, 9007199254740993n]);
  });

  it('leaves rows that hold lists as they are', async () => {
    const text = rows.map((row) => JSON.stringify({ speaker: row.agent_id, body: row.text, parts: agents })).join('\n');
    expect((await open(named('a.jsonl', text))).report.events).toBe(6);
  });

  it.each([
    ['two lists of events', JSON.stringify({ train: rows, test: rows }), '2 lists of objects ("train", "test")'],
    ['a list that is cut off', JSON.stringify({ data: rows }).slice(0, -12), 'the file ends in the middle of the line'],
    ['something behind an array', `${JSON.stringify(rows)}\n{}`, 'something follows the array (line 2)'],
    ['lines of a log', rows.map((row) => `INFO ${JSON.stringify(row)}`).join('\n'), 'JSON behind other text'],
  ])('refuses %s', async (_, text, problem) => {
    expect((await failure(open(named('a.json', text)))).message).toContain(`a.json: `);
    expect((await failure(open(named('a.json', text)))).message).toContain(problem);
  });
});
