/** Forms of ISO 8601 beside `2026-01-05T09:00:00Z`, in which few programs write times. */

const TIME = '(?:[T ](\\d\\d)(?::?(\\d\\d)(?::?(\\d\\d)(?:[.,](\\d+))?)?)?)?';
const ZONE = '\\s*(Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)?';
const of = (date: string): RegExp => new RegExp(`^${date}${TIME}${ZONE}$`, 'i');

const PLAIN = of('(\\d{4})-(\\d\\d)-(\\d\\d)');
const BASIC = of('(\\d{4})(\\d\\d)(\\d\\d)(?=T)');
const WEEK = of('(\\d{4})-?W(\\d\\d)(?:-?([1-7]))?');
const DAY_OF_YEAR = of('(\\d{4})-?(\\d{3})(?=T)()');

const DAY = 86_400_000;
const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The day that a week of a year begins: the first week is that of 4 January. */
function weekStart(year: number, week: number): number {
  const fourth = new Date(Date.UTC(year, 0, 4));
  return fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * DAY + (week - 1) * 7 * DAY;
}

/** A time of another form, as it is usually written; null if it is none. */
export function usualIso(value: string): string | null {
  // Java names the zone behind its offset.
  const text = value.replace(/\[[\w/+:-]+\]$/, '').replace('\u2212', '-');
  for (const form of [PLAIN, BASIC, WEEK, DAY_OF_YEAR]) {
    const match = form.exec(text);
    if (!match) continue;
    const [, year, second, third = '1', hour = '00', minute = '00', seconds = '00', fraction = '0', zone = ''] = match;
    const date =
      form === WEEK
        ? dateOf(
            Number(second) >= 1 && Number(second) <= 53,
            weekStart(Number(year), Number(second)) + (+third - 1) * DAY,
          )
        : form === DAY_OF_YEAR
          ? dateOf(Number(second) >= 1 && Number(second) <= 366, Date.UTC(Number(year), 0, Number(second)))
          : `${year}-${second}-${third}`;
    if (date === null) return null;
    // A leap second is the first of the next minute, and 24:00 the beginning of the next day.
    const isLeap = seconds === '60' && minute === '59';
    const isMidnight = hour === '24' && `${minute}${seconds}` === '0000';
    const clock = `${isMidnight ? '00' : hour}:${minute}:${isLeap ? '59' : seconds}.${fraction.slice(0, 9)}`;
    const whole = `${date}T${clock}${/gmt/i.test(zone) ? 'Z' : zone}`;
    return isLeap || isMidnight ? later(whole, isLeap ? 1000 : DAY, zone) : whole;
  }
  return null;
}

const dateOf = (isOne: boolean, ms: number): string | null => (isOne ? dateText(ms) : null);

function later(text: string, by: number, zone: string): string | null {
  const [clock] = text.split(zone === '' ? '\0' : /(?=Z$|[+-]\d\d(?::?\d\d)?$|UTC$)/i);
  const ms = Date.parse(`${clock.slice(0, 23)}Z`);
  return Number.isNaN(ms) ? null : `${new Date(ms + by).toISOString().slice(0, -1)}${text.slice(clock.length)}`;
}
