import { type ReactNode } from 'react';
import '../../charts/charts.css';
import { formatCount } from '../../core/format.ts';
import type { Comparand, SideId } from '../../state/drilldown/compare.ts';
import { useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { AgentsSection } from './AgentsSection.tsx';
import './compare.css';
import { DifferencesSection } from './DifferencesSection.tsx';
import { MapSection } from './MapSection.tsx';
import { SidePicker } from './SidePicker.tsx';
import { setSides, useComparand, useSides, type Sides } from './sides.ts';
import { SignalsSection } from './SignalsSection.tsx';
import { WordsSection } from './WordsSection.tsx';

const SECTIONS: readonly {
  readonly title: string;
  readonly lead: string;
  readonly View: (props: Sides) => ReactNode;
}[] = [
  {
    title: 'What differs',
    lead:
      'Means of how messages are written and of every signal, b less a, in pooled standard deviations, with 95 % ' +
      'intervals from blocks of neighbouring events. What stands first is surest.',
    View: DifferencesSection,
  },
  {
    title: 'Signals',
    lead: 'Each signal of both sides on one axis, in events of the ledger from the start of the stretch on.',
    View: SignalsSection,
  },
  { title: 'Words', lead: 'Words that b uses more or less than a.', View: WordsSection },
  { title: 'Agents', lead: 'What the agents of either side did, a → b.', View: AgentsSection },
  { title: 'Map', lead: 'Where either side’s messages lie among all embeddings.', View: MapSection },
];

/** Two stretches or streams side by side. */
export function CompareScreen(): ReactNode {
  const report = useTautline((state) => state.analysis.report);
  return (
    <div className="compare" data-testid="compare">
      {report ? (
        <Compared report={report} />
      ) : (
        <p className="centre-message dim">Open a ledger to compare two of its stretches or streams.</p>
      )}
    </div>
  );
}

function Compared({ report }: { readonly report: AnalysisReport }): ReactNode {
  const sides = useSides(report);
  const a = useComparand(report, sides.a);
  const b = useComparand(report, sides.b);
  const change = (id: SideId) => (side: Comparand['side']) => setSides({ ...sides, [id]: side });
  return (
    <div className="compare-inner">
      <h2>Compare</h2>
      <div className="compare-sides">
        <SidePicker id="a" comparand={a} onChange={change('a')} />
        <SidePicker id="b" comparand={b} onChange={change('b')} />
        <div className="compare-ways">
          <button type="button" className="button small" onClick={() => setSides({ a: sides.b, b: sides.a })}>
            Swap a and b
          </button>
          <button
            type="button"
            className="button small"
            title="The same events of the other stream"
            onClick={() => setSides({ a: sides.a, b: { ...sides.b, range: sides.a.range } })}
          >
            b = the events of a
          </button>
          <span className="dim">{formatCount(report.events)} events in the ledger</span>
        </div>
      </div>
      {SECTIONS.map(({ title, lead, View }) => (
        <section className="compare-section" key={title} aria-label={title}>
          <header>
            <h3>{title}</h3>
            <p className="dim">{lead}</p>
          </header>
          <ErrorBoundary region={`"${title}"`}>
            <View a={a} b={b} />
          </ErrorBoundary>
        </section>
      ))}
    </div>
  );
}
