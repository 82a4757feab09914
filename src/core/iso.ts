const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;
export const isIsoText = (value: string): boolean => ISO.test(value);
/** True if an ISO 8601 time names its zone. */
export const hasZone = (value: string): boolean => value.endsWith('Z') || ISO.exec(value)?.[8] !== undefined;

/**
 * Epoch milliseconds of an ISO 8601 time, microseconds kept as a fraction, UTC where no zone is given; NaN if it is
 * not one.
 */
export function parseIso(value: string): number {
  const match = ISO.exec(value);
  if (!match) return NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  // Date.UTC carries what is out of range over to the next unit: then the date is not the one that was written.
  if (
    new Date(whole).toISOString().slice(0, 16) !==
    `${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  )
    return NaN;
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  const sign = zone[0] === '-' ? -1 : 1;
  const offset = /^[+-]/.test(zone)
    ? sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0))
    : 0;
  return (whole * 1000 + micros) / 1000 - offset * 60_000;
}
