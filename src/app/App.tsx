import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { queryClient } from '../state/queries.ts';
import { actions, useTautline } from '../state/store.ts';
import type { LedgerPhase, Screen } from '../state/types.ts';
import { DropOverlay } from './open/DropOverlay.tsx';
import { EmptyState } from './open/EmptyState.tsx';
import { Opening } from './open/Opening.tsx';
import { useReportOnOpen } from './open/reportOnOpen.ts';
import { ErrorBoundary } from './shell/ErrorBoundary.tsx';
import { loadable } from './shell/loadable.tsx';
import { ProgressBar, progressText } from './shell/Progress.tsx';
import { shownScreen } from './shell/screens.ts';
import { ledgerStatus, StatusBar } from './shell/StatusBar.tsx';
import { Toasts } from './shell/Toasts.tsx';
import { TopBar } from './shell/TopBar.tsx';
import { useShortcuts } from './shell/useShortcuts.ts';
import { useTheme } from './shell/useTheme.ts';
import { useUi } from './ui.ts';

const monitor = loadable('the charts', async () => (await import('./monitor/Monitor.tsx')).Monitor);
const parameters = loadable('the parameters', async () => (await import('./whatif/WhatIfPanel.tsx')).WhatIfPanel);
const alertDrawer = loadable('the alert table', async () => (await import('./alerts/AlertDrawer.tsx')).AlertDrawer);
const find = loadable('the search', async () => (await import('./find/Find.tsx')).Find);
const evidence = loadable('the evidence', async () => (await import('./evidence/Evidence.tsx')).Evidence);
const openFailed = loadable('what went wrong', async () => (await import('./open/Failed.tsx')).OpenFailed);
const analysisFailed = loadable('what went wrong', async () => (await import('./open/Failed.tsx')).AnalysisFailed);
const analysisTrouble = loadable('what went wrong', async () => (await import('./open/Failed.tsx')).AnalysisTrouble);
const openReport = loadable('the report', async () => (await import('./open/OpenReport.tsx')).OpenReportSheet);
const openSheet = loadable('the ways to open', async () => (await import('./open/OpenSheet.tsx')).OpenSheet);
const embedder = loadable('the models', async () => (await import('./embedder/EmbedderSheet.tsx')).EmbedderSheet);
const followSheet = loadable('how to follow', async () => (await import('./live/FollowSheet.tsx')).FollowSheet);
const askAddress = loadable('the question', async () => (await import('./open/AskAddress.tsx')).AskAddress);
const LabScreen = lazy(() => import('./lab/LabScreen.tsx').then((module) => ({ default: module.LabScreen })));
const CalibrationScreen = lazy(() =>
  import('./calibration/CalibrationScreen.tsx').then((module) => ({ default: module.CalibrationScreen })),
);
const compare = loadable('the comparison', async () => (await import('./compare/CompareScreen.tsx')).CompareScreen);
const shortcuts = loadable('the shortcuts', async () => (await import('./shell/Shortcuts.tsx')).Shortcuts);
const methods = loadable('the methods', async () => (await import('./methods/Methods.tsx')).Methods);
const glossary = loadable('the glossary', async () => (await import('./methods/Glossary.tsx')).Glossary);
const tour = loadable('the tour', async () => (await import('./learn/Tour.tsx')).Tour);
const Inspector = lazy(() => import('./inspector/Inspector.tsx').then((module) => ({ default: module.Inspector })));

function AnalysisTrouble({ ledger }: { readonly ledger: Extract<LedgerPhase, { phase: 'open' }> }): ReactNode {
  const error = useTautline((state) => state.analysis.error);
  const analysed = useTautline((state) => state.analysis.report !== null);
  if (!error || error.kind === 'parameter' || !analysed) return null;
  return <analysisTrouble.Component source={ledger.source} error={error} />;
}

function Panels({ ledger }: { readonly ledger: Extract<LedgerPhase, { phase: 'open' }> }): ReactNode {
  const analysed = useTautline((state) => state.analysis.report !== null);
  if (!analysed) return <FirstAnalysis ledger={ledger} />;
  return (
    <ErrorBoundary region="The charts">
      <monitor.Component />
    </ErrorBoundary>
  );
}

function FirstAnalysis({ ledger }: { readonly ledger: Extract<LedgerPhase, { phase: 'open' }> }): ReactNode {
  const running = useTautline((state) => state.analysis.running);
  const error = useTautline((state) => state.analysis.error);
  if (running === null)
    return error && <analysisFailed.Component source={ledger.source} report={ledger.report} error={error} />;
  return (
    <div className="centre-message" role="status">
      <h2>Analysing</h2>
      <ProgressBar progress={running} label="Analysis" />
      <p className="dim">{progressText(running)}</p>
      <button type="button" className="button" onClick={() => actions.cancel()}>
        Cancel
      </button>
    </div>
  );
}

/** When the first charts have been drawn, even of a large ledger; until then the page has better things to do. */
const AFTER_DRAWING_MS = 1500;

/**
 * Fetches the code that is needed next while nothing waits for it: charts and parameters while a ledger opens, and what
 * is shown where that fails; the evidence once there is an analysis to ask.
 */
function useCodeAhead(): void {
  const opening = useTautline((state) => state.ledger.phase === 'opening');
  const analysed = useTautline((state) => state.analysis.report !== null);
  useEffect(() => {
    if (!opening) return;
    monitor.load();
    parameters.load();
    alertDrawer.load();
    ledgerStatus.load();
    openReport.load();
    openFailed.load();
    analysisFailed.load();
  }, [opening]);
  useEffect(() => {
    if (analysed) void import('./open/recent/remember.ts').then(({ rememberFromNowOn }) => rememberFromNowOn());
  }, [analysed]);
  useEffect(() => {
    if (!analysed) return;
    const timer = setTimeout(evidence.load, AFTER_DRAWING_MS);
    return () => clearTimeout(timer);
  }, [analysed]);
}

function EvidenceOf(): ReactNode {
  const view = useTautline((state) => state.view.evidence);
  const report = useTautline((state) => state.analysis.report);
  if (!view || !report || view.event >= report.events) return null;
  return (
    <ErrorBoundary region="The evidence">
      <evidence.Component view={view} report={report} />
    </ErrorBoundary>
  );
}

/** The search takes the place of the alert table while it is open. */
function Below(): ReactNode {
  const finds = useTautline((state) => state.view.find !== null && state.analysis.report !== null);
  const { Component } = finds ? find : alertDrawer;
  return (
    <ErrorBoundary region="The table" key={String(finds)}>
      <Component />
    </ErrorBoundary>
  );
}

function Centre({ ledger }: { readonly ledger: LedgerPhase }): ReactNode {
  switch (ledger.phase) {
    case 'empty':
      return <EmptyState />;
    case 'opening':
      return <Opening ledger={ledger} />;
    case 'asking':
      return <askAddress.Component key={ledger.name} ledger={ledger} />;
    case 'failed':
      return <openFailed.Component name={ledger.name} source={ledger.source} error={ledger.error} />;
    case 'open':
      return (
        <>
          <AnalysisTrouble ledger={ledger} />
          <div className="stack" id="charts" tabIndex={-1}>
            <Panels ledger={ledger} />
          </div>
          <EvidenceOf />
          <Below />
        </>
      );
  }
}

/** What lies over the monitor. */
function OtherScreen({ screen }: { readonly screen: Exclude<Screen, 'monitor'> }): ReactNode {
  switch (screen) {
    case 'calibration':
      return <CalibrationScreen />;
    case 'laboratory':
      return <LabScreen />;
    case 'compare':
      return <compare.Component />;
  }
}

function Sheets(): ReactNode {
  const sheet = useUi((ui) => ui.sheet);
  if (sheet === 'report') return <openReport.Component />;
  if (sheet === 'shortcuts') return <shortcuts.Component />;
  if (sheet === 'methods') return <methods.Component />;
  if (sheet === 'glossary') return <glossary.Component />;
  if (sheet === 'embedder') return <embedder.Component />;
  if (sheet === 'open') return <openSheet.Component />;
  if (sheet === 'follow') return <followSheet.Component />;
  return null;
}

/** Leads to the first of some elements that is on the page. */
function SkipLink({ to, children }: { readonly to: readonly string[]; readonly children: string }): ReactNode {
  return (
    <a
      className="skip"
      href="#main"
      onClick={(event) => {
        event.preventDefault();
        const found = to.map((selector) => document.querySelector<HTMLElement>(selector));
        found.find((element) => element !== null)?.focus();
      }}
    >
      {children}
    </a>
  );
}

function Shell(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  const selected = useTautline((state) => (state.analysis.report ? state.view.selected : null));
  const screen = useTautline((state) => shownScreen(state.view.screen));
  const whatIfOpen = useUi((ui) => ui.whatIfOpen);
  const tourStep = useUi((ui) => ui.tour);
  useTheme();
  useShortcuts();
  useReportOnOpen();
  useCodeAhead();
  const isOpen = ledger.phase === 'open';
  const away = screen !== 'monitor';
  // The laboratory measures what the parameters beside it do.
  const besides = screen === 'laboratory' && isOpen && whatIfOpen;
  return (
    <div
      className={
        'app' + (isOpen && whatIfOpen ? ' with-whatif' : '') + (isOpen && selected !== null ? ' with-inspector' : '')
      }
    >
      <SkipLink to={['#main']}>Skip to the content</SkipLink>
      {isOpen && !away && (
        <>
          <SkipLink to={['#charts [data-panel] .chart-plot', '#charts']}>Skip to the charts</SkipLink>
          <SkipLink to={['.alert-table', '#alerts-title button']}>Skip to the alert table</SkipLink>
        </>
      )}
      <ErrorBoundary region="The top bar">
        <TopBar />
      </ErrorBoundary>
      {isOpen && whatIfOpen && (
        <aside className="left" aria-label="Parameters" inert={away && !besides}>
          <ErrorBoundary region="The parameter panel">
            <parameters.Component />
          </ErrorBoundary>
        </aside>
      )}
      <main className="centre" id={away ? undefined : 'main'} tabIndex={-1} inert={away}>
        <ErrorBoundary region="The centre">
          <Centre ledger={ledger} />
        </ErrorBoundary>
        {!away && (
          <ErrorBoundary region="The sheet">
            <Sheets />
          </ErrorBoundary>
        )}
      </main>
      {isOpen && selected !== null && (
        <aside className="right" aria-label="Event inspector" inert={away}>
          <ErrorBoundary region="The event inspector">
            <Suspense fallback={<p className="region-loading">Loading…</p>}>
              <Inspector index={selected} />
            </Suspense>
          </ErrorBoundary>
        </aside>
      )}
      {screen !== 'monitor' && (
        <main className={besides ? 'screen besides' : 'screen'} id="main" tabIndex={-1}>
          <ErrorBoundary region="The screen" key={screen}>
            <Suspense fallback={<p className="region-loading">Loading…</p>}>
              <OtherScreen screen={screen} />
            </Suspense>
          </ErrorBoundary>
          <ErrorBoundary region="The sheet">
            <Sheets />
          </ErrorBoundary>
        </main>
      )}
      <ErrorBoundary region="The status bar">
        <StatusBar />
      </ErrorBoundary>
      <Toasts />
      {tourStep !== null && <tour.Component at={tourStep} />}
      <DropOverlay />
    </div>
  );
}

export function App(): ReactNode {
  return (
    <QueryClientProvider client={queryClient}>
      <ErrorBoundary region="Tautline">
        <Shell />
      </ErrorBoundary>
    </QueryClientProvider>
  );
}
