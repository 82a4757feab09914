import { TautlineFailure } from './errors.ts';
import { nearest } from './nearest.ts';
import { shown } from './printable.ts';
import { readStreamKey, STREAM_KEYS } from './streamKey.ts';

/** Keys that are listed; there may be as many as a file has columns. */
const LISTED = 40;

export const streamKeyFailure = (problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'parameter', name: 'stream', problem, advice });

/** "Split it by provider_id, ledger or team" */
export const splitBy = (keys: readonly string[]): string => {
  const more = keys.length > LISTED ? ` and ${keys.length - LISTED} more` : '';
  return `Split it by one of ${keys.slice(0, LISTED).join(', ')}${more}`;
};

/** The refusal of a stream key that names no column of the ledger. @param keys that the ledger has */
export function unknownStreamKey(key: string, keys: readonly string[]): TautlineFailure {
  const { name } = readStreamKey(key);
  const meant = (STREAM_KEYS as readonly string[]).includes(key) ? null : nearest(key, keys);
  return streamKeyFailure(
    `is ${shown(key)}, and the ledger has no column ${shown(name)}`,
    `${meant === null ? '' : `Did you mean ${shown(meant)}? `}${splitBy(keys)}`,
  );
}
