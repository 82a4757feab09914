import * as arrow from 'apache-arrow';
import type { Data } from 'apache-arrow';
import { columnFailure } from '../failures.ts';

/**
 * Times as Hive, Impala and Spark wrote them: nanoseconds of the day (8 bytes), then the Julian day (4). Read as
 * nanoseconds since 1970 they would wrap before 1677 and after 2262, so the bytes are read as they are, and become
 * microseconds here.
 */
export const INT96_BYTES = 12;
export const INT96_TYPE = new arrow.TimestampMicrosecond();
const EPOCH_DAY = 2_440_588;
const DAY_MICROS = 86_400_000_000n;
/** Days from 1970 that microseconds of 64 bits reach. */
const MOST_DAYS = 106_751_990;

/** @param first row of the file that `data` begins with */
export function timesOf(path: string, column: string, data: Data, first: number): Data {
  const bytes = data.values as Uint8Array;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new BigInt64Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (!data.getValid(i)) continue;
    const nanos = view.getBigInt64(i * INT96_BYTES, true);
    const days = view.getInt32(i * INT96_BYTES + 8, true) - EPOCH_DAY;
    if (Math.abs(days) > MOST_DAYS) {
      const found = `the time of day ${days.toLocaleString('en-US')} after 1970 at row ${first + i + 1}`;
      throw columnFailure(path, column, found, 'TIMESTAMP', 'Write the column again as TIMESTAMP, without that value');
    }
    values[i] = BigInt(days) * DAY_MICROS + (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n;
  }
  return arrow.makeData({
    type: INT96_TYPE,
    length: data.length,
    nullCount: data.nullCount,
    nullBitmap: data.nullCount > 0 ? data.nullBitmap : undefined,
    data: values,
  });
}
