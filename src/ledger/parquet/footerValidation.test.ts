import { describe, expect, it } from 'vitest';
import { collector, failure, fixture, named, open, plainLedger, platform } from '../testing.ts';
import { writeParquet } from '../write.ts';
import { CHUNK, FILE, GROUP, META, SCHEMA } from './fields.ts';
import { I64, readThrift, writeThrift, type ThriftList, type ThriftStruct, type ThriftValue } from './thrift.ts';

/** Three row groups of 20 rows: event_id, ts, provider_id, embedding. */
const bytes = await writeParquet(plainLedger(60), platform, { rowGroupRows: 20 });
const footerLength = new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
const footerAt = bytes.length - 8 - footerLength;

const list = (fields: ThriftStruct, id: number): ThriftValue[] => (fields.get(id)!.value as ThriftList).items;
const groupOf = (metadata: ThriftStruct, i: number): ThriftStruct => list(metadata, FILE.groups)[i] as ThriftStruct;
const chunkOf = (metadata: ThriftStruct, group: number, column: number): ThriftStruct => {
  const chunk = list(groupOf(metadata, group), GROUP.columns)[column] as ThriftStruct;
  return chunk.get(CHUNK.meta)!.value as ThriftStruct;
};
const elementOf = (metadata: ThriftStruct, i: number): ThriftStruct => list(metadata, FILE.schema)[i] as ThriftStruct;
const set = (fields: ThriftStruct, id: number, value: ThriftValue): void => {
  fields.set(id, { type: fields.get(id)?.type ?? I64, value });
};
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, parts[parts.length - 1].length, true);
  return new Uint8Array(Buffer.concat([...parts, size, text('PAR1')]));
}
/** The file with another footer. */
function withFooter(change: (metadata: ThriftStruct) => void): Uint8Array {
  const metadata = readThrift(bytes.slice(footerAt, -8));
  change(metadata);
  return joined([bytes.subarray(0, footerAt), writeThrift(metadata)]);
}

describe('a footer that does not hold', () => {
  it.each<[string, (metadata: ThriftStruct) => void, RegExp]>([
    [
      'a column named otherwise in a row group',
      (m) => (list(chunkOf(m, 0, 1), META.path)[0] = text('tz')),
      /row group 1 has no column "ts", but one named "tz"/,
    ],
    [
      'a column missing from one row group',
      (m) => list(groupOf(m, 1), GROUP.columns).splice(1, 1),
      /row group 2 has no column "ts", but one named "provider_id"/,
    ],
    [
      'the last column missing',
      (m) => list(groupOf(m, 1), GROUP.columns).pop(),
      /row group 2 has no column "embedding\.list\.\w+"\)/,
    ],
    [
      'columns in another order',
      (m) => list(groupOf(m, 2), GROUP.columns).reverse(),
      /row group 3 has its columns in another order/,
    ],
    [
      'one column more',
      (m) => list(groupOf(m, 2), GROUP.columns).push(list(groupOf(m, 2), GROUP.columns)[0]),
      /row group 3 has a column "event_id" that the schema does not have/,
    ],
    ['a row group missing', (m) => list(m, FILE.groups).pop(), /its row groups hold 40 rows, but it states 60/],
    ['row groups in another order', (m) => list(m, FILE.groups).reverse(), /another order than they state/],
    ['a negative row count', (m) => set(groupOf(m, 1), GROUP.rows, -20n), /row group 2 states -20 rows/],
    ['a negative total', (m) => set(m, FILE.rows, -1n), /it states -1 rows/],
    [
      'other rows than values',
      (m) => set(groupOf(m, 1), GROUP.rows, 0n),
      /column "event_id" of row group 2 states 20 values, but the row group 0 rows/,
    ],
    ['2^31 columns within a value', (m) => set(elementOf(m, 1), SCHEMA.children, 2n ** 31n), /has values and columns/],
    ['2^31 columns', (m) => set(elementOf(m, 0), SCHEMA.children, 2n ** 31n), /states 2,147,483,648 columns within it/],
    ['fewer columns than follow', (m) => set(elementOf(m, 0), SCHEMA.children, 3n), /ends after 4 of/],
    ['two columns of one name', (m) => set(elementOf(m, 3), SCHEMA.name, text('ts')), /two columns are named "ts"/],
    [
      'another type than the schema',
      (m) => set(chunkOf(m, 0, 0), META.type, 1n),
      /column "event_id" of row group 1 has another type/,
    ],
    ['a type stated twice', (m) => set(elementOf(m, 2), SCHEMA.converted, 9n), /"ts" is unknown, or stated twice/],
    ['a place outside', (m) => set(chunkOf(m, 2, 3), META.compressed, 2n ** 40n), /row group 3 lies outside the file/],
    [
      'places that overlap',
      (m) => set(chunkOf(m, 0, 0), META.compressed, BigInt(footerAt - 100)),
      /column "ts" of row group 1 begins within "event_id"/,
    ],
    ['an impossible size', (m) => set(chunkOf(m, 1, 0), META.uncompressed, 2n ** 50n), /in the file cannot hold/],
    ['an unreadable codec', (m) => set(chunkOf(m, 0, 0), META.codec, 3n), /compressed with LZO, which cannot be read/],
  ])('%s', async (_, change, message) => {
    const error = await failure(open(named('bad.parquet', withFooter(change))));
    expect(error.kind).toBe('file');
    expect(error.message).toMatch(/^bad\.parquet: /);
    expect(error.message).toMatch(message);
  });

  it('is refused or reads as it was, whichever byte of it is changed', async () => {
    const small = new Uint8Array(await fixture('codec_zstd.parquet').blob.arrayBuffer());
    const rowsOf = async (file: Uint8Array): Promise<string> => {
      const sink = collector();
      const { columns } = await open(named('flipped.parquet', file), { sink });
      return JSON.stringify([sink.rows, [...columns.time]], (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    };
    const intact = await rowsOf(small);
    let refused = 0;
    for (let at = small.length - 8 - new DataView(small.buffer).getUint32(small.length - 8, true); at < small.length;) {
      const flipped = small.slice();
      flipped[at] ^= 1 << (at & 7);
      const outcome = await rowsOf(flipped).catch((thrown: unknown) => thrown as Error);
      if (outcome instanceof Error) {
        expect(outcome.name, `byte ${at}`).toBe('TautlineFailure');
        refused++;
      } else expect(outcome, `byte ${at}`).toBe(intact);
      at += 7;
    }
    expect(refused).toBeGreaterThan(50);
  });
});

describe('sound footers of other writers', () => {
  /** Groups without rows, as parquet-cpp writes them: places of 0. */
  const emptied = (metadata: ThriftStruct): void => {
    set(metadata, FILE.rows, 0n);
    list(metadata, FILE.groups).splice(1);
    set(groupOf(metadata, 0), GROUP.rows, 0n);
    for (let column = 0; column < 4; column++) {
      const meta = chunkOf(metadata, 0, column);
      set(meta, META.values, 0n);
      set(meta, META.dataPage, 0n);
      meta.delete(META.sizes);
    }
  };

  it('without any row: it says so, and beside others it does not matter', async () => {
    const empty = named('empty.parquet', withFooter(emptied));
    expect((await failure(open(empty))).message).toContain('it has no rows');
    const { report } = await open([empty, named('full.parquet', bytes)]);
    expect(report.events).toBe(60);
    expect((await open(fixture('empty_groups.parquet'))).report.events).toBe(12);
  });

  it.each<[string, (meta: ThriftStruct) => void]>([
    [
      'a dictionary at 0 where there is none',
      (meta) => {
        set(meta, META.dataPage, meta.get(META.dictionaryPage)!.value);
        set(meta, META.dictionaryPage, 0n);
      },
    ],
    [
      'the place of the dictionary as that of the data',
      (meta) => {
        set(meta, META.dataPage, meta.get(META.dictionaryPage)!.value);
        meta.delete(META.dictionaryPage);
      },
    ],
  ])('%s', async (_, change) => {
    const old = withFooter((m) => {
      for (let group = 0; group < 3; group++)
        for (let column = 0; column < 4; column++) change(chunkOf(m, group, column));
    });
    expect((await open(named('old.parquet', old))).report).toMatchObject({ events: 60, leftOut: [] });
  });

  it('sizes without the header of the dictionary, as parquet-mr 1.2.8 wrote them', async () => {
    const old = withFooter((m) => {
      set(m, FILE.writer, text('parquet-mr version 1.2.8'));
      for (let group = 0; group < 3; group++) {
        const meta = chunkOf(m, group, 0);
        set(meta, META.compressed, (meta.get(META.compressed)!.value as bigint) - 14n);
      }
    });
    expect((await open(named('old.parquet', old))).report).toMatchObject({ events: 60, leftOut: [] });
  });
});
