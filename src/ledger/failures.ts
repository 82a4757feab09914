import type { TautlineError } from '../core/errors.ts';
import { TautlineFailure } from '../core/errors.ts';
import type { LedgerColumnName } from '../core/ledgerSchema.ts';

/** Short makers of the errors that reading a ledger raises. */
export const fileFailure = (file: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'file', file, problem, advice });
export const columnFailure = (
  file: string,
  column: string,
  found: string,
  needed: string,
  advice: string,
): TautlineFailure => new TautlineFailure({ kind: 'column', file, column, found, needed, advice });
/** What values tell of themselves, as they are shown, `"12,5" at row 3`, and what to do about it. */
const TELLING: readonly (readonly [shown: RegExp, advice: string])[] = [
  [
    /^"\s*[+-]?(?:\d+|\d{1,3}(?:[. '\u00a0\u202f]\d{3})+),\d+\s*"/,
    'It is written with a decimal comma: write a decimal point',
  ],
  [/^"\s*[+-]?\d{1,3}(?:,\d{3})+\.\d+\s*"/, 'Its thousands are set off by commas: write it without'],
  [/^"[^"]*[[(][^"]*(?:\.\.\.|\u2026)/, 'Numbers are left out of it: write the whole vector'],
];
export const adviceFor = (shown: string, advice: string): string =>
  TELLING.find(([pattern]) => pattern.test(shown))?.[1] ?? advice;
export const ledgerFailure = (problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'ledger', problem, advice });
export const networkFailure = (url: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'network', url, problem, advice });
/** A server that has sent nothing for a while. */
export const stalledFailure = (url: string, seconds: number): TautlineFailure =>
  new TautlineFailure({
    kind: 'stalled',
    url,
    problem: `the server has sent nothing for ${seconds} seconds`,
    advice: 'Try again, or download the file and open it here',
  });
/** @param file name or address */
export const changedFailure = (file: string): TautlineFailure =>
  new TautlineFailure({ kind: 'changed', file, problem: 'changed while it was read', advice: 'open it again' });

/** Throws kind "cancelled" once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what } satisfies TautlineError);
}

export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const OUT_OF_MEMORY = new RegExp(
  ['allocation failed', 'out of memory', 'invalid (?:typed array|array|array buffer|string) length']
    .concat('maximum size exceeded', 'could not allocate', 'allocation size overflow', 'cannot create a string longer')
    .concat('cannot create a buffer larger', 'failed to allocate')
    .join('|'),
  'i',
);

/** What engines throw where an array, a string or a map becomes too large, or memory cannot be had. */
export const isOutOfMemory = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  (thrown instanceof RangeError || thrown.name === 'InternalError' || 'code' in thrown) &&
  OUT_OF_MEMORY.test(thrown.message);

/** A value that is refused, for a sentence. */
export function shownValue(column: LedgerColumnName | null, value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 60)}"`;
  if (Array.isArray(value)) return 'a list with other values than numbers';
  return typeof value === 'number' && Number.isInteger(value) && column === 'event_id'
    ? `${value} (beyond the whole numbers that its type holds exactly)`
    : String(value);
}
