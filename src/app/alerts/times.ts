/**
 * A timestamp as SQL gives it (Date, epoch ms, or microseconds as bigint) in epoch milliseconds; NaN if there is
 * none.
 */
export function epochMsOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value / 1000n) + Number(value % 1000n) / 1000;
  return NaN;
}
