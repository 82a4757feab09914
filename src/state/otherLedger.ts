import type { OtherLedger } from '../ledger/types.ts';
import type { LedgerPhase } from './types.ts';

/** What an open ledger takes of the memory. */
export const takenBy = (ledger: LedgerPhase): OtherLedger | undefined =>
  ledger.phase === 'open' ? { name: ledger.report.name, bytes: ledger.report.takesBytes } : undefined;

/** The second ledger of the page as the session of the first knows it; its code comes when it is opened. */
export const besides: { ledger(): OtherLedger | undefined; isIdle(): boolean } = {
  ledger: () => undefined,
  isIdle: () => true,
};
