import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { failure, named, open, platform, vectorsByRow } from '../testing.ts';
import type { NamedBlob } from '../types.ts';
import { parquetOf } from '../write.ts';

/** Twelve events as people's libraries write them (../fixtures/writers/everyday.py). */

const FOLDER = new URL('../fixtures/everyday/', import.meta.url);
const load = (name: string): NamedBlob => named(name, readFileSync(new URL(name, FOLDER)));
const loadFolder = (name: string): NamedBlob[] =>
  readdirSync(new URL(`${name}/`, FOLDER)).map((file) => load(`${name}/${file}`));

const N = 12;
const START = Date.UTC(2026, 0, 5, 9);
const FILES = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isFile());
const MESSAGES = 'datasets_messages';

describe('files of everyday libraries', () => {
  it.each(FILES.map(({ name }) => name).filter((name) => !name.startsWith(MESSAGES) && name !== 'expected.json'))(
    '%s',
    async (name) => {
      const ledger = await open(load(name));
      const { report, columns } = ledger;
      expect(report).toMatchObject({ events: N, leftOut: [] });
      expect(Array.from(columns.time)).toEqual(Array.from({ length: N }, (_, i) => START + i * 60_000));
      expect(columns.agent).toEqual({ codes: Int32Array.from({ length: N }, (_, i) => i % 2), values: ['a', 'b'] });
      expect(Array.from(columns.eventId, Number)).toEqual(Array.from({ length: N }, (_, i) => i));
      expect(report.embedder).toBe(name.startsWith('vectors') ? 'file' : 'built-in');
      if (report.embedder === 'built-in') return;
      expect(report.dimension).toBe(3);
      const vectors = await vectorsByRow(ledger);
      for (let i = 0; i < N; i++) expect(vectors.get(i)!.map((value) => value + 0)).toEqual([i, i + 0.5, 0 - i]);
    },
  );

  it('a data set that was saved: what lies beside it is named', async () => {
    const { report } = await open(loadFolder('datasets_saved'));
    expect(report).toMatchObject({ events: N, files: 1, leftOut: [] });
    expect(report.notes.join()).toContain('datasets_saved/dataset_info.json, datasets_saved/state.json');
  });

  it.each([
    ['Parquet', () => [load(`${MESSAGES}.parquet`)]],
    ['Arrow', () => loadFolder(`${MESSAGES}_saved`)],
  ])('lists of messages in a row of %s', async (_, files) => {
    const { report, columns } = await open(files());
    expect(report).toMatchObject({ events: N, leftOut: [] });
    expect(report.notes).toContain('Lists of messages: 12 messages of 6 dialogues.');
    expect(columns.thread!.values).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(columns.agent!.values).toEqual(['user', 'assistant']);
  });

  it('a decimal comma is named as such', async () => {
    const csv = 'event_id;agent_id;text;latency_ms\n1;a;tea;12,5\n2;b;rain;7,25\n3;a;salt;1,5\n';
    await expect(open(named('a.csv', csv))).rejects.toThrow(
      'a.csv, column "latency_ms": found "12,5" at row 1, need DOUBLE. It is written with a decimal comma',
    );
  });

  it('a path that says otherwise than the file is named', async () => {
    const rows = [1, 2, 3, 4].map((i) => `{"event_id":${i},"agent_id":"${'ab'[i % 2]}","text":"tea ${i}"}`).join('\n');
    const { report, columns } = await open([named('agent_id=zzz/x.ndjson', rows)]);
    expect(columns.agent!.values).toEqual(['b', 'a']);
    expect(report.notes).toContain(
      'agent_id: the paths say "zzz", but the files hold that column themselves: theirs is used.',
    );
  });

  it('names in camel case, and those within another object, are guessed', async () => {
    const rows = [1, 2, 3].map((i) => `{"eventId":${i},"message":{"agentName":"a","agent_id":"b","text":"tea ${i}"}}`);
    const { report } = await open(named('a.ndjson', rows.join('\n')));
    expect(report.mapping).toMatchObject({ event_id: 'eventId', agent_id: 'message.agent_id', text: 'message.text' });
  });

  it('an embedding that is text but no vector is refused with its row', async () => {
    const rows = [1, 2, 3].map((i) => `{"event_id":${i},"agent_id":"a","embedding":"model-${i}"}`).join('\n');
    await expect(open(named('a.ndjson', rows))).rejects.toThrow(
      /column "embedding": found "model-1" at row 1, need FLOAT/,
    );
  });
});

/** A Parquet file of columns. */
async function parquet(name: string, columns: Readonly<Record<string, arrow.Vector>>): Promise<NamedBlob> {
  const { batches } = new arrow.Table(columns);
  return named(name, await parquetOf(batches, 100, platform));
}

const texts = (values: readonly string[]): arrow.Vector => arrow.vectorFromArray(values, new arrow.Utf8());
const numbers = (values: readonly number[]): arrow.Vector => arrow.vectorFromArray(values, new arrow.Float64());
const times = [0, 1, 2].map((i) => new Date(START + i * 60_000).toISOString());
const said = { agent_id: texts(['a', 'b', 'a']), text: texts(['tea', 'rain', 'salt']) };

/** Values of a fixed number of bytes, as Parquet keeps UUIDs and vectors. */
function fixedBytes(values: readonly Uint8Array[]): arrow.Vector {
  const type = new arrow.FixedSizeBinary(values[0].length);
  const data = new Uint8Array(Buffer.concat(values));
  return new arrow.Vector([arrow.makeData({ type, length: values.length, nullCount: 0, data })]);
}
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('columns of Parquet in everyday forms', () => {
  it('texts are read as times and vectors by their names where their values are', async () => {
    const vectors = texts(['[1, 2]', '[3, 4]', '[5, 6]']);
    const file = await parquet('a.parquet', { ...said, created_at: texts(times), my_emb: vectors });
    const { report, columns } = await open(file);
    expect(report.mapping).toMatchObject({ ts: 'created_at', embedding: 'my_emb' });
    expect([report.dimension, columns.time[2]]).toEqual([2, START + 120_000]);
    const words = await parquet('b.parquet', { ...said, date: texts(['Monday', 'now', '']), vector: said.text });
    const { mapping } = (await open(words)).report;
    expect([mapping.ts, mapping.embedding]).toEqual([undefined, undefined]);
    const own = await parquet('c.parquet', { ...said, ts: texts(times), created_at: texts(times.toReversed()) });
    expect((await open(own)).report.mapping.ts).toBe('ts');
  });

  it('the index of pandas that holds times is the time, where there is no other', async () => {
    const index = arrow.vectorFromArray(times.map(Date.parse), new arrow.TimestampMillisecond());
    const { report } = await open(await parquet('a.parquet', { ...said, __index_level_0__: index }));
    expect(report.mapping.ts).toBe('__index_level_0__');
    const plain = await open(await parquet('b.parquet', { ...said, __index_level_0__: numbers([0, 1, 2]) }));
    expect(plain.report.mapping.ts).toBeUndefined();
  });

  it('bytes of a fixed length are texts, or vectors by their name', async () => {
    const embedding = fixedBytes([floats(1, 2, 3, 4), floats(5, 6, 7, 8), floats(9, 8, 7, 6)]);
    const agent = fixedBytes(['aa', 'bb', 'a\0'].map((text) => Buffer.from(text)));
    const ledger = await open(await parquet('a.parquet', { text: said.text, agent_id: agent, embedding }));
    expect(ledger.columns.agent!.values).toEqual(['aa', 'bb', 'a']);
    expect((await vectorsByRow(ledger)).get(1)).toEqual([5, 6, 7, 8]);
    const ids = fixedBytes([0, 256, 1].map((id) => new Uint8Array([0, 0, id >> 8, id & 255])));
    expect((await open(await parquet('b.parquet', { ...said, event_id: ids }))).report.events).toBe(3);
  });

  it('structs are opened to their values, of any type', async () => {
    const type = new arrow.Struct([
      new arrow.Field('agent_id', new arrow.Utf8(), true),
      new arrow.Field('ts', new arrow.TimestampMicrosecond(), true),
      new arrow.Field('latency_ms', new arrow.Decimal(1, 10, 128), true),
    ]);
    const decimal = (value: number): number[] => [value, 0, 0, 0];
    const children = [
      said.agent_id.data[0],
      arrow.vectorFromArray(
        [1, 2, 3].map((i) => START + i),
        new arrow.TimestampMicrosecond(),
      ).data[0],
      arrow.makeData({
        type: type.children[2].type as arrow.Decimal,
        length: 3,
        nullCount: 0,
        data: Uint32Array.from([15, 20, 25].flatMap(decimal)),
      }),
    ];
    const nullBitmap = new Uint8Array([0b101]);
    const struct = new arrow.Vector([arrow.makeData({ type, length: 3, nullCount: 1, nullBitmap, children })]);
    const { columns, report } = await open(
      await parquet('a.parquet', { event_id: numbers([1, 2, 3]), meta: struct, text: said.text }),
    );
    expect(report.leftOut.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^ts is missing/)]);
    expect(columns.agent!.values).toEqual(['a']);
    expect(Array.from(columns.latency)).toEqual([1.5, 2.5]);
  });

  it.each([
    ['float64 ids beyond 2^53', numbers([1e18, 2, 3]), '1000000000000000000 (beyond the whole numbers'],
    ['float64 ids with fractions', numbers([1, 2.5, 3]), 'found 2.5 at row 2'],
    [
      'float32 ids beyond 2^24',
      arrow.vectorFromArray([1, 16_777_218, 3], new arrow.Float32()),
      '16777218 (beyond the whole numbers',
    ],
  ])('%s are refused', async (_, ids, problem) => {
    expect((await failure(open(await parquet('a.parquet', { ...said, event_id: ids })))).message).toContain(problem);
  });

  it('a file without rows says nothing of types', async () => {
    const none = await parquet('b.parquet', { text: arrow.vectorFromArray([] as number[], new arrow.Float64()) });
    expect((await open([await parquet('a.parquet', said), none])).report).toMatchObject({ events: 3, files: 2 });
  });
});

describe('columns of CSV in everyday forms', () => {
  const rows = (cells: (i: number) => string): string => [0, 1, 2].map((i) => `${cells(i)}\n`).join('');

  it.each([
    ['an index of levels', `,,agent_id,text\n${rows((i) => `${i},x,a,tea ${i}`)}`, /first 2 columns have no name/],
    ['an index of times', `,agent_id,text\n${rows((i) => `${times[i]},a,tea ${i}`)}`, /ts is read from the index/],
    ['columns e.0', `agent_id,e.0,e.1,e.2\n${rows((i) => `a,${i},1,2`)}`, /the 3 columns "e.0" to "e.2"/],
    ['columns emb[0]', `agent_id,emb[0],emb[1]\n${rows((i) => `a,${i},1`)}`, /the 2 columns "emb\[0\]"/],
    ['a gap', `agent_id,text,e0,e1,e3\n${rows((i) => `a,tea ${i},1,2,3`)}`, /"e0" to "e3", of which 2 is missing/],
    ['one twice', `agent_id,text,e0,e1,e_1\n${rows((i) => `a,tea ${i},1,2,3`)}`, /of which 1 is there twice/],
  ])('%s', async (_, text, note) => {
    const { report, columns } = await open(named('a.csv', text));
    expect(report).toMatchObject({ events: 3, leftOut: [] });
    expect(report.notes.join('\n')).toMatch(note);
    if (note.source.startsWith('ts')) expect(columns.time[1]).toBe(START + 60_000);
  });

  it.each([
    ['latency_ms;e0\n1;2\n"1.234,5";1\n', '"1.234,5" at row 2, need DOUBLE. It is written with a decimal comma'],
    ['latency_ms;e0\n"1,234.5";1\n', '"1,234.5" at row 1, need DOUBLE. Its thousands are set off by commas'],
    ['e0;e1;e2\n1;2;3\n0,5;1,5;1\n', '"e0": found "0,5" at row 2, need a number. It is written with a decimal comma'],
    ['embedding;x\n"[0.1 0.2 ... 0.3]";1\n', 'Numbers are left out of it: write the whole vector'],
  ])('%j is refused for what it is', async (text, problem) => {
    const whole = text.replace('\n', ';agent_id\n').replaceAll(/(?<=\n.+)\n/g, ';a\n');
    expect((await failure(open(named('a.csv', whole)))).message).toContain(problem);
  });

  it('files of a folder that hold nothing are named', async () => {
    const files = [named('x/a.csv', 'agent_id,text\na,tea\n'), named('x/b.csv', '\n\n'), named('x/c.ndjson', '')];
    const gz = named('x/d.ndjson.gz', new Uint8Array(gzipSync('')));
    const { report } = await open([...files, gz]);
    expect(report).toMatchObject({ events: 1, leftOut: [] });
    expect(report.notes.join('\n')).toMatch(/2 files ignored \(empty\): x\/b.csv, x\/d.ndjson.gz/);
    expect((await failure(open([gz]))).message).toContain('d.ndjson.gz: the file is empty');
    expect((await failure(open([gz, files[1]]))).message).toContain('the 2 files are empty');
  });
});
