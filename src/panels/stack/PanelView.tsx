import { memo, useCallback } from 'react';
import { actions, useTautline } from '../../state/store.ts';
import type { ChannelPanel, Panel, ViewPanel } from '../panel.ts';
import { LinePanelView } from './LinePanelView.tsx';
import { PanelFrame, type PanelBodyProps } from './PanelFrame.tsx';

const LinesInFrame = memo(function LinesInFrame({ panel }: { panel: ChannelPanel }) {
  const chosen = useTautline(({ view: { logScales, linearScales } }) =>
    logScales.includes(panel.id) ? 'log' : linearScales.includes(panel.id) ? 'linear' : null,
  );
  const body = useCallback(
    (props: PanelBodyProps) => (
      <LinePanelView {...props} panel={panel} chosen={chosen} onScale={(scale) => actions.setScale(panel.id, scale)} />
    ),
    [panel, chosen],
  );
  return <PanelFrame panel={panel} body={body} />;
});

const ViewInFrame = memo(function ViewInFrame({ panel }: { panel: ViewPanel }) {
  const body = useCallback(
    ({ table }: PanelBodyProps) => (
      <div className="panel-chart">
        <panel.View table={table} />
      </div>
    ),
    [panel],
  );
  return <PanelFrame panel={panel} body={body} />;
});

/** Any panel in its frame. */
export const PanelView = ({ panel }: { panel: Panel }) =>
  panel.type === 'lines' ? <LinesInFrame panel={panel} /> : <ViewInFrame panel={panel} />;
