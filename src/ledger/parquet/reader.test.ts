import type { Data } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { groupInPlace, readFooter } from './footer.ts';
import { openTable } from '../source.ts';
import { named, plainLedger, platform } from '../testing.ts';
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
