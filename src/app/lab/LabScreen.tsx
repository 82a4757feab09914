import { useRef, type ReactNode } from 'react';
import { useAgainst } from '../../state/queries.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { changesText } from '../whatif/Scenarios.tsx';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { TakeShown } from '../shell/TakeShown.tsx';
import { ProgressBar, progressText } from '../shell/Progress.tsx';
import { DelaySection } from './DelaySection.tsx';
import { DeploySection } from './DeploySection.tsx';
import { FalseAlarmSection } from './FalseAlarmSection.tsx';
import { HealthSection } from './HealthSection.tsx';
import { LabelSection } from './LabelSection.tsx';
import { SweepSection } from './SweepSection.tsx';
import './lab.css';

interface SectionProps {
  readonly report: AnalysisReport;
}

const SECTIONS: readonly {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly View: (props: SectionProps) => ReactNode;
}[] = [
  {
    id: 'health',
    title: 'Detectors',
    lead: 'Which detectors can raise something here, why the others cannot, and what size of change would be found.',
    View: HealthSection,
  },
  {
    id: 'false-alarms',
    title: 'False alarms',
    lead:
      'What the thresholds in force cost on this ledger while nothing is wrong, and thresholds for a cost that you ' +
      'can afford.',
    View: FalseAlarmSection,
  },
  {
    id: 'delay',
    title: 'Delay',
    lead:
      'A change of known size is injected into this ledger’s events: which channel finds it, and after how many ' +
      'events of the stream?',
    View: DelaySection,
  },
  {
    id: 'sensitivity',
    title: 'Sensitivity',
    lead: 'Two parameters over a grid, every other as it is: what would each combination have alerted on?',
    View: SweepSection,
  },
  {
    id: 'labels',
    title: 'Labels',
    lead: 'Alerts against stretches that are known to be faulty, or are to be absorbed, beside naive baselines.',
    View: LabelSection,
  },
  {
    id: 'deploy',
    title: 'Deploy',
    lead: 'Everything a stream consumer needs to start warm and to prove that it raises the same alerts.',
    View: DeploySection,
  },
];

function Candidate(): ReactNode {
  const parameters = useTautline((state) => state.view.parameters);
  const against = useAgainst();
  return (
    <p className="dim lab-candidate">
      Parameters in force: <span>{changesText(parameters)}</span>. Compared with {against}.
    </p>
  );
}

function NoLedger(): ReactNode {
  return (
    <div className="centre-message">
      <h2>The laboratory measures on your own ledger</h2>
      <p>
        Open a ledger first. Then see here what its thresholds cost in false alarms, how soon injected changes are
        found, how alerts answer to any two parameters, how they score against labels, and take the thresholds away as a
        bundle.
      </p>
      <button type="button" className="button primary" onClick={() => actions.setScreen('monitor')}>
        Open a ledger
      </button>
    </div>
  );
}

function Section({
  id,
  title,
  lead,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}): ReactNode {
  const root = useRef<HTMLElement>(null);
  return (
    <section id={`lab-${id}`} className="lab-section" aria-labelledby={`lab-${id}-title`} ref={root}>
      <header>
        <h2 id={`lab-${id}-title`}>{title}</h2> <TakeShown name={title} root={root} />
        <p className="dim">{lead}</p>
      </header>
      <ErrorBoundary region={title}>{children}</ErrorBoundary>
    </section>
  );
}

/** The laboratory, for the open ledger and the parameters in force. */
export function LabScreen(): ReactNode {
  const isOpen = useTautline((state) => state.ledger.phase === 'open');
  const report = useTautline((state) => state.analysis.report);
  const running = useTautline((state) => state.analysis.running);
  const root = useRef<HTMLDivElement>(null);
  if (!isOpen && !running) return <NoLedger />;
  if (!report) {
    return (
      <div className="centre-message" role="status">
        <h2>Analysing</h2>
        <ProgressBar progress={running} label="Analysis" />
        {running && <p className="dim">{progressText(running)}</p>}
      </div>
    );
  }
  return (
    <div className="lab" ref={root}>
      <nav className="lab-nav" aria-label="Sections of the laboratory">
        {SECTIONS.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            className="button small quiet"
            onClick={() => root.current?.querySelector(`#lab-${id}`)?.scrollIntoView({ block: 'start' })}
          >
            {title}
          </button>
        ))}
        <Candidate />
      </nav>
      <div className="lab-sections">
        {SECTIONS.map(({ id, title, lead, View }) => (
          <Section key={id} id={id} title={title} lead={lead}>
            <View report={report} />
          </Section>
        ))}
      </div>
    </div>
  );
}
