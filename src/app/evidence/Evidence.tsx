// Before the tabs, whose own rules refine these.
import './evidence.css';
import { useEffect, useId, useRef, useSyncExternalStore, type KeyboardEvent, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { changeChannelOf } from '../../detection/channels/table.ts';
import { actions, useTautline } from '../../state/store.ts';
import { EVIDENCE_TABS, type EvidenceTab, type EvidenceView } from '../../state/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { neighbourAlert } from '../alerts/neighbour.ts';
import { showAlert, zoomToAlert } from '../alerts/show.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { Icon } from '../shell/Icon.tsx';
import { Divider } from '../shell/Divider.tsx';
import { TakeShown } from '../shell/TakeShown.tsx';
import { loadable } from '../shell/loadable.tsx';
import { useCompact } from '../shell/useCompact.ts';
import { MIN_EVIDENCE, MAX_EVIDENCE, useUi } from '../ui.ts';
import { AttributionTab } from './attribution/AttributionTab.tsx';
import { ChangeTab } from './change/ChangeTab.tsx';
import { ConversationTab } from './conversation/ConversationTab.tsx';
import { InvestigateTab } from './investigate/InvestigateTab.tsx';
import { openEvidence } from './open.ts';
import { StretchTitle } from './StretchTitle.tsx';
import { TransportTab } from './transport/TransportTab.tsx';
import { useSignalInView } from './useSignalInView.ts';
import { useSubject, type Subject } from './useSubject.ts';
import { WordsTab } from './words/WordsTab.tsx';

const map = loadable('the map', async () => (await import('./map/MapTab.tsx')).MapTab);
const agents = loadable('the agents', async () => (await import('./agents/AgentsTab.tsx')).AgentsTab);
const report = loadable('the report', async () => (await import('./report/ReportTab.tsx')).ReportTab);

const TABS: Readonly<
  Record<EvidenceTab, { readonly title: string; readonly View: (props: { readonly subject: Subject }) => ReactNode }>
> = {
  change: { title: 'What changed', View: ChangeTab },
  attribution: { title: 'Attribution', View: AttributionTab },
  transport: { title: 'Transport', View: TransportTab },
  words: { title: 'Words', View: WordsTab },
  map: { title: 'Map', View: map.Component },
  conversation: { title: 'Conversation', View: ConversationTab },
  agents: { title: 'Agents', View: agents.Component },
  investigate: { title: 'Investigate', View: InvestigateTab },
  report: { title: 'Report', View: report.Component },
};

/** Share of the centre's height that a key moves the edge by. */
const KEY_STEP = 0.04;

/** Height of top bar and status bar, and what the charts need for their head and one panel, in CSS px. */
const FRAME = 70;
const ONE_PANEL = { wide: 294, compact: 400 };

function followWindow(changed: () => void): () => void {
  window.addEventListener('resize', changed);
  return () => window.removeEventListener('resize', changed);
}
const useWindowHeight = (): number => useSyncExternalStore(followWindow, () => window.innerHeight);

/** A share that leaves a signal on screen with its evidence, where the window is high enough for both. */
function useShare(): number {
  const chosen = useUi((ui) => ui.evidenceShare);
  const height = useWindowHeight();
  const panel = useCompact() ? ONE_PANEL.compact : ONE_PANEL.wide;
  return chosen ?? Math.max(0.4, Math.min(0.68, 1 - panel / (height - FRAME)));
}

const percent = (share: number): number => Math.round(share * 100);

function Edge({ share }: { readonly share: number }): ReactNode {
  return (
    <Divider
      label="Height of the evidence"
      size={share}
      min={MIN_EVIDENCE}
      max={MAX_EVIDENCE}
      step={KEY_STEP}
      told={percent}
      pxOf={(divider) => divider.closest('.centre')!.getBoundingClientRect().height}
      onSize={(to) => useUi.setState({ evidenceShare: Math.max(MIN_EVIDENCE, Math.min(MAX_EVIDENCE, to)) })}
    />
  );
}

function Step({
  report,
  at,
  direction,
}: {
  readonly report: AnalysisReport;
  readonly at: number;
  readonly direction: -1 | 1;
}): ReactNode {
  const alert = neighbourAlert(report.alerts, at, direction);
  const name = direction < 0 ? 'Previous alert ( [ )' : 'Next alert ( ] )';
  return (
    <button
      type="button"
      className="button icon-only small"
      title={name}
      aria-label={name}
      disabled={alert === null}
      onClick={() => {
        if (alert) {
          openEvidence(alert);
          showAlert(alert);
        }
      }}
    >
      <Icon name={direction < 0 ? 'chevronLeft' : 'chevronRight'} size={13} />
    </button>
  );
}

function Title({
  subject,
  view,
  report,
}: {
  readonly subject: Subject | null;
  readonly view: EvidenceView;
  readonly report: AnalysisReport;
}): ReactNode {
  const alert = subject?.alert ?? null;
  return (
    <div className="evidence-title">
      <Step report={report} at={view.event} direction={-1} />
      <Step report={report} at={view.event} direction={1} />
      <h2>Evidence</h2>
      {alert && (
        <>
          <KindBadge kind={alert.kind} />
          <span className="evidence-where">
            <strong>{report.streams[alert.stream].name}</strong>{' '}
            <span className="dim">
              {changeChannelOf(alert.kind) === null ? 'onset' : 'onset about'} {formatCount(alert.onset)}, fired{' '}
              {formatCount(alert.fired)}, {alert.resolved === null ? 'open' : `resolved ${formatCount(alert.resolved)}`}
            </span>
          </span>
          <button
            type="button"
            className="button icon-only small"
            title="Zoom the charts to the episode"
            aria-label="Zoom the charts to the episode"
            onClick={() => zoomToAlert(alert)}
          >
            <Icon name="zoom" size={13} />
          </button>
        </>
      )}
      {subject?.stretch && <StretchTitle stretch={subject.stretch} view={view} report={report} />}
    </div>
  );
}

function Tabs({
  view,
  base,
  isLasting,
}: {
  readonly view: EvidenceView;
  readonly base: string;
  readonly isLasting: boolean;
}): ReactNode {
  const shown = EVIDENCE_TABS.filter((tab) => tab !== 'change' || isLasting || view.tab === 'change');
  const list = useRef<HTMLDivElement>(null);
  const choose = (tab: EvidenceTab): void => actions.showEvidence({ ...view, tab });
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = shown[(shown.indexOf(view.tab) + step + shown.length) % shown.length];
    choose(next);
    list.current?.querySelector<HTMLElement>(`[data-tab=${next}]`)?.focus();
  };
  return (
    <div className="evidence-tabs" role="tablist" aria-label="Evidence" ref={list} onKeyDown={onKeyDown}>
      {shown.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`${base}-${tab}`}
          data-tab={tab}
          aria-selected={tab === view.tab}
          aria-controls={`${base}-panel`}
          tabIndex={tab === view.tab ? 0 : -1}
          onClick={() => choose(tab)}
        >
          {TABS[tab].title}
        </button>
      ))}
    </div>
  );
}

/** The evidence of an alert or a stretch over the lower part of the charts. */
export function Evidence({
  view,
  report,
}: {
  readonly view: EvidenceView;
  readonly report: AnalysisReport;
}): ReactNode {
  const base = useId();
  const share = useShare();
  const { subject, error } = useSubject(report, view);
  useSignalInView(subject?.alert ?? null, !!subject?.stretch);
  const root = useRef<HTMLElement>(null);
  const streamKey = useTautline((state) => state.view.parameters.stream);
  const isLasting = !!subject?.alert && changeChannelOf(subject.alert.kind) !== null;
  const { View } = TABS[view.tab];
  useEffect(() => root.current?.focus({ preventScroll: true }), []);
  return (
    <section className="evidence" aria-label="Evidence" style={{ height: `${share * 100}%` }} ref={root} tabIndex={-1}>
      <Edge share={share} />
      <header>
        <Title subject={subject} view={view} report={report} />
        <Tabs view={view} base={base} isLasting={isLasting} />
        <TakeShown name={`evidence ${TABS[view.tab].title}`} root={root} />
        <button
          type="button"
          className="button icon-only"
          title="Close the evidence (e)"
          aria-label="Close the evidence"
          onClick={() => actions.showEvidence(null)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div
        className="evidence-body"
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-${view.tab}`}
        tabIndex={0}
        key={view.tab}
      >
        <ErrorBoundary region={`"${TABS[view.tab].title}"`} key={`${view.tab} ${streamKey}`}>
          {subject && <View subject={subject} />}
          {error && (
            <p className="evidence-message field-problem" role="alert">
              {explain(toTautlineError(error, 'finding the stretch'))}
            </p>
          )}
        </ErrorBoundary>
      </div>
    </section>
  );
}
