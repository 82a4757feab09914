import type { ReactNode } from 'react';
import { partName } from '../../core/part.ts';
import { useTautline } from '../../state/store.ts';
import { loadable } from '../shell/loadable.tsx';
import { setTour } from '../ui.ts';
import { DropTarget, SampleList, UrlField } from './OpenChooser.tsx';

const recent = loadable('the recent ledgers', async () => (await import('./recent/RecentList.tsx')).RecentList);
const reads = loadable('what it reads', async () => (await import('./Reads.tsx')).Reads);

/** What a newcomer meets. */
export function EmptyState(): ReactNode {
  const source = useTautline((state) => state.view.source);
  const asked = source?.kind === 'file' ? partName(source.name, source.part) : null;
  return (
    <div className="empty">
      <div className="empty-inner">
        <div className="empty-intro">
          <h2>See when a multi-agent conversation drifts</h2>
          <p>
            Open a ledger, the event log of a multi-agent dialogue with one row per message, and read who changed, since
            when, and how sure that is. Every detector is in your hands: move a threshold and see at once which alerts
            come and go.
          </p>
          <p>
            <button type="button" className="button" onClick={() => setTour(0)}>
              New here? Take the tour
            </button>
          </p>
        </div>
        <div className="chooser">
          <recent.Component />
          <DropTarget asked={asked} />
          <UrlField />
        </div>
        <SampleList />
        <reads.Component />
      </div>
    </div>
  );
}
