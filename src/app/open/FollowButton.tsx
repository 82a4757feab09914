import type { ReactNode } from 'react';
import { showSheet } from '../ui.ts';

export const FollowButton = (): ReactNode => (
  <p>
    <button type="button" className="button" onClick={() => showSheet('follow')}>
      Follow a live ledger…
    </button>
  </p>
);
