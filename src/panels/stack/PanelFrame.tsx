import {
  createContext,
  startTransition,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
} from 'react';
import { useTautline } from '../../state/store.ts';
import type { Panel } from '../panel.ts';
import { PanelExport } from './PanelExport.tsx';
import { HealthBadge, HealthReasons, healthText, useHealth } from './Health.tsx';
import { PanelArranging, PanelEdge, PanelGrip } from './PanelTools.tsx';
import { useArranged, usePanelFolded } from './useArrangement.ts';

/** Panels are drawn a little before they scroll into view. */
const BEFORE_SEEN = '240px 0px';

/** Whether the element is on screen or nearly so, and, where it is not, how high it was (CSS px). */
function useOnScreen(ref: RefObject<HTMLElement | null>): { readonly seen: boolean; readonly was: number } {
  const [state, setState] = useState({ seen: false, was: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    // In a transition, which is rendered in slices: many panels come into view together, and first of all when a ledger
    // has opened.
    const onChange: IntersectionObserverCallback = (entries) =>
      startTransition(() => {
        const { isIntersecting, boundingClientRect } = entries[entries.length - 1];
        setState({ seen: isIntersecting, was: isIntersecting ? 0 : boundingClientRect.height });
      });
    const observer = new IntersectionObserver(onChange, { rootMargin: BEFORE_SEEN, scrollMargin: BEFORE_SEEN });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return state;
}

/** Opens a section of docs/methods.md; what the page offers, the panels only ask for. */
export const MethodsLink = createContext<(section: number) => void>(() => undefined);

/** What the frame hands to the body it draws. */
export interface PanelBodyProps {
  /** Place in the header for the body's read-out and tools. */
  readonly slot: HTMLElement | null;
  /** The table is to be shown to all. */
  readonly table: boolean;
}

interface PanelFrameProps {
  readonly panel: Panel;
  /** Drawn only while the panel is unfolded and on screen or nearly so: a panel that nobody sees costs nothing. */
  readonly body: (props: PanelBodyProps) => ReactNode;
}

/** Header and body of a panel: fold, title, unit, help, place for the body's tools, table. */
export function PanelFrame({ panel, body }: PanelFrameProps) {
  const { fold } = useArranged();
  const folded = usePanelFolded(panel.id);
  const pinned = useTautline((state) => state.view.pinnedPanels.includes(panel.id));
  const height = useTautline((state) => state.view.panelHeights[panel.id] ?? panel.height);
  const [arranging, setArranging] = useState(false);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const [help, setHelp] = useState(false);
  const [table, setTable] = useState(false);
  const showMethods = useContext(MethodsLink);
  const element = useRef<HTMLDivElement>(null);
  const { seen, was } = useOnScreen(element);
  const id = useId();
  const channel = panel.type === 'lines' ? panel.channel : null;
  const health = useHealth(channel);
  return (
    <section
      className={`panel${folded ? ' folded' : ''}`}
      aria-labelledby={`${id}-title`}
      data-panel={panel.id}
      data-channel={channel ?? undefined}
    >
      <header className="panel-head">
        <button
          type="button"
          className="panel-fold"
          aria-expanded={!folded}
          aria-controls={`${id}-body`}
          title={folded ? 'Unfold' : 'Fold away'}
          aria-label={`${folded ? 'Unfold' : 'Fold'} ${panel.title}`}
          onClick={() => fold(panel.id)}
        >
          <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            <path d="M2 3.5 5 6.5 8 3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </button>
        <h2 className="panel-title" id={`${id}-title`}>
          {panel.title}
        </h2>
        {panel.unit !== '' && panel.unit !== 'ratio' && <span className="panel-unit">{panel.unit}</span>}
        <button
          type="button"
          className="panel-help"
          aria-expanded={help}
          aria-controls={`${id}-help`}
          title={panel.description}
          aria-label={`What ${panel.title} shows`}
          onClick={() => setHelp(!help)}
        >
          ?
        </button>
        {health && <HealthBadge health={health} name={panel.title} id={`${id}-health`} />}
        {folded && health && health.outages.length > 0 && (
          <span className="panel-note" title={healthText(health)}>
            {healthText(health)}
          </span>
        )}
        <div className="panel-slot" ref={setSlot} />
        {!folded && <PanelExport panel={panel} root={element} />}
        {!folded && (
          <button
            type="button"
            className="panel-tool"
            aria-pressed={table}
            title={table ? 'Hide the table' : 'Show as table'}
            aria-label={`Show ${panel.title} as table`}
            onClick={() => setTable(!table)}
          >
            <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
              <path d="M1 2h10v8H1zM1 5h10M1 7.5h10M4.5 2v8" fill="none" stroke="currentColor" />
            </svg>
          </button>
        )}
        {pinned && (
          <span className="panel-pinned" title="Pinned to the top">
            pinned
          </span>
        )}
        <PanelGrip panel={panel} open={arranging} controls={`${id}-arrange`} onOpen={() => setArranging(!arranging)} />
      </header>
      {arranging && <PanelArranging panel={panel} id={`${id}-arrange`} />}
      <p className="panel-description" id={`${id}-help`} hidden={!help}>
        {panel.description}{' '}
        <button type="button" className="text-link" onClick={() => showMethods(panel.methods)}>
          Methods, section {panel.methods}
        </button>
      </p>
      {health && <HealthReasons health={health} id={`${id}-health`} />}
      <div
        className="panel-body"
        id={`${id}-body`}
        ref={element}
        hidden={folded}
        style={{ minHeight: Math.max(height, was) }}
      >
        {seen && !folded && body({ slot, table })}
      </div>
      {!folded && panel.type === 'lines' && <PanelEdge panel={panel} />}
    </section>
  );
}
