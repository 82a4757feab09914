import { describe, expect, it } from 'vitest';
import { collector, failure, fixture, named, open, plainLedger, platform, START, vectorsByRow } from './testing.ts';
import { describeLeftOut } from './rowSelection.ts';
import { writeParquet, type LedgerTable } from './write.ts';

const parquet = async (table: LedgerTable) =>
  named('ledger.parquet', await writeParquet(table, platform, { rowGroupRows: 7 }));
const bytesOf = async (name: string) => new Uint8Array(await fixture(name).blob.arrayBuffer());

it('compressed Arrow that is cut off', async () => {
  const whole = await bytesOf('zstd.arrows');
  const refused = await failure(open(named('cut.arrows', whole.subarray(0, 900))));
  expect(refused.message).toContain('cut.arrows: the Arrow file is truncated or damaged');
});

describe('files that are no ledger', () => {
  it.each([
    [
      'a PNG renamed',
      named('x.parquet', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0])),
      'x.parquet: it is not a Parquet file: by its bytes it is a PNG image',
    ],
    [
      'text renamed',
      named('x.parquet', 'hello'),
      'x.parquet: it is not a Parquet file: by its bytes it is a text file',
    ],
    ['an empty file', named('x.parquet', ''), 'x.parquet: the file is empty (0 bytes)'],
    [
      'gzip',
      named('x.csv.gz', new Uint8Array([0x1f, 0x8b, 8, 0])),
      'its compressed data (gzip) is damaged or cut off. Check',
    ],
    ['binary', named('x.dat', new Uint8Array([1, 0, 2])), 'it is a binary file of an unknown kind'],
    [
      'prose',
      named('notes.txt', 'Just a note.\nMore.'),
      'notes.txt: it is of no format that is read, and no table with a header line either',
    ],
    ['broken JSON', named('x.json', '[{"a": 1'), 'it starts like a JSON array but is not JSON'],
    ['an array of nothing', named('x.json', ' [ ] '), 'x.json: it has no columns, so no events'],
    ['a header twice', named('x.csv', 'a,b,a\n1,2,3'), 'its header line names the column "a" twice'],
    [
      'encrypted Parquet',
      fixture('encrypted_footer.parquet'),
      'encrypted_footer.parquet: the Parquet file is encrypted. Write it without encryption',
    ],
    [
      'encrypted columns',
      fixture('encrypted_columns.parquet'),
      'its columns provider_id, embedding.list.element are encrypted',
    ],
  ])('%s', async (_, file, message) => {
    const error = await failure(open(file));
    expect(error.kind).toBe('file');
    expect(error.message).toContain(message);
  });

  it('Parquet that is truncated at any place', async () => {
    const whole = await bytesOf('codec_none.parquet');
    for (const size of [4, 8, 12, 500, whole.length - 9, whole.length - 1]) {
      const error = await failure(open(named('cut.parquet', whole.slice(0, size))));
      expect(error).toMatchObject({ kind: 'file', file: 'cut.parquet' });
      expect(error.message).toContain('truncated: its end (the footer) is missing');
    }
    const arrow = await bytesOf('plain.arrow');
    expect((await failure(open(named('cut.arrow', arrow.slice(0, arrow.length - 300))))).message).toContain(
      'the Arrow file is truncated or damaged',
    );
  });

  it('Parquet with any byte damaged opens or is an error, and never hangs', async () => {
    const whole = await bytesOf('codec_none.parquet');
    for (let at = 4; at < whole.length - 8; at += 23) {
      const damaged = whole.slice();
      damaged[at] ^= 0x5a;
      const outcome = await open(named('damaged.parquet', damaged)).then(
        (opened) => opened.report.rowsRead,
        (thrown: unknown) => thrown,
      );
      if (outcome !== 12)
        expect(await failure(Promise.reject(outcome as Error))).toMatchObject({
          kind: expect.stringMatching(/^(?:file|column)$/) as string,
        });
    }
    expect((await open(named('sound.parquet', whole))).report.events).toBe(12);
  }, 30_000);

  it('an unknown codec is named with its column', async () => {
    const bytes = await bytesOf('codec_snappy.parquet');
    const name = new TextEncoder().encode('event_id');
    // In a column's metadata the codec (field 4, a zigzag varint) follows its path (field 3); 6 is LZO, 3, in zigzag.
    const at =
      bytes.findLastIndex((_, i) => name.every((byte, j) => bytes[i + j] === byte) && bytes[i + name.length] === 0x15) +
      name.length +
      1;
    expect(bytes[at]).toBe(2);
    bytes[at] = 6;
    expect((await failure(open(named('lzo.parquet', bytes)))).message).toContain(
      'lzo.parquet: column "event_id" is compressed with LZO, which cannot be read here',
    );
  });
});

describe('columns', () => {
  it('of a wrong type are refused by name, found and needed', async () => {
    const text = { ...plainLedger(3, 2), text: ['a', 'b', 'c'] };
    const wrong = async (mapping: object) =>
      failure(open(await parquet(text), { mapping: { provider_id: 'provider_id', ...mapping } }));
    expect(await wrong({ embedding: 'text' })).toMatchObject({
      kind: 'column',
      file: 'ledger.parquet',
      column: 'text',
      found: '"a" at row 1',
      needed: 'FLOAT[] (list or fixed-size), DOUBLE[] or FLOAT16[]',
    });
    expect(await wrong({ ts: 'provider_id' })).toMatchObject({
      kind: 'column',
      column: 'provider_id',
      found: '"a" at row 1',
      needed: 'TIMESTAMP, ISO 8601, or a number of s, ms, µs or ns since 1970 (1980 to 2100)',
    });
    expect(await wrong({ text: 'embedding' })).toMatchObject({
      kind: 'column',
      column: 'embedding',
      found: 'List<Float32>',
      needed: 'VARCHAR for text',
    });
    expect((await wrong({ latency_ms: 'no such' })).message).toContain(
      'ledger.parquet, column "no such": found no such column, need a column to read latency_ms from. ' +
        'Map latency_ms to one',
    );
  });
  it('of text with a value that cannot be meant are refused with the row', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => `${i},p,${i === 1100 ? 'soon' : i}`).join('\n');
    expect((await failure(open(named('a.csv', `event_id,agent_id,latency_ms\n${rows}`)))).message).toContain(
      'a.csv, column "latency_ms": found "soon" at row 1101, need DOUBLE',
    );
    expect((await failure(open(named('a.ndjson', '{"event_id":1.5,"agent_id":"a"}')))).message).toContain(
      'column "event_id": found 1.5 at row 1, need BIGINT',
    );
    expect(
      (await failure(open(named('a.ndjson', '{"event_id":9223372036854775808,"agent_id":"a"}')))).message,
    ).toContain('found 9223372036854775808 at row 1, need BIGINT');
  });
});

describe('rows that cannot be used are left out, counted and listed', () => {
  it('vectors of two lengths, NaN, infinity and empty lists', async () => {
    const vector = (i: number) =>
      i === 3 ? '[1,2,3]' : i === 5 ? '[1,NaN]' : i === 6 ? '[inf,0]' : i === 7 ? '[]' : i === 8 ? '' : `[${i},0]`;
    const file = named(
      'a.csv',
      `event_id,agent_id,embedding\n${Array.from({ length: 10 }, (_, i) => `${i},a,"${vector(i)}"`).join('\n')}`,
    );
    const sink = collector();
    const opened = await open(file, { sink });
    expect(opened.report.leftOut).toEqual([
      { reason: 'embedding has 3 values, 2 expected', count: 1, examples: ['3'] },
      { reason: 'embedding has NaN or infinite values, or ones beyond float32', count: 2, examples: ['5', '6'] },
      { reason: 'embedding is an empty list, 2 values expected (a pause is NULL)', count: 1, examples: ['7'] },
    ]);
    expect(opened.report).toMatchObject({ rowsRead: 10, events: 6, voidEvents: 1, dimension: 2 });
    expect([...(await vectorsByRow(opened)).keys()]).toEqual([0, 1, 2, 3, 5]);
    expect(sink.rows.map((row) => row.event_id)).toEqual([0n, 1n, 2n, 4n, 8n, 9n]);
    expect(describeLeftOut(opened.report.leftOut, 50_000)[0]).toBe(
      '1 of 50,000 events left out: embedding has 3 values, 2 expected (event 3)',
    );
  });

  it('NaN and infinity in Parquet', async () => {
    const embeddings = new Float32Array(40).fill(1);
    embeddings[5] = NaN;
    embeddings[31] = -Infinity;
    expect((await open(await parquet({ ...plainLedger(20, 2), embeddings }))).report.leftOut).toEqual([
      { reason: 'embedding has NaN or infinite values, or ones beyond float32', count: 2, examples: ['3', '16'] },
    ]);
  });

  it('the length that most of the first 1,000 vectors have is the expected one', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i},a,"${i < 3 ? '[1]' : '[1,2]'}"`).join('\n');
    const { report } = await open(named('a.csv', `event_id,agent_id,embedding\n${lines}`));
    expect(report.leftOut).toEqual([
      { reason: 'embedding has 1 value, 2 expected', count: 3, examples: ['0', '1', '2'] },
    ]);
  });

  it('a duplicate event_id: the first in file order stays', async () => {
    const { report, columns } = await open(
      await parquet(
        plainLedger(5, 2, {
          eventId: BigInt64Array.of(7n, 8n, 7n, 9n, 7n),
          time: Float64Array.of(5, 4, 3, 2, 1).map((s) => START + s),
        }),
      ),
    );
    expect(report.leftOut).toEqual([
      {
        reason: 'event_id is that of another event of the file: the first in file order is kept',
        count: 2,
        examples: ['7', '7'],
      },
    ]);
    expect(Array.from(columns.eventId)).toEqual([9n, 8n, 7n]);
    expect(columns.time[2]).toBe(START + 5);
  });

  it('ts or event_id missing on some rows', async () => {
    const { report } = await open(named('a.csv', 'event_id,ts,agent_id\n1,5,a\n2,,a\n,7,a\n'));
    expect(report.leftOut).toEqual([
      { reason: 'ts is missing, so the event has no place in the order', count: 1, examples: ['2'] },
      { reason: 'event_id is missing', count: 1, examples: ['row 3 of a.csv'] },
    ]);
  });

  it('at most 20 examples; none usable is an error that says why', async () => {
    const { report } = await open(
      await parquet(plainLedger(60, 2, { embeddings: new Float32Array(120).fill(NaN, 0, 118) })),
    );
    expect([report.leftOut[0].count, report.leftOut[0].examples.length]).toEqual([59, 20]);
    const none = await failure(open(await parquet(plainLedger(3, 2, { embeddings: new Float32Array(6).fill(NaN) }))));
    expect(none.message).toContain(
      'No event can be used in ledger.parquet. 3 of 3 events left out: ' +
        'embedding has NaN or infinite values, or ones beyond float32 (event 1, event 2, event 3)',
    );
  });
});

describe('ledgers of unusual size open, and the notes say what is missing', () => {
  it('zero rows is an error', async () => {
    expect((await failure(open(await parquet(plainLedger(0, 2))))).message).toContain('ledger.parquet: it has no rows');
    expect((await failure(open(named('a.csv', 'event_id,agent_id\n')))).message).toContain('a.csv: it has no rows');
  });
  it('all events void', async () => {
    const opened = await open(await parquet(plainLedger(3, 2, { isVoid: Uint8Array.of(1, 1, 1) })));
    expect(opened.report).toMatchObject({ events: 3, voidEvents: 3, dimension: 0, embedder: 'file' });
    expect(opened.report.notes).toContain(
      'All 3 events are void (the embedding is NULL throughout): no drift can be computed.',
    );
    expect(await vectorsByRow(opened)).toEqual(new Map());
  });
  it('neither embeddings nor text', async () => {
    const opened = await open(await parquet(plainLedger(3, 2, { embeddings: undefined, dimension: undefined })));
    expect([opened.embeddings, opened.textLength, opened.report.embedder]).toEqual([null, null, 'none']);
    expect(opened.report.notes).toContain(
      'Neither embeddings nor text: every event is void, so no drift can be computed.',
    );
  });
  it('one stream, one event', async () => {
    const { report } = await open(await parquet(plainLedger(1, 2)));
    expect(report.notes).toEqual([
      'One provider only ("a"): coupling between streams is not defined.',
      'One event only: nothing can be compared.',
    ]);
  });
  it('10,000 streams', async () => {
    const n = 10_000;
    const { columns } = await open(
      await parquet(
        plainLedger(n, 2, {
          provider: {
            codes: Int32Array.from({ length: n }, (_, i) => i),
            values: Array.from({ length: n }, (_, i) => `s${i}`),
          },
        }),
      ),
    );
    expect([columns.provider!.values.length, columns.provider!.values[columns.provider!.codes[9999]]]).toEqual([
      n,
      's9999',
    ]);
  });
});
