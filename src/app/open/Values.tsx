import type { ReactNode } from 'react';

/** A text as it is, where there is one; what says its type stands beside it. */
const withoutQuotes = (value: string): string => (value === '""' ? value : value.replace(/^"|"$/g, ''));

/** The first values of a column of the files, and its type there. */
export function Values({
  of,
  known,
  type,
}: {
  readonly of: readonly string[];
  /** False while they are being read. */
  readonly known: boolean;
  readonly type: string | undefined;
}): ReactNode {
  return (
    <>
      {of.length > 0 && (
        <ul className="mapping-values mono">
          {of.map((value, i) => (
            <li key={i} title={value}>
              {withoutQuotes(value)}
            </li>
          ))}
        </ul>
      )}
      {type !== undefined && (
        <span className="dim mapping-type">
          {type}
          {known && of.length === 0 && ', no value in the first rows'}
        </span>
      )}
    </>
  );
}
