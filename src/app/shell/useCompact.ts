import { useSyncExternalStore } from 'react';
import { compactPage } from '../ui.ts';

function follow(changed: () => void): () => void {
  compactPage.addEventListener('change', changed);
  return () => compactPage.removeEventListener('change', changed);
}

/** True while the page is too narrow for panels beside the charts. */
export const useCompact = (): boolean => useSyncExternalStore(follow, () => compactPage.matches);
