import type { ReactNode } from 'react';
import { useTautline } from '../../state/store.ts';
import { loadable } from './loadable.tsx';

const openStatus = loadable('the status', async () => (await import('./OpenStatus.tsx')).OpenStatus);

export function StatusBar(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  if (ledger.phase === 'open') return <openStatus.Component ledger={ledger} />;
  return (
    <footer className="status">
      <span className="dim">Files stay in this tab: nothing is uploaded.</span>
    </footer>
  );
}
