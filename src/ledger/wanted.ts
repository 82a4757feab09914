import type { LedgerColumnName } from '../core/ledgerSchema.ts';
import type { ColumnMapping } from './types.ts';

/** Columns of which a ledger should have one. */
export interface WantedColumns {
  readonly columns: readonly LedgerColumnName[];
  /** What it means that there is none. */
  readonly means: string;
  /** True if nothing can be seen without one. */
  readonly isNeeded: boolean;
}

/** What a ledger should have, most needed first. */
export const WANTED: readonly WantedColumns[] = [
  {
    columns: ['provider_id', 'agent_id'],
    means: 'who speaks is not known: the role or the file stands for it',
    isNeeded: false,
  },
  { columns: ['text', 'embedding'], means: 'nothing to measure drift by', isNeeded: true },
  { columns: ['ts'], means: 'events are in the order of event_id', isNeeded: false },
  { columns: ['event_id'], means: 'the position in the file is used', isNeeded: false },
];

/** What a mapping leaves wanting. */
export const missingOf = (mapping: ColumnMapping): readonly WantedColumns[] =>
  WANTED.filter(({ columns }) => columns.every((column) => mapping[column] === undefined));
