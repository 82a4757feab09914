import { describe, expect, it } from 'vitest';
import { openLedger } from './open.ts';
import { collector, failure, named, open, plainLedger, platform } from './testing.ts';
import type { LedgerSource, NamedBlob } from './types.ts';
import { writeParquet } from './write.ts';

type Row = Readonly<Record<string, unknown>>;
const T = Date.UTC(2026, 0, 5, 9);
const ndjson = (path: string, rows: readonly Row[]): NamedBlob =>
  named(path, rows.map((row) => JSON.stringify(row)).join('\n'));

interface Made {
  readonly n?: number;
  readonly from?: number;
  readonly start?: number;
  readonly who?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly more?: (i: number) => Row;
}
/** A run of two agents a second apart, whose texts are its own. */
const run = (path: string, { n = 12, from = 0, start = T, who = 'ab', names = {}, more = () => ({}) }: Made = {}) =>
  ndjson(
    path,
    Array.from({ length: n }, (_, i) => {
      const row = {
        event_id: from + i,
        ts: new Date(start + (from + i) * 1000).toISOString(),
        agent_id: who[i % who.length],
        text: `${path} says ${from + i}`,
        ...more(i),
      };
      return Object.fromEntries(
        Object.entries(row).flatMap(([name, value]) => (value === undefined ? [] : [[names[name] ?? name, value]])),
      );
    }),
  );
const otlp = (path: string, n = 3): NamedBlob => {
  const spans = Array.from({ length: n }, (_, i) => ({
    traceId: '0'.repeat(31) + '1',
    spanId: String(i + 1).padStart(16, '0'),
    name: 'chat m',
    startTimeUnixNano: String((T + i * 1000) * 1e6),
    endTimeUnixNano: String((T + i * 1000 + 500) * 1e6),
    attributes: [
      { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
      { key: 'gen_ai.provider.name', value: { stringValue: 'acme' } },
      { key: 'gen_ai.completion.0.content', value: { stringValue: `answer ${i}` } },
    ],
  }));
  return named(path, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
};
const together = (files: readonly NamedBlob[], how: LedgerSource['together'] = 'all', sink = collector()) =>
  openLedger({ kind: 'files', files, together: how }, null, { platform, sink }).then((ledger) => ({ ledger, sink }));

const accounts = ({ report }: Awaited<ReturnType<typeof open>>): number =>
  report.events + report.leftOut.reduce((sum, { count }) => sum + count, 0);

describe('parts of one ledger open without a question', () => {
  const hive = (run: string, part: string, made: Made): [string, Made] => [`x/agent_id=${run}/${part}.ndjson`, made];
  const own = { more: () => ({ agent_id: undefined }) };
  it.each<[string, NamedBlob[], number, RegExp | null]>([
    ['row ranges', [run('x/p0.ndjson'), run('x/p1.ndjson', { from: 12 })], 24, null],
    [
      'a column that came later',
      [run('a.ndjson'), run('b.ndjson', { from: 12, more: () => ({ role: 'tool' }) })],
      24,
      null,
    ],
    [
      'a part of pauses alone',
      [run('a.ndjson'), run('b.ndjson', { from: 12, more: () => ({ text: undefined }) })],
      24,
      null,
    ],
    [
      'an agent each, counting anew',
      [run('a.ndjson', { who: 'a' }), run('b.ndjson', { who: 'b' })],
      24,
      /counts anew in each file/,
    ],
    [
      'a day each, counting anew',
      [run('a.ndjson'), run('b.ndjson', { start: T + 864e5 })],
      24,
      /counts anew in each file/,
    ],
    [
      'partitions counting anew',
      [run(...hive('a', 'p0', own)), run(...hive('a', 'p1', own))],
      24,
      /12 events have the id of another/,
    ],
    [
      'some ids twice',
      [run('a.ndjson', { n: 20 }), run('b.ndjson', { n: 20, from: 17 })],
      40,
      /3 events have the id of another/,
    ],
    ['traces of two exporters', [otlp('a.json'), otlp('b.jsonl', 2)], 3, null],
  ])('%s', async (_, files, events, note) => {
    const opened = await open(files);
    expect(opened.report.events).toBe(events);
    expect(accounts(opened)).toBe(opened.report.rowsRead);
    if (note) expect(opened.report.notes.join()).toMatch(note);
    else expect(opened.report.notes.join()).not.toContain('id of another');
  });

  it('a longer export of the same: what is there twice is counted', async () => {
    const rows = (n: number) =>
      Array.from({ length: n }, (_, i) => ({ event_id: i, ts: T + i, agent_id: 'a', text: `t ${i}`, latency_ms: 5 }));
    const { report } = await open([ndjson('noon.ndjson', rows(8)), ndjson('night.ndjson', rows(20))]);
    expect(report).toMatchObject({ events: 20, rowsRead: 28 });
    expect(report.leftOut).toMatchObject([{ count: 8, reason: expect.stringContaining('there twice') as string }]);
  });

  it('what holds no events is ignored, with its rows', async () => {
    const files = [run('x/a.ndjson'), run('x/b.ndjson', { from: 12 }), named('x/truth.json', '[{"name":"a","n":1}]')];
    const { report } = await open(files);
    expect(report).toMatchObject({ events: 24, rowsRead: 24, files: 2 });
    expect(report.notes).toContain('1 file ignored (neither text nor embedding by its columns): x/truth.json (1 row).');
    expect((await open(files, { mapping: report.mapping })).report).toMatchObject({ events: 24, rowsRead: 24 });
  });
});

const OTHER_NAMES = { event_id: 'id', ts: 'time', agent_id: 'speaker', text: 'content' };
const SEVERAL: [string, NamedBlob[], string[], RegExp][] = [
  [
    'runs at the same time',
    [run('x/1.ndjson'), run('x/2.ndjson')],
    ['1.ndjson', '2.ndjson'],
    /event 0 is row 1 of x\/1.ndjson/,
  ],
  ['runs that overlap', [run('1.ndjson'), run('2.ndjson', { start: T + 5000 })], ['1.ndjson', '2.ndjson'], /same ids/],
  [
    'a short run and a long one',
    [run('1.ndjson', { n: 5 }), run('2.ndjson', { n: 99 })],
    ['1.ndjson', '2.ndjson'],
    /same ids/,
  ],
  [
    'a long run and a short one',
    [run('1.ndjson', { n: 99 }), run('2.ndjson', { n: 5 })],
    ['1.ndjson', '2.ndjson'],
    /same ids/,
  ],
  [
    'ids of text',
    ['1.ndjson', '2.ndjson'].map((path) => run(path, { more: (i) => ({ event_id: `m-${i}` }) })),
    ['1.ndjson', '2.ndjson'],
    /event m-0 is row 1/,
  ],
  [
    'runs without times',
    ['1.ndjson', '2.ndjson'].map((path) => run(path, { more: () => ({ ts: undefined }) })),
    ['1.ndjson', '2.ndjson'],
    /same ids/,
  ],
  [
    'a folder each, in parts',
    ['r1', 'r2'].flatMap((at) => [run(`x/${at}/p0.ndjson`), run(`x/${at}/p1.ndjson`, { from: 12 })]),
    ['r1', 'r2'],
    /same ids/,
  ],
  [
    'other names',
    [run('1.ndjson'), run('2.ndjson', { from: 50, names: OTHER_NAMES })],
    ['1.ndjson', '2.ndjson'],
    /event_id is "event_id" in 1.ndjson and is "id" in 2.ndjson/,
  ],
  ['other tools', [run('1.ndjson'), otlp('spans.json')], ['1.ndjson', 'spans.json'], /come from different tools/],
  [
    'one ledger in two formats',
    [
      run('1.ndjson'),
      named('2.csv', 'event_id,ts,agent_id,text\n90,2026-01-05T09:00:00Z,a,x\n91,2026-01-05T09:00:01Z,b,y\n'),
    ],
    [],
    /^$/,
  ],
];
describe('several ledgers', () => {
  it.each(SEVERAL.filter(([, , names]) => names.length > 0))(
    '%s: refused, with the list',
    async (_, files, names, why) => {
      const error = await failure(open(files));
      if (error.kind !== 'ledger' || !error.several) throw new Error(error.message);
      expect(error.several.ledgers.map(({ name }) => name)).toEqual(names);
      expect(error.several.apart).toBeNull();
      expect(error.message).toMatch(why);
      expect(error.several.ledgers.every(({ rows }) => rows !== null && rows > 0)).toBe(true);
      expect(error.several.ledgers.flatMap(({ paths }) => paths).sort()).toEqual(files.map(({ path }) => path).sort());
      for (const { paths, rows } of error.several.ledgers)
        expect((await open(files.filter(({ path }) => paths.includes(path)))).report.events).toBe(rows);
    },
  );

  it.each(SEVERAL)('%s: opened together, with the file as a column', async (_, files) => {
    const { ledger, sink } = await together(files);
    expect(accounts(ledger)).toBe(ledger.report.rowsRead);
    expect(ledger.report.leftOut).toEqual([]);
    expect(ledger.report.notes.join()).toMatch(
      /Opened together, told apart by the column "file": .* \d+ rows, .* \d+ rows\./,
    );
    const rows = await Promise.all(files.map(async (file) => (await open(file)).report.events));
    expect(ledger.report.events).toBe(rows.reduce((sum, n) => sum + n, 0));
    expect(sink.rows.every(({ file }) => files.some(({ path }) => `/${path}`.includes(`/${String(file)}`)))).toBe(true);
    expect(sink.rows.every(({ text, ts }) => text !== null && (ts !== null || !ledger.columns.hasTime))).toBe(true);
    expect(new Set(ledger.columns.eventId).size).toBe(ledger.columns.n);
  });

  it.each(SEVERAL)('%s: compared, each is a stream', async (_, files) => {
    const { ledger } = await together(files, 'compare');
    expect(ledger.columns.provider!.codes.every((code) => code >= 0)).toBe(true);
    expect(ledger.columns.provider!.values.length).toBe(2);
  });

  it('times and texts of each are its own, and its ids are kept', async () => {
    const files = [
      run('1.ndjson', { n: 2 }),
      run('2.ndjson', { n: 2, names: OTHER_NAMES, more: () => ({ latency_s: 2 }) }),
    ];
    const { ledger, sink } = await together(files);
    expect(ledger.report.notes.join()).toContain('In 2.ndjson: event_id from "id", ts from "time"');
    expect(sink.rows.sort((a, b) => Number(a.row) - Number(b.row))).toMatchObject([
      { file: '1.ndjson', text: '1.ndjson says 0', ts: T, latency_ms: null, 'event_id (file)': 0n },
      { file: '2.ndjson', text: '2.ndjson says 0', ts: T, latency_ms: 2000, 'event_id (file)': 0n },
      { file: '1.ndjson', text: '1.ndjson says 1', ts: T + 1000 },
      { file: '2.ndjson', text: '2.ndjson says 1', ts: T + 1000, agent_id: 'b' },
    ]);
  });

  it('each counts time in its own unit', async () => {
    const seconds = run('2.ndjson', { names: OTHER_NAMES, more: (i) => ({ ts: T / 1000 + i + 0.5 }) });
    const { ledger } = await together([run('1.ndjson', { more: (i) => ({ ts: T + i * 1000 }) }), seconds]);
    expect(Array.from(ledger.columns.time.subarray(0, 4))).toEqual([T, T + 500, T + 1000, T + 1500]);
    const relative = run('2.ndjson', { names: OTHER_NAMES, more: (i) => ({ ts: i }) });
    expect((await failure(together([run('1.ndjson'), relative]))).message).toContain('small numbers that are no time');
  });

  it('a column of theirs that is called file is kept beside it', async () => {
    const files = ['1.ndjson', '2.ndjson'].map((path) => run(path, { n: 2, more: () => ({ file: 'own' }) }));
    const { sink } = await together(files);
    expect(sink.rows.map((row) => [row.file, row['file (file)']]).sort()).toEqual([
      ['1.ndjson', 'own'],
      ['1.ndjson', 'own'],
      ['2.ndjson', 'own'],
      ['2.ndjson', 'own'],
    ]);
  });
});

describe('ledgers that do not go together', () => {
  const parquet = async (path: string, dimension: number): Promise<NamedBlob> =>
    named(path, await writeParquet(plainLedger(6, dimension), platform));
  it.each<[string, () => Promise<NamedBlob[]>, RegExp]>([
    [
      'vectors of other lengths',
      async () => [await parquet('x/a.parquet', 4), await parquet('x/b.parquet', 3)],
      /^2 ledgers in x, which do not go together: embedding has 4 values in x\/a.parquet, 3 values in x\/b.parquet/,
    ],
    [
      'one without times',
      async () => [run('a.ndjson'), run('b.ndjson', { more: () => ({ ts: undefined }) })],
      /b.ndjson has no ts/,
    ],
    [
      'vectors and texts',
      async () => [await parquet('a.parquet', 4), run('b.ndjson', { names: OTHER_NAMES })],
      /a.parquet has no text that could stand for it/,
    ],
  ])('%s: refused together and apart, each opens', async (_, make, message) => {
    const files = await make();
    for (const call of [() => open(files), () => together(files)]) {
      const error = await failure(call());
      if (error.kind !== 'ledger' || !error.several) throw new Error(error.message);
      expect(error.message).toMatch(message);
      for (const { paths, rows } of error.several.ledgers)
        expect((await open(files.filter(({ path }) => paths.includes(path)))).report.events).toBe(rows);
    }
  });
});

/** A generator of numbers below 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('no row is lost without a word', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('folder %i', async (seed) => {
    const next = random(seed);
    const below = (n: number): number => Math.floor(next() * n);
    const files = Array.from({ length: 2 + below(3) }, (_, f) => {
      const from = below(3) * 5;
      const who = ['ab', 'ab', 'cd'][below(3)];
      const texts = below(3);
      return ndjson(
        `${['', 'r1/', 'r2/'][below(3)]}f${f}.ndjson`,
        Array.from({ length: 1 + below(20) }, (_, i) => ({
          event_id: next() < 0.1 ? from : from + i,
          ts: T + (from + i) * 1000 + below(2) * below(3),
          agent_id: who[below(2)],
          text: `${texts === 0 ? '' : `${f} `}${i}`,
          ...(next() < 0.05 ? { embedding: [1, 2] } : {}),
        })),
      );
    });
    const rows = (await Promise.all(files.map(({ blob }) => blob.text()))).join('\n').split('\n').length;
    for (const how of [undefined, 'all', 'compare'] as const) {
      const source: LedgerSource = { kind: 'files', files, together: how };
      const opened = await openLedger(source, null, { platform }).catch((thrown: unknown) => thrown as Error);
      if (opened instanceof Error) expect(opened.message).toMatch(/ledgers in |does not tell events apart/);
      else {
        expect(opened.report.rowsRead).toBe(rows);
        expect(accounts(opened)).toBe(rows);
      }
    }
  });
});
