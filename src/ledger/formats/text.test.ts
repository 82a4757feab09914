import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collector, failure, named, open } from '../testing.ts';
import { openCsv } from './csvReader.ts';
import { openNdjson } from './ndjsonReader.ts';
import type { FormatReader } from '../reader.ts';

const bytesOf = (text: string, encoding: BufferEncoding): Uint8Array => new Uint8Array(Buffer.from(text, encoding));
const utf16 = (text: string, swap: boolean): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return new Uint8Array(swap ? bytes.swap16() : bytes);
};
const csv = 'event_id,agent_id,text\n1,Zoé,x\n2,Zoë,y\n';
const ndjson = '{"agent_id":"Zoé","text":"x"}\n{"agent_id":"Zoë","text":"y"}\n';

describe('the encoding of a text', () => {
  it.each([
    ['a.csv', csv],
    ['a.ndjson', ndjson],
  ])('UTF-8 and UTF-16 of either order are read: %s', async (name, text) => {
    for (const content of [
      bytesOf(text, 'utf8'),
      bytesOf(`\ufeff${text}`, 'utf8'),
      utf16(text, false),
      utf16(text, true),
    ])
      expect((await open(named(name, content))).columns.agent?.values).toEqual(['Zoé', 'Zoë']);
  });

  it.each([
    ['Latin-1', 'a.csv', bytesOf(csv, 'latin1'), 'line 2 is not UTF-8 (byte 28 of the file is 0xE9)'],
    ['Latin-1', 'a.ndjson', bytesOf(ndjson, 'latin1'), 'line 1 is not UTF-8 (byte 16 of the file is 0xE9)'],
    ['Latin-1 in a key', 'b.ndjson', bytesOf('{"agent_id":"a"}\n{"é":1}', 'latin1'), 'line 2 is not UTF-8'],
    [
      'Latin-1 far into the file',
      'a.csv',
      bytesOf(`event_id,agent_id\r\n${'1,agent\r\n'.repeat(700_000)}2,Zo\xeb\r\n`, 'latin1'),
      'line 700002 is not UTF-8 (byte 6300024 of the file is 0xEB)',
    ],
    [
      'UTF-8 that is cut off',
      'a.csv',
      bytesOf('event_id,agent_id\n1,é', 'utf8').slice(0, -1),
      'in the middle of a character (line 2',
    ],
    ['UTF-16 that is cut off', 'a.csv', utf16(csv, false).slice(0, -1), 'in the middle of a character (line 3'],
    ['half a character of UTF-16', 'a.csv', utf16(`${csv}3,\ud800,z\n`, false), 'line 4 is not UTF-16'],
    ['UTF-32', 'a.csv', new Uint8Array([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'it is UTF-32 text'],
  ])('%s is refused with its place: %s', async (_, name, content, message) => {
    const refused = await failure(open(named(name, content)));
    expect(refused).toMatchObject({ kind: 'file', file: name });
    expect(refused.message).toContain(message);
  });

  it('U+FFFD that stands in the file stays', async () => {
    const sink = collector();
    await open(named('a.csv', 'event_id,agent_id,text\n1,a,\ufffd\n'), { sink });
    expect(sink.rows[0].text).toBe('\ufffd');
  });
});

describe('one table, however it is written', () => {
  const NAMES = ['event_id', 'agent_id', 'note', 'text'];
  const cell = fc.string({
    unit: fc.constantFrom('a', 'é', '😀', '"', ',', ';', '\t', '|', '\n', '\r', ' ', '[', '{', '\\'),
  });
  const table = fc.array(fc.tuple(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), cell, cell), {
    minLength: 1,
    maxLength: 12,
  });

  async function valuesOf(reader: FormatReader): Promise<unknown[][]> {
    const rows: unknown[][] = [];
    for await (const batch of reader.read({ columns: NAMES, batchRows: 4 })) {
      expect(batch.faults?.size).toBe(0);
      for (let row = 0; row < batch.rows; row++)
        rows.push(
          batch.columns.map((column) => {
            const value = (column as readonly unknown[])[row];
            return value === '' ? null : ((value as string | number | bigint | null)?.toString() ?? null);
          }),
        );
    }
    return rows;
  }

  it('is the same by any delimiter, quotes, line ends and pieces, and as lines and arrays of JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 13, maxLength: 13 }),
        fc.infiniteStream(fc.boolean()),
        fc.integer({ min: 1, max: 200 }),
        async (rows, delimiter, ends, quoted, pieceBytes) => {
          const cells = rows.map(([id, note, text], i) => [String(id), `a${i % 2}`, note, text]);
          const write = (value: string): string =>
            /["\r\n]/.test(value) || value.includes(delimiter) || quoted.next().value
              ? `"${value.replaceAll('"', '""')}"`
              : value;
          const lines = [NAMES, ...cells].map((row, i) => `${row.map(write).join(delimiter)}${ends[i]}`);
          const json = cells.map(([id, ...rest]) => {
            const others = rest.map((value, i) => `${JSON.stringify(NAMES[i + 1])}: ${JSON.stringify(value)}`);
            return `{"event_id":${id},${others.join(', ')}}`;
          });
          const expected = cells.map((row) => row.map((value) => (value === '' ? null : value)));
          const readers = [
            await openCsv(named('a.csv', lines.join('')), pieceBytes),
            await openNdjson(named('a.ndjson', json.map((line, i) => line + ends[i]).join('')), { pieceBytes }),
            await openNdjson(named('a.json', `[${json.join(',')}]`), { pieceBytes }),
            await openNdjson(named('b.json', ` [ ${json.join(`${ends[0]} , ${ends[1]}`)}\n]\n`), { pieceBytes }),
          ];
          for (const reader of readers) expect(await valuesOf(reader)).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });
});
