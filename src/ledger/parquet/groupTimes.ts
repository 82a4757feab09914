import { DataType, DateUnit, TimeUnit } from 'apache-arrow';
import type { Footer } from './footer.ts';
import type { GroupTimes } from '../reader.ts';
import { plausible, timeOfNumber } from '../times.ts';

/** Epoch ms of a plain-encoded value of a column of times; NaN if such a column has no order that its bytes tell. */
function decodeTime(bytes: Uint8Array, type: DataType): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (DataType.isDate(type) && type.unit === DateUnit.DAY)
    return bytes.length === 4 ? view.getInt32(0, true) * 86_400_000 : NaN;
  if (bytes.length !== 8) return NaN;
  if (DataType.isTimestamp(type)) {
    const value = view.getBigInt64(0, true);
    switch (type.unit) {
      case TimeUnit.MILLISECOND:
        return Number(value);
      case TimeUnit.MICROSECOND:
        return Number(value) / 1000;
      case TimeUnit.NANOSECOND:
        return Number((value - (((value % 1000n) + 1000n) % 1000n)) / 1000n) / 1000;
      default:
        return NaN;
    }
  }
  if (DataType.isInt(type) && type.isSigned && type.bitWidth === 64) return timeOfNumber(view.getBigInt64(0, true));
  if (DataType.isFloat(type)) return timeOfNumber(view.getFloat64(0, true));
  return NaN;
}

/** What the statistics of each row group say of a column of times. */
export function groupTimes(footer: Footer, column: string, type: DataType | null): GroupTimes[] {
  return footer.groups.map(({ rows, chunks }): GroupTimes => {
    const statistics = chunks.find((chunk) => chunk.column === column && !chunk.nested)?.statistics;
    const decode = (bytes: Uint8Array | null | undefined): number =>
      bytes && type ? plausible(decodeTime(bytes, type)) : NaN;
    const first = decode(statistics?.least);
    const last = decode(statistics?.greatest);
    const known = first <= last;
    return { rows, first: known ? first : NaN, last: known ? last : NaN, complete: statistics?.nulls === 0 };
  });
}
