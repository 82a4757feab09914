import { createHash } from 'node:crypto';
import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxMuller, openMulberry32 } from '../core/random.ts';
import { createStream, resumeStream } from '../detection/stream.ts';
import type { StreamState } from '../detection/streamTypes.ts';
import { bitsOf, parameters } from '../detection/testing.ts';
import { EVENT_STATES, SIGNAL_NAMES } from '../detection/types.ts';
import { testKernels } from '../kernels/testing.ts';
import { named, open, platform } from '../ledger/testing.ts';
import type { NamedBlob } from '../ledger/types.ts';
import { writeHive, writeParquet, type LedgerTable } from '../ledger/write.ts';
import { projectLedger } from './projection.ts';
import { createStages, type Analysis } from './stages.ts';

/** Laws of the whole way, from files to alerts, on random ledgers. */
const kernels = testKernels();

interface Shape {
  readonly n: number;
  readonly dimension: number;
  readonly providers: number;
  readonly seed: number;
  /** Events of one provider scatter from there on. */
  readonly fracture: number;
  readonly voids: number;
}
const shapes: fc.Arbitrary<Shape> = fc.record({
  n: fc.integer({ min: 220, max: 600 }),
  dimension: fc.constantFrom(2, 5, 8),
  providers: fc.constantFrom(1, 2, 4),
  seed: fc.nat(),
  fracture: fc.constantFrom(Infinity, 210),
  voids: fc.constantFrom(0, 0.05),
});
const settings = parameters({ reference_events: 200, warmup: 20, k: 4 });

function tableOf({ n, dimension, providers, seed, fracture, voids }: Shape): LedgerTable {
  const random = openMulberry32(seed);
  const provider = Int32Array.from({ length: n }, () => Math.floor(random() * providers));
  let now = Date.UTC(2026, 0, 5);
  const time = Float64Array.from({ length: n }, () => (now += Math.floor(random() * 3) * 700_000));
  return {
    n,
    eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(i)),
    time,
    provider: { codes: provider, values: Array.from({ length: providers }, (_, p) => `p ${p}`) },
    thread: {
      codes: Int32Array.from({ length: n }, () => Math.floor(random() * 4) - 1),
      values: ['x', 'y', 'z'],
    },
    latency: Float64Array.from({ length: n }, () => (random() < 0.1 ? NaN : 20 + Math.floor(random() * 800) / 8)),
    isVoid: Uint8Array.from({ length: n }, () => (random() < voids ? 1 : 0)),
    dimension,
    embeddings: Float32Array.from({ length: n * dimension }, (_, at) => {
      const event = Math.floor(at / dimension);
      const scale = event >= fracture && provider[event] === 0 ? 4 : 1;
      return Math.fround(scale * boxMuller(random(), random()) + provider[event]);
    }),
  };
}

/** The rows `at` of a table. */
function rowsOf(table: LedgerTable, at: readonly number[]): LedgerTable {
  const { dimension, embeddings, provider, thread, eventId, time, latency, isVoid } = table;
  return {
    n: at.length,
    eventId: BigInt64Array.from(at, (row) => eventId[row]),
    time: Float64Array.from(at, (row) => time![row]),
    provider: { ...provider!, codes: Int32Array.from(at, (row) => provider!.codes[row]) },
    thread: { ...thread!, codes: Int32Array.from(at, (row) => thread!.codes[row]) },
    latency: Float64Array.from(at, (row) => latency![row]),
    isVoid: Uint8Array.from(at, (row) => isVoid![row]),
    dimension,
    embeddings: Float32Array.from(
      at.flatMap((row) => [...embeddings!.subarray(row * dimension!, (row + 1) * dimension!)]),
    ),
  };
}

const parquetBytes = (table: LedgerTable, rowGroupRows?: number): Promise<Uint8Array> =>
  writeParquet(table, platform, { rowGroupRows });

async function arrowOf(table: LedgerTable): Promise<arrow.Table> {
  const { readParquet } = await platform.parquet();
  return arrow.tableFromIPC(readParquet(await parquetBytes(table)).intoIPCStream());
}

async function textsOf(table: LedgerTable): Promise<Map<string, string>[]> {
  const read = await arrowOf(table);
  return Array.from({ length: table.n }, (_, i) => {
    const row = read.schema.fields.map(({ name }): [string, string] => {
      const value: unknown = read.getChild(name)!.get(i);
      if (value === null || value === undefined) return [name, ''];
      if (name === 'ts') return [name, new Date(Number(value)).toISOString()];
      const list = typeof value === 'object' && Symbol.iterator in value;
      return [name, list ? `[${[...(value as Iterable<number>)].join(', ')}]` : `${value as number}`];
    });
    return new Map(row);
  });
}

/** The one ledger in every form in which it can lie on disk. */
const FORMS: Readonly<Record<string, (table: LedgerTable, cut: number) => Promise<NamedBlob[]>>> = {
  'Parquet in row groups of any size': async (table, cut) => [
    named('a.parquet', await parquetBytes(table, 1 + (cut % 97))),
  ],
  'files in any order': async (table, cut) => {
    const parts = [0, 1, 2].map((part) =>
      Array.from({ length: table.n }, (_, i) => i).filter((i) => (i * 7 + (i % 5) + cut) % 3 === part),
    );
    const files = parts.map(async (at, i) =>
      named(`${(i + cut) % 3}.parquet`, await parquetBytes(rowsOf(table, at), 50)),
    );
    return Promise.all(files);
  },
  'rows in any order': async (table, cut) => {
    const step = 1 + 2 * (cut % 50);
    const order = Array.from({ length: table.n }, (_, i) => i).sort(
      (a, b) => ((a * step) % 1009) - ((b * step) % 1009) || a - b,
    );
    return [named('a.parquet', await parquetBytes(rowsOf(table, order)))];
  },
  partitions: async (table, cut) =>
    (await writeHive(table, platform, { rowGroupRows: 1 + (cut % 60) })).map(({ path, bytes }) => named(path, bytes)),
  'an Arrow file': async (table) => [named('a.arrow', arrow.tableToIPC(await arrowOf(table), 'file'))],
  'an Arrow stream': async (table) => [named('a.arrows', arrow.tableToIPC(await arrowOf(table), 'stream'))],
  CSV: async (table, cut) => {
    const rows = await textsOf(table);
    const quote = (text: string) => (text.includes(',') || cut % 2 === 0 ? `"${text}"` : text);
    const lines = [[...rows[0].keys()], ...rows.map((row) => [...row.values()])];
    const newline = cut % 3 === 0 ? '\r\n' : '\n';
    return [named('a.csv', lines.map((line) => line.map(quote).join(',') + newline).join(''))];
  },
  NDJSON: async (table, cut) => {
    const rows = await textsOf(table);
    const bare = new Set(['event_id', 'latency_ms', 'embedding']);
    const lines = rows.map((row) => {
      const fields = [...row].filter(([, value]) => value !== '' || cut % 2 === 0);
      const json = fields.map(([name, value]) => {
        const text = value === '' ? 'null' : bare.has(name) ? value : JSON.stringify(value);
        return `${JSON.stringify(name)}: ${text}`;
      });
      return `{${json.join(', ')}}`;
    });
    return [named('a.ndjson', cut % 5 === 0 ? `[${lines.join(',\n')}]` : lines.join('\n'))];
  },
};

/** An analysis to the last bit. */
function bits({ events, signals, decisions, coordinates, projection }: Analysis) {
  const raw = (column: ArrayBufferView): string =>
    createHash('sha1')
      .update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
      .digest('hex');
  return {
    ...bitsOf(signals),
    decisions: [decisions.eventState, decisions.z, decisions.cusum, decisions.notice].map(raw),
    alerts: decisions.alerts,
    calibration: decisions.calibration,
    ids: [...events.eventId],
    streams: [...events.streams],
    coordinates: raw(coordinates.x),
    eigenvalues: [...projection.eigenvalues],
  };
}

async function analysed(files: readonly NamedBlob[]) {
  const ledger = await open(files);
  expect(ledger.report.leftOut).toEqual([]);
  const stages = createStages(kernels.fork(), ledger);
  const analysis = await stages.run(settings, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const answer = { fingerprint: ledger.report.fingerprint, ...bits(analysis) };
  return { answer, analysis, stages, ledger };
}

describe('one ledger', () => {
  it.each(Object.keys(FORMS))('gives one analysis, to the last bit: %s', async (form) => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(1000), async (shape, cut) => {
        const table = tableOf(shape);
        const { answer } = await analysed([named('whole.parquet', await parquetBytes(table))]);
        expect((await analysed(await FORMS[form](table, cut))).answer).toEqual(answer);
      }),
      { numRuns: 4 },
    );
  });

  it('opened twice gives the same, another in between', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, shapes, async (one, other) => {
        const [a, b] = await Promise.all(
          [one, other].map(async (shape) => [named('a.parquet', await parquetBytes(tableOf(shape)))]),
        );
        const { answer } = await analysed(a);
        await analysed(b);
        expect((await analysed(a)).answer).toEqual(answer);
      }),
      { numRuns: 4 },
    );
  });

  it('has in one batch what it has event by event, saved and resumed anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(fc.nat(600), { maxLength: 4 }), async (shape, cuts) => {
        const table = tableOf(shape);
        const { analysis, stages, ledger } = await analysed([named('a.parquet', await parquetBytes(table))]);
        const { events, signals, decisions, fitted } = analysis;
        const baseline = stages.detector.baseline(fitted, settings);
        const { k, x } = await projectLedger(kernels, fitted, ledger.embeddings!, ledger.columns.n);
        let stream = createStream(kernels, baseline, settings);
        for (let i = 0; i < events.n; i++) {
          if (cuts.includes(i)) {
            const saved = JSON.parse(JSON.stringify(stream.save())) as StreamState;
            stream = resumeStream(kernels, baseline, settings, saved);
          }
          const step = stream.push({
            stream: events.streams[events.stream[i]],
            time: events.time[i],
            thread: events.thread[i] < 0 ? null : String(events.thread[i]),
            instantiation: events.instantiation[i] < 0 ? null : String(events.instantiation[i]),
            latency: events.latency[i],
            coordinates: events.isVoid[i] ? null : x.slice(events.row[i] * k, (events.row[i] + 1) * k),
          });
          const differing = SIGNAL_NAMES.filter((name) => !Object.is(step.signals[name], signals[name][i]));
          expect({ i, differing, state: step.eventState, cusum: step.cusum }).toEqual({
            i,
            differing: [],
            state: EVENT_STATES[decisions.eventState[i]],
            cusum: decisions.cusum[i],
          });
        }
      }),
      { numRuns: 4 },
    );
  });

  it('tells another ledger from it', async () => {
    const table = tableOf({ n: 300, dimension: 5, providers: 2, seed: 1, fracture: Infinity, voids: 0 });
    const { answer } = await analysed([named('a.parquet', await parquetBytes(table))]);
    const embeddings = table.embeddings!.slice();
    embeddings[1000] += 1e-4;
    const changed = await analysed([named('a.parquet', await parquetBytes({ ...table, embeddings }))]);
    expect(changed.answer).not.toEqual(answer);
  });
});
