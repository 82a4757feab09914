import { useEffect, useId, useState, type ReactNode, type RefObject } from 'react';
import { actions } from '../../state/store.ts';
import type { Panel } from '../panel.ts';

const BEFORE_SEEN = '240px 0px';

/** True while the element is on screen or nearly so. */
export function useOnScreen(ref: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new IntersectionObserver((entries) => setSeen(entries[entries.length - 1].isIntersecting), { rootMargin: BEFORE_SEEN });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return seen;
}

interface PanelFrameProps {
  readonly panel: Panel;
  readonly folded: boolean;
  readonly note?: string | null;
  readonly loading?: boolean;
  readonly readout?: ReactNode;
  readonly tools?: ReactNode;
  readonly table: boolean;
  readonly onTable: () => void;
  readonly children: ReactNode;
}

/** Header and body of a panel: title, unit, help, read-out, tools, fold. */
export function PanelFrame({ panel, folded, note, loading, readout, tools, table, onTable, children }: PanelFrameProps) {
  const [help, setHelp] = useState(false);
  const id = useId();
  return (
    <section className={`panel${folded ? ' folded' : ''}${loading ? ' loading' : ''}`} aria-labelledby={`${id}-title`} data-panel={panel.id}>
      <header className="panel-head">
        <button
          type="button" className="panel-fold" aria-expanded={!folded} aria-controls={`${id}-body`} title={folded ? 'Unfold' : 'Fold away'}
          aria-label={`${folded ? 'Unfold' : 'Fold'} ${panel.title}`} onClick={() => actions.toggleFold(panel.id)}
        >
          <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><path d="M2 3.5 5 6.5 8 3.5" fill="none" stroke="currentColor" strokeWidth="1.5" /></svg>
        </button>
        <h2 className="panel-title" id={`${id}-title`}>{panel.title}</h2>
        {panel.unit !== '' && panel.unit !== 'ratio' && <span className="panel-unit">{panel.unit}</span>}
        <button
          type="button" className="panel-help" aria-expanded={help} aria-controls={`${id}-help`} title={panel.description} aria-label={`What ${panel.title} shows`}
          onClick={() => setHelp(!help)}
        >
          ?
        </button>
        {!folded && note && <span className="panel-note" title={note}>{note}</span>}
        <div className="panel-readout">{!folded && readout}</div>
        {!folded && (
          <div className="panel-tools">
            {tools}
            <button type="button" className="panel-tool" aria-pressed={table} title={table ? 'Hide the table' : 'Show as table'} aria-label={`Show ${panel.title} as table`} onClick={onTable}>
              <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><path d="M1 2h10v8H1zM1 5h10M1 7.5h10M4.5 2v8" fill="none" stroke="currentColor" /></svg>
            </button>
          </div>
        )}
      </header>
      <p className="panel-description" id={`${id}-help`} hidden={!help}>{panel.description}</p>
      <div className="panel-body" id={`${id}-body`} hidden={folded}>{children}</div>
    </section>
  );
}
