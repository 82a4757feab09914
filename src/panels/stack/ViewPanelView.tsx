import { memo, useRef, useState } from 'react';
import { useTautline } from '../../state/store.ts';
import type { ViewPanel } from '../panel.ts';
import { PanelFrame, useOnScreen } from './PanelFrame.tsx';

/** Frame of a panel that draws itself; its body exists only while it is on screen and unfolded. */
export const ViewPanelView = memo(function ViewPanelView({ panel }: { panel: ViewPanel }) {
  const folded = useTautline((state) => state.view.foldedPanels.includes(panel.id));
  const body = useRef<HTMLDivElement>(null);
  const seen = useOnScreen(body);
  const [table, setTable] = useState(false);
  return (
    <PanelFrame panel={panel} folded={folded} table={table} onTable={() => setTable(!table)}>
      <div ref={body} className="panel-chart" style={{ minHeight: panel.height }}>
        {seen && !folded && <panel.View table={table} />}
      </div>
    </PanelFrame>
  );
});
