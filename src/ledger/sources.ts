import { columnSpec, type LedgerColumnName, type TypeClass } from '../core/ledgerSchema.ts';

/** Stands for the columns embedding_0 .. embedding_{D-1}, one a coordinate. */
export const WIDE_EMBEDDING = 'embedding_*';

/** What is known of the values of a column of the files. */
export interface ColumnKind {
  readonly class: TypeClass;
  /** True if the values are text, and the class is only what they look like. */
  readonly inferred: boolean;
  /** What the first values of a column of texts look like, where that was looked at. */
  readonly looks?: TypeClass | undefined;
}

/**
 * Whether a ledger column can be read from a column of such values.
 * @param guessed false where the user has chosen it
 */
export function acceptsKind(
  column: LedgerColumnName,
  { class: found, inferred, looks }: ColumnKind,
  guessed: boolean,
): boolean {
  if (found === 'none') return true;
  // Ids of text in Parquet may be UUIDs: a column that is only guessed must be numeric by type.
  if (guessed && column === 'event_id') return found === 'integer';
  // Nor is a text with such a name as "date" a time for that.
  if (guessed && column === 'ts' && found === 'string') return looks === 'time';
  // Texts may be vectors: "[0.1, 0.2]", or base64 of float32.
  if (column === 'embedding' && found === 'string') return !guessed || looks === 'vector';
  const { accepts: classes } = columnSpec(column);
  if (inferred && classes.includes('string')) return found !== 'vector' || column === 'text';
  return classes.includes(found);
}
