import type { LedgerColumnName } from './ledgerSchema.ts';

/** What a number counts, as a user states it. */
export const STATED_UNITS = ['s', 'ms', 'us', 'ns'] as const;
export type StatedUnit = (typeof STATED_UNITS)[number];

/** Columns whose numbers may count one thing or another. */
export const COLUMNS_WITH_UNIT = ['ts', 'latency_ms'] as const satisfies readonly LedgerColumnName[];
export type StatedUnits = Readonly<Partial<Record<(typeof COLUMNS_WITH_UNIT)[number], StatedUnit>>>;

/** What a user states of some columns of a ledger; the rest is guessed. */
export interface StatedMapping {
  /** Ledger column -> file column; null: from none. */
  readonly map: Readonly<Partial<Record<LedgerColumnName, string | null>>>;
  readonly unit: StatedUnits;
}
