import type { ReactNode } from 'react';
import { useTautline } from '../../state/store.ts';
import { loadable } from './loadable.tsx';

export const ledgerStatus = loadable('the status', async () => (await import('./LedgerStatus.tsx')).LedgerStatus);

export function StatusBar(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  if (ledger.phase === 'open') return <ledgerStatus.Component ledger={ledger} />;
  return (
    <footer className="status">
      <span className="dim">Files stay in this tab: nothing is uploaded.</span>
    </footer>
  );
}
