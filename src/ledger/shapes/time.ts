import { parseIso } from '../../core/iso.ts';
import { isList } from './values.ts';

/** Times as nanoseconds since 1970, exact: a double holds no nanoseconds of this century. */
export type Nanos = bigint;

/** Below: seconds, milliseconds, microseconds; 1973 to 5138 in each. */
const UNITS: readonly (readonly [number, number])[] = [
  [1e11, 1e9],
  [1e14, 1e6],
  [1e17, 1e3],
];

/**
 * Nanoseconds of a time in any of the ways that tracers write: ISO text, text or number of nanoseconds, microseconds,
 * milliseconds or seconds, told apart by their size, and [seconds, nanoseconds].
 */
export function nanos(value: unknown): Nanos | null {
  if (typeof value === 'bigint') return inUnit(Number(value)) === 1 ? value : value * BigInt(inUnit(Number(value)));
  if (typeof value === 'number') return ofNumber(value);
  if (isList(value))
    return value.length === 2 && Number.isInteger(value[0]) && Number.isInteger(value[1])
      ? BigInt(value[0] as number) * 1_000_000_000n + BigInt(value[1] as number)
      : null;
  if (value instanceof Date) return BigInt(value.getTime()) * 1_000_000n;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^\d{1,20}$/.test(text)) return nanos(BigInt(text));
  if (/^\d+\.\d+$/.test(text)) return ofNumber(Number(text));
  return ofIso(text);
}

const inUnit = (value: number): number => UNITS.find(([below]) => Math.abs(value) < below)?.[1] ?? 1;

function ofNumber(value: number): Nanos | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  const factor = inUnit(value);
  const whole = Math.trunc(value);
  return BigInt(whole) * BigInt(factor) + BigInt(Math.round((value - whole) * factor));
}

function ofIso(text: string): Nanos | null {
  const micros = Math.round(parseIso(text) * 1000);
  if (Number.isNaN(micros)) return null;
  const further = /[.,]\d{6}(\d{1,3})/.exec(text)?.[1] ?? '';
  return BigInt(micros) * 1000n + BigInt(further.padEnd(3, '0'));
}

const MAX_MS = 8.64e15;

/** ISO text in microseconds, as ledgers keep them. */
export function isoOf(time: Nanos | null): string | null {
  if (time === null) return null;
  const ms = Number(time / 1_000_000n);
  if (Math.abs(ms) > MAX_MS) return null;
  const micros = String((time / 1000n) % 1000n).padStart(3, '0');
  return `${new Date(ms).toISOString().slice(0, -1)}${micros}Z`;
}

/** Milliseconds between two times. */
export const msBetween = (start: Nanos | null, end: Nanos | null): number | undefined =>
  start === null || end === null || end < start ? undefined : Number(end - start) / 1e6;
