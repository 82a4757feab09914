import type { ReactNode } from 'react';
import { PanelStack } from '../../panels/PanelStack.tsx';
import { showMethods, showParameter } from '../ui.ts';
import { Headline } from './Headline.tsx';

/** The monitor of an analysis: what happened in a line, then the panels. */
export function Monitor(): ReactNode {
  return (
    <>
      <Headline />
      <PanelStack onMethods={showMethods} onParameter={showParameter} />
    </>
  );
}
