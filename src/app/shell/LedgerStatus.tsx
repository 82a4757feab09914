import type { ReactNode } from 'react';
import { formatCount, formatMs } from '../../core/format.ts';
import { countText, describePart } from '../../core/part.ts';
import type { Stage } from '../../detection/parameters.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { LedgerPhase } from '../../state/types.ts';
import { alertsText } from '../alerts/inSight.ts';
import { StatusDiff } from '../alerts/StatusDiff.tsx';
import { toggleSheet, useUi } from '../ui.ts';
import { ProgressBar, progressText } from './Progress.tsx';
import { useLateAnalysis } from './useLateAnalysis.ts';

/** "3 rows and 844 streams skipped", or that none were. */
function leftOutText(rows: number, streams: number): string {
  const parts = [count(rows, 'row'), count(streams, 'stream')].filter((part) => part !== null);
  return parts.length === 0 ? '0 rows skipped' : `${parts.join(' and ')} skipped`;
}

const count = (n: number, what: string): string | null =>
  n === 0 ? null : `${formatCount(n)} ${what}${n === 1 ? '' : 's'}`;

const STAGES: readonly Stage[] = ['projection', 'signals', 'changes', 'decisions'];

/** Progress of the filling of the tables, or of an analysis that takes longer than a moment. */
function Underway(): ReactNode {
  const late = useLateAnalysis();
  const previewed = useTautline((state) => (state.analysis.preview ? state.analysis.running : null));
  const storing = useTautline(({ tableLoad }) => (tableLoad.phase === 'loading' ? tableLoad.progress : null));
  const running = previewed ?? late;
  if (running) {
    return (
      <span className="status-running">
        <span className={previewed ? 'status-preview' : undefined}>
          {progressText(previewed ? { ...running, phase: 'Preview: refining' } : running)}
        </span>
        <ProgressBar progress={running} label="Analysis" />
        <button type="button" className="status-button" onClick={() => actions.cancel()}>
          Cancel
        </button>
      </span>
    );
  }
  return (
    storing && (
      <span
        className="status-running"
        title="Fields, texts and the alert table are there when this is done; charts and sliders need not wait"
      >
        <span>{progressText(storing)}</span>
        <ProgressBar progress={storing} label="Storing the events" />
      </span>
    )
  );
}

/** What runs and what stands, of an open ledger. */
export function LedgerStatus({ ledger }: { readonly ledger: Extract<LedgerPhase, { phase: 'open' }> }): ReactNode {
  const report = useTautline((state) => state.analysis.report);
  const preview = useTautline((state) => state.analysis.preview !== null);
  const alerts = useTautline(alertsText);
  const sheet = useUi((ui) => ui.sheet);
  const { part } = ledger.report;
  const rowsLeftOut = ledger.report.leftOut.reduce((sum, reason) => sum + reason.count, 0);
  const leftOut = leftOutText(rowsLeftOut, report?.streamsLeftOut.length ?? 0);

  return (
    <footer className="status" aria-label="Status">
      {report && (
        <span className="status-timings" title="Measured in the worker for the figures on screen">
          {STAGES.map((stage) => {
            const ms = report.timings[stage];
            return (
              <span
                key={stage}
                className={ms === undefined ? 'dim' : undefined}
                title={ms === undefined ? `${stage}: kept from an earlier run, not computed again` : undefined}
              >
                {stage} {ms === undefined ? 'kept' : formatMs(ms, 3)}
              </span>
            );
          })}
        </span>
      )}
      {report && (
        <span title={part === null ? undefined : `A part of the ledger: ${describePart(part.part)}`}>
          {countText(report.events, part)}
        </span>
      )}
      {report && (
        <span>
          {formatCount(report.streams.length)} {report.streams.length === 1 ? 'stream' : 'streams'}
        </span>
      )}
      <button
        type="button"
        className={leftOut === leftOutText(0, 0) ? 'status-button' : 'status-button warn'}
        aria-expanded={sheet === 'report'}
        onClick={() => toggleSheet('report')}
        title="What opening this ledger found: mapping, notes and skipped rows"
      >
        {leftOut}
      </button>
      <span className="status-spacer" />
      <Underway />
      {report && (
        <span role="status" aria-live="polite">
          {alerts}
          {preview && ' of the analysis before'}
          <StatusDiff />
        </span>
      )}
    </footer>
  );
}
