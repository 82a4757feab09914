import { useEffect, useState } from 'react';
import { session } from '../../state/store.ts';

/** The first values of the columns of the files that were opened last. */
export interface ColumnValues {
  /** Those of a column, as texts of a line; none while they are being read. */
  readonly of: (column: string) => readonly string[];
  readonly known: boolean;
}

const NONE: readonly string[] = [];

export function useColumnValues(): ColumnValues {
  const [found, setFound] = useState<ReadonlyMap<string, readonly string[]> | null>(null);
  useEffect(() => {
    let isWanted = true;
    session.engine.columnValues().then(
      (values) => isWanted && setFound(values),
      // The columns can be chosen without seeing values: what is wrong with the files is said where they are opened.
      () => undefined,
    );
    return () => void (isWanted = false);
  }, []);
  return { of: (column) => found?.get(column) ?? NONE, known: found !== null };
}
