import type { ReactNode } from 'react';
import { PanelStack } from '../../panels/PanelStack.tsx';
import { loadable } from '../shell/loadable.tsx';
import { showMethods, showParameter, useUi } from '../ui.ts';
import { Headline } from './Headline.tsx';

const liveBar = loadable('what is followed', async () => (await import('../live/LiveBar.tsx')).LiveBar);

/** The monitor of an analysis: what happened in a line, then the panels. */
export function Monitor(): ReactNode {
  const live = useUi((ui) => ui.live);
  return (
    <>
      {live && <liveBar.Component />}
      <Headline />
      <PanelStack onMethods={showMethods} onParameter={showParameter} />
    </>
  );
}
