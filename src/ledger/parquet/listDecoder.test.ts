import * as arrow from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../core/random.ts';
import { fixture, platform } from '../testing.ts';
import type { NamedBlob } from '../types.ts';
import type { ListDecoder } from './listDecoder.ts';
import { openParquet } from './reader.ts';

const parquet = await platform.parquet();
let decoder: ListDecoder;
/** Chunks that the decoder was given, and those that it read. */
let [given, read] = [0, 0];

beforeAll(async () => {
  const own = (await platform.listDecoder!())!;
  decoder = {
    decode: (...chunk) => {
      const lists = own.decode(...chunk);
      given++;
      if (lists) read++;
      return lists;
    },
  };
});

/** Every list of a file, bit by bit, batch by batch; or what reading it threw. */
async function listsOf({ path, blob }: NamedBlob, by: ListDecoder | null): Promise<string> {
  const tail = new Uint8Array(await blob.slice(-8192).arrayBuffer());
  const lines: string[] = [];
  try {
    const reader = await openParquet({ path, blob }, parquet, tail, by);
    const columns = reader.fields.filter(({ type }) => arrow.DataType.isList(type)).map(({ name }) => name);
    for await (const batch of reader.read({ columns: [...columns, 'event_id'], batchRows: 700 })) {
      for (const column of batch.columns.slice(0, -1) as Data[]) {
        const { valueOffsets, children } = column;
        const bits = new Uint32Array((children[0].values as Float32Array).slice().buffer);
        for (let i = 0; i < column.length; i++)
          lines.push(column.getValid(i) ? bits.subarray(valueOffsets[i], valueOffsets[i + 1]).join() : 'null');
      }
      lines.push(`${batch.first} ${batch.rows} ${(batch.columns.at(-1) as Data).length}`);
    }
  } catch (thrown) {
    return `refused: ${(thrown as Error).message}`;
  }
  return lines.join('\n');
}

interface Written {
  readonly rows: number;
  readonly length: number;
  readonly value: (at: number) => number;
  readonly isNull?: (row: number) => boolean;
  readonly compressed?: boolean;
  readonly dictionary?: boolean;
  readonly groupRows?: number;
}

/** A file of lists by parquet-wasm's writer. */
function written({ rows, length, value, isNull, compressed = true, dictionary = true, groupRows }: Written): NamedBlob {
  const there = Array.from({ length: rows }, (_, row) => !isNull?.(row));
  const offsets = new Int32Array(rows + 1);
  there.forEach((is, row) => (offsets[row + 1] = offsets[row] + (is ? length : 0)));
  const values = Float32Array.from({ length: offsets[rows] }, (_, at) => value(at));
  const bitmap = new Uint8Array((rows + 7) >> 3);
  there.forEach((is, row) => (bitmap[row >> 3] |= Number(is) << (row & 7)));
  const type = new arrow.List(new arrow.Field('element', new arrow.Float32(), true));
  const child = arrow.makeData({ type: new arrow.Float32(), length: values.length, nullCount: 0, data: values });
  const list = arrow.makeData({ type, length: rows, nullCount: -1, nullBitmap: bitmap, valueOffsets: offsets, child });
  const data = BigInt64Array.from({ length: rows }, (_, row) => BigInt(row));
  const ids = arrow.makeData({ type: new arrow.Int64(), length: rows, nullCount: 0, data });
  const table = new arrow.Table({ embedding: new arrow.Vector([list]), event_id: new arrow.Vector([ids]) });
  let builder = new parquet.WriterPropertiesBuilder().setDictionaryEnabled(dictionary);
  builder = builder.setCompression(compressed ? parquet.Compression.ZSTD : parquet.Compression.UNCOMPRESSED);
  if (groupRows !== undefined) builder = builder.setMaxRowGroupSize(groupRows);
  const bytes = parquet.writeParquet(parquet.Table.fromIPCStream(arrow.tableToIPC(table, 'stream')), builder.build());
  return { path: 'lists.parquet', blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) };
}

const noise = (seed: number): (() => number) => {
  const next = mulberry32(seed);
  return () => next() - 0.5;
};
const FILES: Readonly<Record<string, Written>> = {
  'numbers that do not compress, by dictionary': { rows: 3600, length: 64, value: noise(1) },
  'more numbers than a dictionary holds': { rows: 9000, length: 64, value: noise(2) },
  'plain numbers': { rows: 3600, length: 64, value: noise(3), dictionary: false },
  'numbers without compression': { rows: 3600, length: 64, value: noise(4), compressed: false },
  'few different numbers': { rows: 5000, length: 8, value: (at) => (at * at) % 7 },
  'one number': { rows: 5000, length: 16, value: () => 0.25 },
  'numbers that repeat': { rows: 4000, length: 24, value: (at) => Math.sin(at % 977), dictionary: false },
  'lists of one': { rows: 3000, length: 1, value: noise(5) },
  'numbers that are none': { rows: 900, length: 5, value: (at) => [NaN, Infinity, -Infinity, -0, 1e-40][at % 5] },
  'nulls here and there': { rows: 5000, length: 12, value: noise(6), isNull: (row) => row % 13 === 5 },
  'long stretches of nulls': { rows: 5000, length: 12, value: noise(7), isNull: (row) => row % 1000 > 300 },
  'nulls alone': { rows: 2000, length: 4, value: noise(8), isNull: () => true },
  'several row groups': { rows: 5000, length: 32, value: noise(9), groupRows: 999, isNull: (row) => row % 7 === 0 },
};

describe('lists of float32', () => {
  it.each(Object.entries(FILES))('are what parquet-wasm reads: %s', async (_, file) => {
    const blob = written(file);
    [given, read] = [0, 0];
    const own = await listsOf(blob, decoder);
    // Lines, since a difference of long texts takes minutes to be shown.
    expect(own === (await listsOf(blob, null))).toBe(true);
    expect(own.split('\n').length).toBeGreaterThan(file.rows);
    expect(read).toBe(Math.ceil(file.rows / (file.groupRows ?? file.rows)));
  });

  it.each(['codec_zstd', 'codec_none', 'checksums', 'empty_groups', 'fastparquet', 'ts_ms', 'codec_gzip'])(
    'are what parquet-wasm reads of another writer: %s.parquet',
    async (name) => {
      expect(await listsOf(fixture(`${name}.parquet`), decoder)).toBe(await listsOf(fixture(`${name}.parquet`), null));
    },
  );

  it('are left to parquet-wasm where they hold nulls or are empty', async () => {
    const type = new arrow.List(new arrow.Field('element', new arrow.Float32(), true));
    const lists = arrow.vectorFromArray([[1, null, 3], [], null, [4]], type);
    const table = new arrow.Table({ embedding: lists, event_id: arrow.vectorFromArray([1n, 2n, 3n, 4n]) });
    const bytes = parquet.writeParquet(parquet.Table.fromIPCStream(arrow.tableToIPC(table, 'stream')));
    const file = { path: 'odd.parquet', blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) };
    [given, read] = [0, 0];
    expect(await listsOf(file, decoder)).toBe(await listsOf(file, null));
    expect([given, read]).toEqual([1, 0]);
  });

  it('of damaged files are refused, or as parquet-wasm reads them', async () => {
    const next = mulberry32(11);
    let refused = 0;
    for (const name of ['numbers that repeat', 'few different numbers', 'nulls here and there']) {
      const whole = new Uint8Array(await written({ ...FILES[name], rows: 300 }).blob.arrayBuffer());
      for (let i = 0; i < 60; i++) {
        const bytes = whole.slice();
        // Most of such a file are the pages of its lists.
        const at = 4 + Math.floor(next() * (bytes.length - 600));
        bytes[at] ^= 1 << Math.floor(next() * 8);
        const file = { path: 'damaged.parquet', blob: new Blob([bytes]) };
        const own = await listsOf(file, decoder);
        expect(own).toBe(await listsOf(file, null));
        if (own.startsWith('refused')) refused++;
      }
    }
    expect(refused).toBeGreaterThan(10);
  });
});
