import { FixedSizeBinary, makeData, type Data } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { groupInPlace, readFooter } from './footer.ts';
import { timesOf } from './int96.ts';
import { openTable } from '../source.ts';
import { failure, fixture, named, open, plainLedger, platform } from '../testing.ts';
import { writeParquet } from '../write.ts';

const N = 1000;
const DIMENSION = 64;
const table = plainLedger(N, DIMENSION);
/** Nearly all of the file is its first row group: that one is read with the whole file, the other by itself. */
const bytes = await writeParquet(table, platform, { rowGroupRows: 980 });

describe('a file that is read whole', () => {
  it('gives every row group as it is, each time and whatever columns are asked for', async () => {
    const sliced: number[] = [];
    const { blob } = named('two.parquet', bytes);
    const file = {
      path: 'two.parquet',
      blob: Object.assign(blob, {
        arrayBuffer: () => {
          sliced.push(blob.size);
          return Blob.prototype.arrayBuffer.call(blob);
        },
      }),
    };
    const reader = await openTable(file, platform);
    const all = reader.fields.map(({ name }) => name);
    for (const columns of [all, ['event_id', 'embedding'], all]) {
      const groups: number[] = [];
      const values: number[] = [];
      const ids: bigint[] = [];
      for await (const batch of reader.read({ columns, batchRows: N })) {
        groups.push(batch.rows);
        const column = (name: string) => batch.columns[columns.indexOf(name)] as Data;
        for (const value of column('embedding').children[0].values as Float32Array) values.push(value);
        for (const id of column('event_id').values as BigInt64Array) ids.push(id);
      }
      expect(groups).toEqual([980, 20]);
      expect(values).toEqual(Array.from(table.embeddings!));
      expect(ids).toEqual(Array.from(table.eventId));
    }
    expect(sliced).toEqual([bytes.length, bytes.length, bytes.length]);
  });

  it('is left as it is where another footer has no room', () => {
    const length = new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    const from = bytes.length - 8 - length;
    const footer = readFooter('two.parquet', bytes.subarray(from, -8), bytes.length);
    const data = footer.groups[0].chunks.map(({ start, bytes: size }) => bytes.subarray(start, start + size));
    const short = bytes.slice(0, from + 100);
    expect(groupInPlace(footer, 0, data, short, from)).toBeNull();
    expect(short).toEqual(bytes.slice(0, from + 100));
    // A footer that says that chunks are where it is itself.
    expect(groupInPlace(footer, 0, data, bytes.slice(), 1000)).toBeNull();
    const whole = bytes.slice();
    expect(groupInPlace(footer, 0, data, whole, from)!.buffer).toBe(whole.buffer);
  });
});

describe('checksums of pages', () => {
  it('let a sound file open, and name the page that was changed', async () => {
    const whole = new Uint8Array(await fixture('checksums.parquet').blob.arrayBuffer());
    expect((await open(named('sound.parquet', whole))).report.events).toBe(12);
    const length = new DataView(whole.buffer).getUint32(whole.length - 8, true);
    const [{ chunks }] = readFooter('x', whole.subarray(whole.length - 8 - length, -8), whole.length).groups;
    for (const { start, bytes: size, column } of chunks) {
      const changed = whole.slice();
      changed[start + size - 1] ^= 4;
      const { message } = await failure(open(named('changed.parquet', changed)));
      expect(message).toMatch(
        new RegExp(`page 2 of column "${column}.*" of row group 1 was damaged after it was written`),
      );
    }
  });

  it('are the usual ones', () => {
    expect(crc32(new TextEncoder().encode('123456789')) >>> 0).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});

describe('times of the type INT96', () => {
  it('do not wrap beyond the years 1677 and 2262', async () => {
    const reader = await openTable(fixture('int96.parquet'), platform);
    expect(reader.fields[1]).toMatchObject({ name: 'ts', typeName: 'Timestamp<MICROSECOND>' });
    let times!: Data;
    for await (const batch of reader.read({ columns: ['ts'], batchRows: 100 })) times = batch.columns[0] as Data;
    const micros = Array.from(times.values as BigInt64Array, Number);
    const at = (...date: [number, number, number]): number => Date.UTC(...date) * 1000;
    expect(micros.slice(0, 2)).toEqual([at(2026, 0, 5) + 7, at(2026, 0, 5) + 1_000_007]);
    expect(micros.slice(6, 8)).toEqual([at(9999, 11, 31), at(1600, 0, 1) + 1]);
    expect(times.getValid(8)).toBe(false);
  });

  it('that no calendar has are refused by column and row', () => {
    const beyond = makeData({ type: new FixedSizeBinary(12), length: 1, data: new Uint8Array(12).fill(127) });
    expect(() => timesOf('x.parquet', 'ts', beyond, 41)).toThrow(/x\.parquet.*ts.*at row 42/);
  });
});
