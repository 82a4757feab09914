import { describe, expect, it } from 'vitest';
import { partitionsOf } from './hive.ts';
import { collector, failure, fixture, named, open, plainLedger, platform, START, vectorsByRow } from './testing.ts';
import type { LedgerTable } from './write.ts';
import { writeHive, writeParquet } from './write.ts';

const parquet = async (table: LedgerTable, path = 'ledger.parquet', rowGroupRows = 8) =>
  named(path, await writeParquet(table, platform, { rowGroupRows }));
const expectedVectors = new Map(
  Array.from({ length: 12 }, (_, i) => [i, [i, i + 0.5, -i || 0, 1]] as const)
    .filter(([i]) => i !== 3)
    .map(([i, v]) => [i, [...v]]),
);
const plusZero = (vectors: Map<number, number[]>) =>
  new Map([...vectors].map(([row, vector]) => [row, vector.map((v) => v || 0)]));

describe('files of other writers', () => {
  const same = [
    'codec_none',
    'codec_snappy',
    'codec_gzip',
    'codec_brotli',
    'codec_lz4',
    'codec_zstd',
    'large_list_f64',
    'fixed_size_f32',
    'list_f16',
    'ts_zone',
    'ts_ns',
    'odd_types',
  ]
    .map((name) => `${name}.parquet`)
    .concat('plain.arrow', 'plain.arrows', 'lz4.arrow', 'zstd.arrows', 'large_list.arrow', 'views.arrow');
  it.each(same)('%s opens with the same events', async (name) => {
    const opened = await open(fixture(name));
    expect(opened.report).toMatchObject({ events: 12, voidEvents: 1, dimension: 4, embedder: 'file', leftOut: [] });
    expect(Array.from(opened.columns.eventId)).toEqual(Array.from({ length: 12 }, (_, i) => BigInt(100 + i)));
    expect(Array.from(opened.columns.time)).toEqual(Array.from({ length: 12 }, (_, i) => START + i * 1000 + 0.001));
    expect(opened.columns.provider).toEqual({
      codes: Int32Array.from({ length: 12 }, (_, i) => i % 3),
      values: ['a', 'b', 'c d'],
    });
    expect(plusZero(await vectorsByRow(opened))).toEqual(expectedVectors);
  });

  it('milliseconds as TIMESTAMP and as BIGINT', async () => {
    for (const name of ['ts_ms.parquet', 'ts_bigint.parquet'])
      expect((await open(fixture(name))).columns.time[1]).toBe(START + 1000);
  });

  it.each(['odd_types.parquet', 'views.arrow'])('%s keeps unknown columns of any type', async (name) => {
    const sink = collector();
    await open(fixture(name), { sink });
    expect(sink.rows.map((row) => row.views)).toEqual(
      Array.from({ length: 12 }, (_, i) =>
        i === 2 ? null : i % 2 ? `a string of more than twelve bytes ${i}` : `s${i}`,
      ),
    );
    expect(sink.rows.map((row) => row.dictionary)).toEqual(
      Array.from({ length: 12 }, (_, i) => ['a', 'b', 'c d'][i % 3]),
    );
    expect(sink.rows.map((row) => row.flag)).toEqual(
      Array.from({ length: 12 }, (_, i) => (i === 5 ? null : i % 2 === 0)),
    );
    expect(
      JSON.parse(
        JSON.stringify(
          sink.rows.map((row) => row.struct),
          (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v),
        ),
      ),
    ).toEqual(Array.from({ length: 12 }, (_, i) => ({ x: i, y: new Array<string>(i % 3).fill(String(i)) })));
    expect(sink.schema()).toContain('decimal:Decimal[9e+2]');
  });
});

describe('canonical order', () => {
  it('sorts by (ts, event_id), keeps microseconds, and says so', async () => {
    const table = plainLedger(4, 2, {
      eventId: BigInt64Array.of(5n, 4n, 3n, 2n),
      time: Float64Array.of(START + 0.002, START + 0.001, START, START + 0.001),
    });
    const { columns, report } = await open(await parquet(table, 'ledger.parquet', 3));
    expect(Array.from(columns.eventId)).toEqual([3n, 2n, 4n, 5n]);
    expect(Array.from(columns.time)).toEqual([START, START + 0.001, START + 0.001, START + 0.002]);
    expect(report.notes.join()).toContain('were sorted by (ts, event_id)');
  });

  it('is event_id where the whole ledger has no ts', async () => {
    const { columns, report } = await open(
      await parquet(plainLedger(3, 2, { time: undefined, eventId: BigInt64Array.of(9n, 1n, 5n) })),
    );
    expect([columns.hasTime, Array.from(columns.eventId), Array.from(columns.time)]).toEqual([
      false,
      [1n, 5n, 9n],
      [NaN, NaN, NaN],
    ]);
    expect(report.notes).toContain('No timestamps: events are in the order of event_id.');
  });

  it('is the same however the ledger is cut into files', async () => {
    const table = plainLedger(50, 3, { time: Float64Array.from({ length: 50 }, (_, i) => START + i * 600_000) });
    const hive = (await writeHive(table, platform)).map(({ path, bytes }) => named(`logs/${path}`, bytes));
    const [whole, parts] = [await open(await parquet(table)), await open(hive)];
    expect(parts.columns).toEqual(whole.columns);
    expect(parts.report.fingerprint).toBe(whole.report.fingerprint);
    expect(await vectorsByRow(parts)).toEqual(await vectorsByRow(whole));
    expect(parts.report).toMatchObject({ name: 'logs', files: hive.length });
    expect(parts.report.notes).toContain('Partition columns from the paths: provider_id, hour.');
  });

  it('has another fingerprint when one coordinate, one letter or one latency is another', async () => {
    const table = plainLedger(20, 3, {
      text: Array.from({ length: 20 }, (_, i) => `message ${i}`),
      latency: new Float64Array(20).fill(50),
    });
    const print = async (change: Partial<typeof table>) =>
      (await open(await parquet({ ...table, ...change }))).report.fingerprint;
    const embeddings = table.embeddings!.slice();
    embeddings[31] += 1e-3;
    const changed = await Promise.all([
      print({ embeddings }),
      print({ text: table.text!.with(7, 'messagE 7') }),
      print({ latency: table.latency!.with(3, 51) }),
      print({}),
    ]);
    expect(new Set(changed).size).toBe(4);
    expect(await print({})).toBe(changed[3]);
  });

  it('is the position in the file where there is no event_id', async () => {
    const { columns, report } = await open(named('a.csv', 'provider_id,ts,text\na,20,x\nb,10,y\n'));
    expect(Array.from(columns.eventId)).toEqual([1n, 0n]);
    expect(report.notes).toContain('No event_id: the position in the file is used.');
  });
});

describe('embedding batches', () => {
  it('hold only the wanted rows, skip row groups without any, and can be read again', async () => {
    const table = plainLedger(40, 3);
    const bytes = await writeParquet(table, platform, { rowGroupRows: 10 });
    let read = 0;
    const blob = new Blob([bytes]);
    const counting = Object.create(blob, {
      size: { value: blob.size },
      slice: {
        value: (from: number, to: number) => {
          read += to - from;
          return blob.slice(from, to);
        },
      },
    }) as Blob;
    const opened = await open({ path: 'ledger.parquet', blob: counting });
    read = 0;
    const all = await vectorsByRow(opened);
    expect(read, 'kept since they were checked').toBe(0);
    expect(all.size).toBe(40);
    expect(all.get(7)).toEqual(Array.from(table.embeddings!.subarray(21, 24)));
    opened.embeddings!.release!();
    expect(await vectorsByRow(opened)).toEqual(all);
    const whole = read;
    const only = new Uint8Array(40);
    only.set([1, 0, 1], 21);
    read = 0;
    expect(await vectorsByRow(opened, only)).toEqual(
      new Map([
        [21, all.get(21)],
        [23, all.get(23)],
      ]),
    );
    expect(read).toBeLessThan(whole / 3);
  });

  it('hold at most 16 MB', async () => {
    const dimension = 4096;
    const n = 1500;
    const opened = await open(
      named(
        'wide.parquet',
        await writeParquet(
          { ...plainLedger(n, 1), dimension, embeddings: new Float32Array(n * dimension).fill(0.5) },
          platform,
          { rowGroupRows: n },
        ),
      ),
    );
    const sizes: number[] = [];
    for await (const { rows, vectors } of opened.embeddings!.batches({})) {
      sizes.push(rows.length);
      expect(vectors.byteLength).toBeLessThanOrEqual(16 << 20);
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(n);
    expect(sizes.length).toBeGreaterThan(1);
  });

  it('stop when cancelled, and so does opening', async () => {
    const file = await parquet(plainLedger(40, 3));
    const opened = await open(file);
    const controller = new AbortController();
    const error = await failure(
      (async () => {
        for await (const batch of opened.embeddings!.batches({ signal: controller.signal }))
          if (batch.rows.length > 0) controller.abort();
      })(),
    );
    expect(error.kind).toBe('cancelled');
    expect((await failure(open(file, { signal: AbortSignal.abort() }))).kind).toBe('cancelled');
    const midway = new AbortController();
    expect((await failure(open(file, { signal: midway.signal, onProgress: () => midway.abort() }))).kind).toBe(
      'cancelled',
    );
  });
});

/** Three events as a text format has them. */
const rows = [
  {
    id: 11,
    timestamp: '2024-01-01T00:00:02.000001Z',
    model: 'm1',
    vector: [0.5, -1, 2e-3],
    duration_ms: 12.5,
    content: 'hello, "you"\nthere',
    extra: 'x',
  },
  {
    id: 10,
    timestamp: '2024-01-01 00:00:01',
    model: 'm2',
    vector: null,
    duration_ms: null,
    content: 'ünïcødé 🙂',
    extra: null,
  },
  {
    id: 12,
    timestamp: '2024-01-01T01:00:03+01:00',
    model: 'm1',
    vector: [1, 2, 3],
    duration_ms: 7,
    content: '',
    extra: '7',
  },
];
const cell = (value: string | number | number[] | null) =>
  value === null ? '' : `"${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('"', '""')}"`;
const csv = (delimiter: string, end: string) =>
  [Object.keys(rows[0]).join(delimiter), ...rows.map((row) => Object.values(row).map(cell).join(delimiter))].join(end) +
  end;
const check = async (file: ReturnType<typeof named>) => {
  const sink = collector();
  const opened = await open(file, { sink });
  expect(Array.from(opened.columns.eventId)).toEqual([10n, 11n, 12n]);
  expect(Array.from(opened.columns.time)).toEqual([START + 1000, START + 2000.001, START + 3000]);
  expect(opened.columns.provider).toEqual({ codes: Int32Array.of(0, 1, 1), values: ['m2', 'm1'] });
  expect(Array.from(opened.columns.latency)).toEqual([NaN, 12.5, 7]);
  expect(Array.from(opened.columns.isVoid)).toEqual([1, 0, 0]);
  expect(await vectorsByRow(opened)).toEqual(
    new Map([
      [1, [0.5, -1, Math.fround(2e-3)]],
      [2, [1, 2, 3]],
    ]),
  );
  expect(opened.report.mapping).toEqual({
    event_id: 'id',
    ts: 'timestamp',
    provider_id: 'model',
    embedding: 'vector',
    latency_ms: 'duration_ms',
    text: 'content',
  });
  expect(opened.report.notes.filter((note) => note.includes('guess'))).toHaveLength(6);
  const stored = sink.rows.sort((a, b) => (a.row as number) - (b.row as number));
  expect(stored.map((row) => row.extra)).toEqual([null, 'x', '7']);
  expect(stored[1].text).toBe(rows[0].content);
  return opened;
};

describe('text formats', () => {
  it('CSV with any delimiter and line end', async () => {
    for (const [delimiter, end] of [
      [',', '\n'],
      [';', '\r\n'],
      ['\t', '\n'],
    ] as const)
      await check(named('a.csv', csv(delimiter, end)));
  });
  it('CSV with a byte order mark, in UTF-8 and UTF-16', async () => {
    await check(named('a.csv', `\ufeff${csv(',', '\n')}`));
    const text = `\ufeff${csv(',', '\n')}`;
    await check(
      named('a.csv', new Uint8Array(Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).buffer)),
    );
  });
  it('NDJSON and a JSON array', async () => {
    await check(named('a.ndjson', rows.map((row) => JSON.stringify(row)).join('\n')));
    await check(named('a.json', JSON.stringify(rows, null, 1)));
  });
  it('columns embedding_0 to embedding_{D-1}', async () => {
    const opened = await open(
      named('a.csv', 'event_id,agent_id,embedding_0,embedding_1,embedding_10,embedding_2\n1,a,1,2,9,3\n2,b,,,,\n'),
      {},
    );
    expect(opened.report.embedder).toBe('none');
    const wide = await open(
      named('a.csv', 'event_id,agent_id,embedding_0,embedding_1,embedding_2\n1,a,1,2,3\n2,b,,,\n3,a,1,,3\n'),
    );
    expect(wide.report).toMatchObject({ events: 2, voidEvents: 1, dimension: 3 });
    expect(wide.report.leftOut).toEqual([
      { reason: 'embedding has NaN or infinite values, or ones beyond float32', count: 1, examples: ['3'] },
    ]);
    expect(await vectorsByRow(wide)).toEqual(new Map([[0, [1, 2, 3]]]));
  });
  it('is read over many chunks', async () => {
    const n = 30_000;
    const line = (i: number) => `${i},p${i % 4},"${'text é '.repeat(20)}","[${i}, ${-i}]"\n`;
    const opened = await open(
      named('a.csv', `event_id,provider_id,text,embedding\n${Array.from({ length: n }, (_, i) => line(i)).join('')}`),
    );
    expect(opened.report).toMatchObject({ events: n, rowsRead: n, dimension: 2 });
    const vectors = await vectorsByRow(opened);
    expect([vectors.size, vectors.get(29_999)]).toEqual([n, [29_999, -29_999]]);
  });
  it('OpenTelemetry attributes are found, nested or flat', async () => {
    const nested = {
      time: 5,
      attributes: {
        'gen_ai.provider.name': 'openai',
        'gen_ai.agent.name': 'a',
        gen_ai: { usage: { input_tokens: 3 } },
      },
      body: 'hi',
    };
    const opened = await open(named('a.ndjson', JSON.stringify(nested)));
    expect(opened.report.mapping).toEqual({
      ts: 'time',
      provider_id: 'attributes.gen_ai.provider.name',
      agent_id: 'attributes.gen_ai.agent.name',
      input_tokens: 'attributes.gen_ai.usage.input_tokens',
      text: 'body',
    });
  });
  it('lines that make no sense are left out and named', async () => {
    const table = await open(named('a.csv', 'event_id,agent_id,text\n1,a,x\n2,b\n3,c,z\n'));
    expect(table.report.leftOut).toEqual([
      { reason: 'the line has 2 fields, 3 expected', count: 1, examples: ['row 2 of a.csv'] },
    ]);
    const json = await open(
      named('a.ndjson', '{"event_id":1,"agent_id":"a"}\n{"event_id":2,\n[3]\n{"event_id":4,"agent_id":"a"}'),
    );
    expect(json.report.leftOut.map(({ reason, count }) => [reason, count])).toEqual([
      ['the line is not JSON', 1],
      ['the line is not a JSON object', 1],
    ]);
    expect(json.report.events).toBe(2);
  });
});

describe('several files', () => {
  it('are joined by name, a column that one lacks is null there', async () => {
    const opened = await open([
      named('x/a.csv', 'event_id,agent_id\n1,p\n'),
      named('x/b.csv', 'event_id,agent_id,latency_ms\n2,q,5\n'),
      named('x/_SUCCESS', ''),
    ]);
    expect(Array.from(opened.columns.latency)).toEqual([NaN, 5]);
    expect(opened.report.notes).toContain('1 file ignored (not data by name): x/_SUCCESS.');
  });
  it('of different types are several ledgers, and the column is named', async () => {
    const other = { ...plainLedger(2, 4), text: ['a', 'b'] };
    const text = await writeParquet(other, platform);
    const error = await failure(open([fixture('ts_bigint.parquet'), named('z.parquet', text)]));
    expect(error.message).toContain(
      'column "ts" is Int64 in ts_bigint.parquet and Timestamp<MICROSECOND> in z.parquet',
    );
  });
  it('partition values are decoded', () => {
    expect([...partitionsOf('x/provider_id=a%2Fb%20c/hour=2024-01-01T00/part=1.parquet')]).toEqual([
      ['provider_id', 'a/b c'],
      ['hour', '2024-01-01T00'],
    ]);
  });
});

describe('the sink', () => {
  it('leaves out what is left out, renames unknown columns that clash, and casts by the ledger types', async () => {
    const sink = collector();
    await open(
      named(
        'a.csv',
        'event_id,vendor,ROW,Text,content,shadow,input_tokens,autonomy_level\n' +
          '1,a,7,t,c,true,5.0,2\n1,b,8,u,d,false,,3\n',
      ),
      {
        sink,
        mapping: {
          event_id: 'event_id',
          provider_id: 'vendor',
          text: 'content',
          shadow: 'shadow',
          input_tokens: 'input_tokens',
          autonomy_level: 'autonomy_level',
        },
      },
    );
    expect(sink.rows).toHaveLength(1);
    expect(sink.rows[0]).toMatchObject({
      row: 0,
      event_id: 1n,
      provider_id: 'a',
      'ROW (file)': '7',
      'Text (file)': 't',
      text: 'c',
      shadow: true,
      input_tokens: 5n,
      autonomy_level: 2,
    });
    expect(sink.schema().slice(0, 4)).toEqual([
      'row:Int32',
      'event_id:Int64',
      'ts:Timestamp<MICROSECOND>',
      'provider_id:Utf8',
    ]);
  });
});
