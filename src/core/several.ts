import { formatCount } from './format.ts';
import type { EpochMs } from './units.ts';

/** One of several ledgers that were found where one was to be. */
export interface FoundLedger {
  /** A file, or the folder that holds it. */
  readonly name: string;
  /** Its files, as they came. */
  readonly paths: readonly string[];
  /** Null: not counted. */
  readonly rows: number | null;
  readonly bytes: number;
  /** Least and greatest ts; NaN if they are not known. */
  readonly first: EpochMs;
  readonly last: EpochMs;
  /** What it is and what of it is read from where, in words. */
  readonly shape: string;
}

/** Several ledgers that were found where one was to be. */
export interface SeveralLedgers {
  readonly ledgers: readonly FoundLedger[];
  /** What tells that they are not parts of one. */
  readonly why: string;
  /** Why they cannot be opened together; null where they can. */
  readonly apart: string | null;
}

const SHOWN = 10;

/** "a.parquet (600 rows), b.parquet (600 rows) and 4 more". */
export function listLedgers(ledgers: readonly FoundLedger[], shown = SHOWN): string {
  const some = ledgers.slice(0, shown).map(({ name, rows }) => {
    if (rows === null) return name;
    return `${name} (${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'})`;
  });
  return ledgers.length > shown
    ? `${some.join(', ')} and ${formatCount(ledgers.length - shown)} more`
    : some.join(', ');
}
