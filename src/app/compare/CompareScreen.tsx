import { useRef, type ReactNode } from 'react';
import '../../charts/charts.css';
import { formatCount } from '../../core/format.ts';
import type { SideId } from '../../state/drilldown/compareView.ts';
import type { Side } from '../../state/drilldown/compareView.ts';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { TakeShown } from '../shell/TakeShown.tsx';
import { AgentsSection } from './AgentsSection.tsx';
import './compare.css';
import { DifferencesSection } from './DifferencesSection.tsx';
import { MapSection } from './MapSection.tsx';
import { SecondLedger } from './SecondLedger.tsx';
import { SidePicker } from './SidePicker.tsx';
import { setCompare, useLedgers, useSides, type ComparedLedgers, type Sides } from './sides.ts';
import { SignalsSection } from './SignalsSection.tsx';
import { WordsSection } from './WordsSection.tsx';

interface Section {
  readonly title: string;
  readonly lead: string;
  readonly View: (props: Sides) => ReactNode;
}

const SECTIONS: readonly Section[] = [
  {
    title: 'What differs',
    lead:
      'Means of how messages are written and of every signal, b less a, in pooled standard deviations, with 95 % ' +
      'intervals from blocks of neighbouring events. What stands first is surest.',
    View: DifferencesSection,
  },
  { title: 'Signals', lead: 'Each signal of both sides on one axis.', View: SignalsSection },
  { title: 'Words', lead: 'Words that b uses more or less than a.', View: WordsSection },
  { title: 'Agents', lead: 'What the agents of either side did, a → b.', View: AgentsSection },
  { title: 'Map', lead: 'Where either side’s messages lie among all embeddings.', View: MapSection },
];

/** Two stretches, streams or ledgers side by side. */
export function CompareScreen(): ReactNode {
  const ledgers = useLedgers();
  return (
    <div className="compare" data-testid="compare">
      {ledgers ? (
        <Compared ledgers={ledgers} />
      ) : (
        <p className="centre-message dim">
          Open a ledger to compare two of its stretches or streams, or to set another ledger beside it.
        </p>
      )}
    </div>
  );
}

function Compared({ ledgers }: { readonly ledgers: ComparedLedgers }): ReactNode {
  const sides = useSides(ledgers);
  return (
    <div className="compare-inner">
      <h2>Compare</h2>
      <SecondLedger ledgers={ledgers} />
      {sides && (
        <>
          <SidesOf sides={sides} ledgers={ledgers} />
          {SECTIONS.map((section) => (
            <SectionOf key={section.title} section={section} sides={sides} />
          ))}
        </>
      )}
    </div>
  );
}

function SidesOf({
  sides: { a, b },
  ledgers,
}: {
  readonly sides: Sides;
  readonly ledgers: ComparedLedgers;
}): ReactNode {
  const change = (id: SideId) => (side: Side) => setCompare({ a: a.side, b: b.side, [id]: side });
  return (
    <div className="compare-sides">
      <SidePicker id="a" comparand={a} ledgers={ledgers} onChange={change('a')} />
      <SidePicker id="b" comparand={b} ledgers={ledgers} onChange={change('b')} />
      <div className="compare-ways">
        <button type="button" className="button small" onClick={() => setCompare({ a: b.side, b: a.side })}>
          Swap a and b
        </button>
        {a.side.ledger === b.side.ledger && (
          <button
            type="button"
            className="button small"
            title="The same events of the other stream"
            onClick={() => change('b')({ ...b.side, range: a.side.range })}
          >
            b = the events of a
          </button>
        )}
        <span className="dim">
          {formatCount(ledgers.first.report.events)} events in {ledgers.second ? ledgers.first.name : 'the ledger'}
        </span>
      </div>
    </div>
  );
}

function SectionOf({ section, sides }: { readonly section: Section; readonly sides: Sides }): ReactNode {
  const { title, lead, View } = section;
  const root = useRef<HTMLElement>(null);
  return (
    <section className="compare-section" ref={root} aria-label={title}>
      <header>
        <h3>{title}</h3>
        <TakeShown name={`compare ${title}`} root={root} />
        <p className="dim">{lead}</p>
      </header>
      <ErrorBoundary region={`"${title}"`}>
        <View {...sides} />
      </ErrorBoundary>
    </section>
  );
}
