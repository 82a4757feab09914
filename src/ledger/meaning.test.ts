import * as arrow from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { openLedger } from './open.ts';
import { collector, failure, fixture, named, open, plainLedger, platform, vectorsByRow } from './testing.ts';
import type { NamedBlob } from './types.ts';
import { writeParquet } from './write.ts';

type Row = Readonly<Record<string, unknown>>;
const ndjson = (rows: readonly Row[], path = 'a.ndjson'): NamedBlob =>
  named(path, rows.map((row) => JSON.stringify(row)).join('\n'));
/** n rows with ids, two speakers and a text, and what is given beside. */
const said = (n: number, more: (i: number) => Row): Row[] =>
  Array.from({ length: n }, (_, i) => ({ event_id: i, agent_id: 'ab'[i % 2], text: `message ${i}`, ...more(i) }));
const arrowFile = (columns: Record<string, arrow.Vector>, path = 'a.arrow'): NamedBlob =>
  named(path, arrow.tableToIPC(new arrow.Table(columns), 'file'));
const agents = (n: number): arrow.Vector =>
  arrow.vectorFromArray(
    Array.from({ length: n }, (_, i) => 'ab'[i % 2]),
    new arrow.Utf8(),
  );

const T = Date.UTC(2026, 0, 5, 9);

describe('times are told by their size', () => {
  const int64 = (values: readonly bigint[]) => arrow.vectorFromArray(values, new arrow.Int64());
  const float64 = (values: readonly number[]) => arrow.vectorFromArray(values, new arrow.Float64());
  const files: [string, NamedBlob, string | null][] = [
    ['seconds as numbers', ndjson(said(3, (i) => ({ ts: T / 1000 + i + 0.25 }))), 'seconds'],
    ['seconds as text', ndjson(said(3, (i) => ({ ts: String(T / 1000 + i + 0.25) }))), 'seconds'],
    ['milliseconds', ndjson(said(3, (i) => ({ ts: T + 1000 * i + 250 }))), null],
    ['microseconds', ndjson(said(3, (i) => ({ ts: (T + 1000 * i + 250) * 1000 }))), 'microseconds'],
    ['nanoseconds as text', ndjson(said(3, (i) => ({ ts: `${T + 1000 * i + 250}000999` }))), 'nanoseconds'],
    [
      'nanoseconds as BIGINT',
      arrowFile({
        ts: int64([0n, 1n, 2n].map((i) => BigInt(T + 250) * 1_000_000n + i * 10n ** 9n + 999n)),
        agent_id: agents(3),
      }),
      'nanoseconds',
    ],
    [
      'seconds as DOUBLE',
      arrowFile({ ts: float64([0, 1, 2].map((i) => T / 1000 + i + 0.25)), agent_id: agents(3) }),
      'seconds',
    ],
    ['ISO 8601', ndjson(said(3, (i) => ({ ts: new Date(T + 1000 * i + 250).toISOString() }))), null],
  ];
  it.each(files)('%s', async (_, file, unit) => {
    const { columns, report } = await open(file);
    expect(Array.from(columns.time)).toEqual([0, 1, 2].map((i) => T + 1000 * i + 250));
    const note = `ts: the numbers of "ts" are read as ${unit} since 1970, by their size.`;
    expect(report.notes.filter((text) => text.startsWith('ts'))).toEqual(unit ? [note] : []);
  });

  it('nanoseconds of a Parquet BIGINT, and a time range of them', async () => {
    expect(Array.from((await open(fixture('ts_epoch_ns.parquet'))).columns.time.subarray(0, 2))).toEqual([
      T + 123.456,
      T + 1123.456,
    ]);
    const part = { where: {}, from: T + 3000, to: T + 5000 };
    const source = { kind: 'files', files: [fixture('ts_epoch_ns.parquet')], part } as const;
    expect((await openLedger(source, null, { platform })).columns.n).toBe(2);
  });

  it('microseconds of nanoseconds are kept, and go to the database', async () => {
    const sink = collector();
    const ts = int64([BigInt(T) * 1_000_000n + 1_999n]);
    const { columns } = await open(arrowFile({ ts, agent_id: agents(1) }), { sink });
    expect(columns.time[0]).toBe((T * 1000 + 1) / 1000);
    expect(sink.rows[0].ts).toBe((T * 1000 + 1) / 1000);
  });

  it('text without a zone is UTC, and said', async () => {
    const { columns, report } = await open(ndjson(said(2, (i) => ({ ts: `2026-01-05 09:00:0${i}` }))));
    expect(columns.time[1]).toBe(T + 1000);
    expect(report.notes).toContain('ts names no time zone: it is read as UTC.');
  });

  it('small numbers are time from a start, and said', async () => {
    const { columns, report } = await open(ndjson(said(3, (i) => ({ ts: i * 500 }))));
    expect(Array.from(columns.time)).toEqual([0, 500, 1000]);
    expect(report.notes.join()).toContain('ts holds no dates: "ts" is read as time from a start');
  });

  it.each([
    [
      'two units',
      [ndjson(said(3, (i) => ({ ts: i < 2 ? T + i : T / 1000 })))],
      'milliseconds since 1970 (first in row 1 of a.ndjson) and seconds since 1970 (first in row 3 of a.ndjson)',
    ],
    [
      'two units in two files',
      [
        ndjson(
          said(2, (i) => ({ ts: T + i })),
          'a.ndjson',
        ),
        ndjson(
          said(2, (i) => ({ event_id: 9 + i, ts: T * 1e3 })),
          'b.ndjson',
        ),
      ],
      'milliseconds since 1970 (first in row 1 of a.ndjson) and microseconds since 1970 (first in row 1 of b.ndjson)',
    ],
    [
      'a time and a 0',
      [ndjson(said(2, (i) => ({ ts: i === 0 ? T : 0 })))],
      'small numbers that are no time since 1970',
    ],
    ['no unit', [ndjson(said(2, (i) => ({ ts: 5e10 + i })))], 'found 50000000000 at row 1'],
    [
      'ends of int64',
      [arrowFile({ ts: int64([2n ** 63n - 1n]), agent_id: agents(1) })],
      '9223372036854775807 at row 1',
    ],
    [
      'other end',
      [arrowFile({ ts: int64([BigInt(T), -(2n ** 63n)]), agent_id: agents(2) })],
      '-9223372036854775808 at row 2',
    ],
    [
      'a TIMESTAMP beyond the year 9999',
      [
        arrowFile({
          ts: arrow.vectorFromArray([2 ** 62], new arrow.TimestampMillisecond()),
          agent_id: agents(1),
        }),
      ],
      'at row 1',
    ],
    ['near 2^62', [fixture('damaged/shape__ts_beyond_2e62.parquet')], '4611686018427387904 at row 1'],
  ])('refused: %s', async (_, files, message) => {
    const error = await failure(open(files));
    expect(error.kind).toBe('column');
    expect(error.message).toContain(message);
  });
});

describe('durations', () => {
  const langfuse = { trace_id: 't', provided_model_name: 'm', start_time: '2026-01-05 09:00:00.000' };
  it.each([
    ['latency_s', {}, 1250, 'seconds'],
    ['duration_seconds', {}, 1250, 'seconds'],
    ['latency_ms', {}, 1.25, null],
    ['duration_us', {}, 0.00125, 'microseconds'],
    ['latency', langfuse, 1250, 'seconds'],
    ['latency', {}, NaN, null],
  ])('%s beside %j', async (name, beside, latency, unit) => {
    const sink = collector();
    const { columns, report } = await open(ndjson(said(2, () => ({ ...beside, [name]: 1.25 }))), { sink });
    expect(columns.latency[0]).toBe(latency);
    expect(sink.rows[0].latency_ms).toBe(Number.isNaN(latency) ? null : latency);
    if (unit) expect(report.notes).toContain(`latency_ms: the numbers of "${name}" are ${unit}.`);
    else if (Number.isNaN(latency)) {
      expect(report.notes).toContain(
        'latency_ms could be "latency" by name, but not whether it counts ms or s: not used.',
      );
    }
  });
});

describe('what columns mean', () => {
  it('the thread of a LangSmith run is its trace, the session being the project', async () => {
    const runs = said(6, (i) => ({ session_id: 'project', trace_id: `trace-${i % 3}`, run_type: 'llm' }));
    const { columns, report } = await open(ndjson(runs));
    expect(columns.thread!.values).toHaveLength(3);
    expect(report.notes.join()).toContain(
      '"trace_id" (this looks like a LangSmith export: its session is the project)',
    );
    const other = await open(ndjson(said(6, (i) => ({ session_id: `s${i % 2}`, trace_id: `t${i}` }))));
    expect(other.columns.thread!.values).toHaveLength(2);
  });

  it('lists of numbers that are named otherwise do not beat the text, and are kept as text', async () => {
    const sink = collector();
    const opened = await open(ndjson(said(4, (i) => ({ tool_call_ids: i === 0 ? [0, 2] : [] }))), { sink });
    expect(opened.report).toMatchObject({ events: 4, embedder: 'built-in', leftOut: [] });
    expect(sink.rows[0].tool_call_ids).toBe('[0,2]');
  });

  it.each([
    ['the agent', { provider_id: '', agent_id: 'x' }, 'x', '"agent_id" tells who speaks'],
    ['the model', { provider_id: null, agent_id: ' ', model: 'm' }, 'm', '"model" tells who speaks'],
    ['the role', { provider_id: null, agent_id: null, role: 'user' }, 'user', '"role" tells who speaks'],
    ['the file', { provider_id: null, agent_id: null }, 'logs.ndjson', '"(file)" tells who speaks'],
    [
      'the role alone',
      { agent_id: undefined, role: 'user' },
      'user',
      'No column says who speaks: the role stands for it',
    ],
  ])('where nobody is named, %s speaks', async (_, row, speaker, note) => {
    const { columns, report } = await open(
      ndjson(
        said(3, () => row),
        'logs.ndjson',
      ),
    );
    expect((columns.provider ?? columns.agent)!.values).toEqual([speaker]);
    expect(report.notes.join()).toContain(note);
  });

  it('ids that are empty throughout give way to the position, empty embeddings to the text', async () => {
    const rows = said(3, () => ({ event_id: null, embedding: [] }));
    const { columns, report } = await open(ndjson(rows));
    expect(Array.from(columns.eventId)).toEqual([0n, 1n, 2n]);
    expect(report.embedder).toBe('built-in');
    expect((await open(fixture('damaged/shape__emb_dim0.parquet'))).report.notes).toContain(
      'embedding: "embedding" is empty throughout: the text is embedded instead.',
    );
    const lists = Array.from({ length: 3 }, (_, i) => ({ event_id: i, agent_id: 'a', embedding: [] }));
    expect((await failure(open(ndjson(lists)))).message).toContain(
      'No event can be used in a.ndjson. 3 of 3 events left out: embedding is an empty list',
    );
  });
});

describe('values that a column cannot hold', () => {
  const uint64 = arrow.vectorFromArray([1n, 2n ** 63n], new arrow.Uint64());
  it.each([
    ['300 in a TINYINT (Parquet)', fixture('autonomy_300.parquet'), 'autonomy_level', '300 at row 1'],
    ['300 in a TINYINT', fixture('damaged/shape__autonomy_300.parquet'), 'autonomy_level', '300 at row'],
    [
      '-129 in text',
      ndjson(said(2, (i) => ({ autonomy_level: i === 0 ? 1 : -129 }))),
      'autonomy_level',
      '-129 at row 2',
    ],
    ['a fraction for a count', ndjson(said(2, (i) => ({ input_tokens: i + 0.5 }))), 'input_tokens', '0.5 at row 1'],
    [
      'beyond int64',
      arrowFile({ input_tokens: uint64, agent_id: agents(2) }),
      'input_tokens',
      '9223372036854775808 at row 2',
    ],
    [
      'ids beyond int64',
      arrowFile({ event_id: uint64, agent_id: agents(2) }),
      'event_id',
      '9223372036854775808 at row 2',
    ],
  ])('are refused by row: %s', async (_, file, column, found) => {
    const error = await failure(open(file));
    expect(error).toMatchObject({ kind: 'column', column });
    expect(error.message).toContain(`found ${found}`);
  });

  it('one beyond float32 in a vector: that row is left out, in every format alike', async () => {
    const rows = said(5, (i) => ({ embedding: [i === 3 ? 1e39 : i, 1] }));
    const list = new arrow.List(new arrow.Field('item', new arrow.Float64(), true));
    const doubles = arrowFile({
      event_id: arrow.vectorFromArray([0n, 1n, 2n, 3n, 4n], new arrow.Int64()),
      agent_id: agents(5),
      embedding: arrow.vectorFromArray(
        rows.map((row) => row.embedding),
        list,
      ),
    });
    for (const file of [ndjson(rows), doubles]) {
      const opened = await open(file);
      expect(opened.report.leftOut).toEqual([
        { reason: 'embedding has NaN or infinite values, or ones beyond float32', count: 1, examples: ['3'] },
      ]);
      expect((await vectorsByRow(opened)).get(3)).toEqual([4, 1]);
    }
    expect((await open(fixture('damaged/shape__emb_f64_1e39_one.parquet'))).report).toMatchObject({ events: 599 });
  });
});

describe('ids that are there twice', () => {
  const perFile = (file: string, shift = 0): NamedBlob =>
    ndjson(
      Array.from({ length: 4 }, (_, i) => ({
        event_id: i,
        ts: T + i * 1000 + shift,
        agent_id: file,
        text: `step ${i} of ${file}`,
      })),
      `logs/${file}.ndjson`,
    );
  it('in another file, where each counts from the start: the file tells them apart', async () => {
    for (const shift of [7, 0]) {
      const { columns, report } = await open([perFile('a'), perFile('b', shift)]);
      expect(report).toMatchObject({ events: 8, leftOut: [] });
      expect(Array.from(columns.eventId)).toEqual([0n, 0n, 1n, 1n, 2n, 2n, 3n, 3n]);
      expect(report.notes.join()).toContain('event_id counts anew in each file (event 0 is row 1 of logs/a.ndjson and');
    }
  });
  it('in a copy of a file: the events are there once', async () => {
    const copy = { ...perFile('a'), path: 'logs/z.ndjson' };
    const { report } = await open([perFile('a'), perFile('b', 7), copy]);
    expect(report.events).toBe(8);
    expect(report.leftOut[0]).toMatchObject({
      count: 4,
      reason: 'event_id is there twice: the first in file order is kept',
    });
  });
  it('throughout one file: refused, with the rows', async () => {
    const table = plainLedger(9, 2, { eventId: new BigInt64Array(9).fill(7n) });
    const error = await failure(open(named('a.parquet', await writeParquet(table, platform))));
    expect(error.message).toContain('event_id does not tell events apart: 8 of 9 events have the id of another one');
    expect(error.message).toContain('(7 is the id of row 1 of a.parquet, of row 2 of a.parquet, …)');
    expect((await failure(open(fixture('damaged/shape__id_dup_all.parquet')))).kind).toBe('ledger');
  });
});

describe('folders from the page', () => {
  it('that were sorted out are not judged by their own name, and the rest is named', async () => {
    const files = [
      ndjson(
        said(1, () => ({})),
        '_logs/a.ndjson',
      ),
      ndjson(
        said(1, () => ({ event_id: 5 })),
        '_logs/b.ndjson',
      ),
    ];
    const passedOver = [{ path: '_logs/_SUCCESS', why: 'no data' }] as const;
    const { report } = await openLedger({ kind: 'files', files, passedOver }, null, { platform });
    expect(report).toMatchObject({ files: 2, events: 2 });
    expect(report.notes).toContain('1 file ignored (not data by name): _logs/_SUCCESS.');
  });
});
