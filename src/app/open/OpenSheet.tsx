import type { ReactNode } from 'react';
import { Sheet } from '../shell/Sheet.tsx';
import { showSheet } from '../ui.ts';
import { FollowButton } from './FollowButton.tsx';
import { RecentList } from './recent/RecentList.tsx';
import { DropTarget, SampleList, UrlField } from './OpenChooser.tsx';

/** The ways to open another ledger. */
export const OpenSheet = (): ReactNode => (
  <Sheet title="Open a ledger">
    <RecentList />
    <DropTarget asked={null} />
    <UrlField />
    <FollowButton />
    <SampleList />
    <p>
      <button type="button" className="button" onClick={() => showSheet('embedder')}>
        Embedding models…
      </button>{' '}
      <span className="dim">for ledgers of texts without vectors</span>
    </p>
  </Sheet>
);
