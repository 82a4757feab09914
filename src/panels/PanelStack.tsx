import { useRef } from 'react';
import '../charts/charts.css';
import { useSize } from '../charts/useSize.ts';
import { useTautline } from '../state/store.ts';
import type { AnalysisReport } from '../workers/protocol.ts';
import './panels.css';
import './stack/arrange.css';
import { PANELS } from './registry.ts';
import { MethodsLink } from './stack/PanelFrame.tsx';
import { PanelView } from './stack/PanelView.tsx';
import { RestingCursorProvider, useRestingCursor } from './stack/Readout.tsx';
import { StackHead } from './stack/StackHead.tsx';
import { ArrangementProvider, useArrangement } from './stack/useArrangement.ts';
import { TimelineProvider, useTimeline } from './stack/timeline.ts';
import { ParameterLink, type ShowParameter } from './stack/useLimits.tsx';

interface PanelStackProps {
  /** Opens a section of docs/methods.md. */
  readonly onMethods: (section: number) => void;
  readonly onParameter: ShowParameter;
}

/**
 * All panels below one another on one horizontal axis, with the overview on top; nothing before there is an analysis to
 * draw.
 */
export function PanelStack({ onMethods, onParameter }: PanelStackProps) {
  const report = useTautline((state) => state.analysis.report);
  return (
    report && (
      <MethodsLink value={onMethods}>
        <ParameterLink value={onParameter}>
          <Stack report={report} />
        </ParameterLink>
      </MethodsLink>
    )
  );
}

function Stack({ report }: { report: AnalysisReport }) {
  const element = useRef<HTMLDivElement>(null);
  const width = useSize(element)?.width ?? 0;
  const timeline = useTimeline(report, width);
  const arrangement = useArrangement(PANELS, report);
  const { order, dropAt, said } = arrangement;
  return (
    <div ref={element} className="panel-stack">
      <TimelineProvider value={timeline}>
        <RestingCursor>
          <StackHead />
          <ArrangementProvider value={arrangement}>
            {order.map((panel) => (
              <PanelView key={panel.id} panel={panel} />
            ))}
          </ArrangementProvider>
          {dropAt !== null && <div className="drop-line" style={{ top: dropAt }} />}
          <span className="visually-hidden" role="status">
            {said}
          </span>
        </RestingCursor>
      </TimelineProvider>
    </div>
  );
}

function RestingCursor({ children }: { children: React.ReactNode }) {
  return <RestingCursorProvider value={useRestingCursor()}>{children}</RestingCursorProvider>;
}
