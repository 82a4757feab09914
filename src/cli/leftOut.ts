import { counted, formatCount } from '../core/format.ts';
import type { OpenReport } from '../ledger/types.ts';

const LISTED = 5;

/** Rows that are no events of the ledger, by reason. */
export const leftOutLines = ({ leftOut, rowsRead }: Pick<OpenReport, 'leftOut' | 'rowsRead'>): string[] =>
  leftOut.map(({ reason, count, examples }) => {
    const rows = `${formatCount(count)} of ${counted(rowsRead, 'row')}`;
    return `left out: ${rows}: ${reason} (${few(examples, count)})`;
  });

/** The first of `count`. */
export const few = (examples: readonly unknown[], count: number): string =>
  `${examples.slice(0, LISTED).join(', ')}${count > LISTED ? ', …' : ''}`;
