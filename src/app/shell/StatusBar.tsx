import type { ReactNode } from 'react';
import { useTautline } from '../../state/store.ts';
import { loadable } from './loadable.tsx';

<<<<<<< HEAD
const openStatus = loadable('the status', async () => (await import('./OpenStatus.tsx')).OpenStatus);

export function StatusBar(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  if (ledger.phase === 'open') return <openStatus.Component ledger={ledger} />;
=======
export const ledgerStatus = loadable('the status', async () => (await import('./LedgerStatus.tsx')).LedgerStatus);

export function StatusBar(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  if (ledger.phase === 'open') return <ledgerStatus.Component ledger={ledger} />;
>>>>>>> main
  return (
    <footer className="status">
      <span className="dim">Files stay in this tab: nothing is uploaded.</span>
    </footer>
  );
}
