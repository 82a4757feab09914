import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collector, failure, named, open } from '../testing.ts';
import { JsonColumns } from './jsonColumns.ts';
import { jsonText, parseExact } from './jsonExact.ts';

type Row = Record<string, unknown>;

/** The stored rows of NDJSON, without what is missing, and why rows were left out. */
async function read(content: string | Uint8Array, name = 'a.ndjson'): Promise<{ rows: Row[]; leftOut: string[] }> {
  const sink = collector();
  const { report } = await open(named(name, content), { sink });
  const rows = sink.rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null && name !== 'row')),
  );
  return { rows, leftOut: report.leftOut.map(({ reason, examples }) => `${reason}: ${examples.join()}`) };
}

const event = (id: number, rest = ''): string => `{"event_id":${id},"agent_id":"a","text":"t${id}"${rest}}`;

describe('NDJSON', () => {
  it('has the columns of all its rows, wherever they first occur', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) =>
      event(i, i === 2500 ? ',"label":"drift","nested":{"late":7}' : i > 2000 ? ',"embedding":[1,2]' : ''),
    );
    const sink = collector();
    const { report } = await open(named('a.ndjson', lines.join('\n')), { sink });
    expect(report).toMatchObject({ events: 3000, embedder: 'file', dimension: 2, voidEvents: 2002 });
    expect(report.mapping).toMatchObject({ label: 'label', embedding: 'embedding' });
    expect(sink.rows[2500]).toMatchObject({ label: 'drift', 'nested.late': '7' });
  });

  it.each([
    ['a list, a number, a word or an object as JSON', '["p",{"q":1.5}]|5|true|{"w":{"z":null}}'],
    [
      'integers beyond 2^53 to the last digit',
      '9007199254740993|-9007199254740995|18446744073709551617|[9007199254740993,"x"]',
    ],
    ['integers within what is kept whole', '{"ids":[9007199254740993],"o":{"n":-9007199254740995}}|"x"'],
    ['numbers beyond what a double can be', '1e400|-2E+999|["1e400"]|3'],
    ['empty lists and objects', '[]|{}|[]'],
  ])('keeps %s', async (_, values) => {
    const content = values.split('|').map((value, i) => event(i, `,"v":${value}`));
    const { rows } = await read(content.join('\n'));
    const kept = rows.map(({ v }) => v);
    expect(kept).toEqual(values.split('|').map((value) => value.replace(/^"(.*)"$/, '$1')));
  });

  it('keeps long ids exact, in order too', async () => {
    const { rows } = await read(
      `${event(1).replace('1', '-9007199254740993')}\n${event(1).replace('1', '9007199254740993')}`,
    );
    expect(rows.map(({ event_id }) => event_id)).toEqual([-9007199254740993n, 9007199254740993n]);
  });

  it('reads the text of a message part, beside plain text', async () => {
    const part = '{"type":"text","text":"from a part"}';
    const { rows } = await read(`{"agent_id":"a","content":${part}}\n{"agent_id":"b","content":"plain"}`);
    expect(rows.map(({ text }) => text)).toEqual(['from a part', 'plain']);
    expect(Object.keys(rows[0])).toEqual(['event_id', 'agent_id', 'text']);
  });

  it('opens by its text where a list is empty throughout', async () => {
    for (const empty of ['[]', '{}', 'null']) {
      const { report } = await open(named('a.ndjson', [0, 1, 2].map((i) => event(i, `,"tags":${empty}`)).join('\n')));
      expect(report).toMatchObject({ events: 3, embedder: 'built-in' });
    }
  });

  it('takes NaN and infinities, as Python writes them, for missing', async () => {
    const { rows } = await read(
      `${event(1, ',"latency_ms":NaN')}\n${event(2, ',"latency_ms":-Infinity')}\n${event(3, ',"latency_ms":4')}`,
    );
    expect(rows.map(({ latency_ms }) => latency_ms)).toEqual([undefined, undefined, 4]);
  });

  it('keeps halves of characters apart, as they are written', async () => {
    const { rows } = await read(
      '{"agent_id":"\\ud83d","text":"\\ud83d\\ude00"}\n{"agent_id":"\\ud83e","text":"x"}\n' +
        '{"agent_id":"\\u00e9","text":"x"}',
    );
    expect(rows.map(({ agent_id }) => agent_id)).toEqual(['\\ud83d', '\\ud83e', 'é']);
    expect(rows[0].text).toBe('😀');
  });

  it('takes an object of more keys than columns are good for as one column', async () => {
    const lines = Array.from({ length: 400 }, (_, i) => event(i, `,"scores":{"k${i}":1}`));
    const { rows } = await read(lines.join('\n'));
    expect(rows[399].scores).toBe('{"k399":1}');
  });
});

describe('NDJSON that cannot be used whole', () => {
  const deep = (open: string, close: string): string => `${open.repeat(10_000)}1${close.repeat(10_000)}`;
  it.each([
    ['a key that is there twice', event(1, ',"text":"again"'), 'the line has the key "text" twice'],
    ['a key twice within a list', event(1, ',"m":[{"k":1,"k":2}]'), 'the line has the key "k" twice'],
    ['a nested key of the name of a plain one', event(1, ',"a.b":1,"a":{"b":2}'), 'the line has the key "a.b" twice'],
    [
      'lists in lists',
      event(1, `,"d":${deep('[', ']')}`),
      'the line has more than 200 lists and objects within each other',
    ],
    [
      'objects in objects',
      event(1, `,"d":${deep('{"a":', '}')}`),
      'the line has more than 200 lists and objects within each other',
    ],
    ['what is no JSON', event(1).replace('"t1"', 'oops'), 'the line is not JSON'],
    ['what is no object', '[1]', 'the line is not a JSON object'],
    ['NUL characters', `${' '.repeat(5000)}\0\0\0`, 'the line is not JSON'],
  ])('leaves out %s, and says so', async (_, line, reason) => {
    const { rows, leftOut } = await read(`${event(0)}\n\n${line}\n${event(2)}\n`);
    expect(leftOut).toEqual([`${reason}: row 2 of a.ndjson`]);
    expect(rows.map(({ event_id }) => event_id)).toEqual([0n, 2n]);
  });

  it('says where the file was cut off', async () => {
    const cut = `${event(0)}\n${event(1)}`.slice(0, -5);
    expect((await read(cut)).leftOut).toEqual(['the file ends in the middle of the line: row 2 of a.ndjson']);
    const array = `[${event(0)},${event(1)}`.slice(0, -5);
    expect((await read(array, 'a.json')).leftOut).toEqual([
      'the file ends in the middle of the element: row 2 of a.json',
    ]);
    for (const end of [',', '', ' \n', ',\n'])
      expect((await read(`[${event(0)}${end}`, 'a.json')).leftOut).toEqual([
        'the file ends before its array does: row 2 of a.json',
      ]);
  });

  it.each([
    ['nothing but deep objects', deep('{"a":', '}'), 'has more than 200 lists and objects within each other'],
    ['a document over many lines that is cut off', '{\n  "rows": [\n', 'the file ends in the middle of the document'],
    ['an array of lists', '[[1,2],[3]]', 'the elements of its array are not JSON objects'],
    ['a brace too many', `[${event(1)}}]`, 'the array has a brace too many (line 1)'],
    ['an array and an object', `[${event(1)}]\n${event(2)}`, 'something follows the array (line 2)'],
    [
      'other columns in every row',
      Array.from({ length: 10_001 }, (_, i) => event(i, `,"k${i}":1`)).join('\n'),
      'have more than 10,000 columns',
    ],
    [
      'a value of another kind',
      `${event(1, ',"latency_ms":4')}\n${event(2, ',"latency_ms":"soon"')}`,
      'found "soon" at row 2, need DOUBLE',
    ],
    [
      'a stored value of another kind',
      `${event(1, ',"autonomy_level":2')}\n${event(2, ',"autonomy_level":"high"')}`,
      'found "high" at row 2, need TINYINT',
    ],
    [
      'a long line',
      `${event(1)}\n${event(2).replace('t2', 'x'.repeat(37 << 20))}`,
      'line 2 has more than 32 million characters',
    ],
  ])('refuses %s', async (_, content, message) => {
    expect((await failure(open(named('a.ndjson', content)))).message).toContain(message);
  });

  it('is the same with any line ends, byte order marks and blank lines, wherever pieces end', async () => {
    const { openNdjson } = await import('./ndjsonReader.ts');
    const text = `\ufeff${event(1)}\r\n\n${event(2, ',"é":"😀"')}\r \n\ufeff${event(3)}\n\r${event(4)}`;
    const bytes = new TextEncoder().encode(text).length;
    for (let size = 1; size <= bytes; size += 3) {
      const reader = await openNdjson(named('a.ndjson', text), { pieceBytes: size });
      const ids: unknown[] = [];
      for await (const batch of reader.read({ columns: ['event_id', 'é'], batchRows: 3 })) {
        expect(batch.faults?.size).toBe(0);
        ids.push(...(batch.columns[0] as unknown[]));
      }
      expect(ids, `${size} bytes at a time`).toEqual([1, 2, 3, 4]);
    }
  });
});

describe('columns of JSON', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  it('are found where JSON.parse finds them, and every object is read to its end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), json), { minLength: 1, maxLength: 5 }),
        fc.nat(2),
        (rows, indent) => {
          const found = new JsonColumns('the line');
          rows.forEach((row, i) => found.add(JSON.stringify(row, null, indent), i));
          expect([found.objects, found.faults.size]).toEqual([rows.length, 0]);
          const first = (path: readonly string[]): string => path[0];
          const keys = new Set(found.columns().flatMap(({ paths }) => paths.map(first)));
          const expected = rows.flatMap((row) => Object.keys(JSON.parse(JSON.stringify(row)) as object));
          expect(keys).toEqual(new Set(expected.map((key) => parseExact(JSON.stringify(key)))));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is parsed exactly as JSON.parse does, and refused where it refuses', () => {
    fc.assert(
      fc.property(json, fc.nat(2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(jsonText(parseExact(text))).toBe(JSON.stringify(JSON.parse(text)).replace(/\\ud[89a-f]../g, '\\$&'));
      }),
      { numRuns: 200 },
    );
    for (const broken of [
      '',
      '{',
      '[1,]',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '01',
      '1.',
      '"a',
      '"\\x"',
      'tru',
      '[1] 2',
      '+1',
    ])
      expect(() => parseExact(broken), broken).toThrow();
  });
});
