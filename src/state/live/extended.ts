import { shareStructure } from '../../core/structuralSharing.ts';
import type { LedgerSource, OpenReport } from '../../ledger/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import type { SessionState } from '../session/model.ts';
import type { ViewState } from '../types.ts';
import { fitToLedger } from '../view.ts';

/** A newer copy of the open ledger. */
export interface Extension {
  readonly source: LedgerSource;
  /** Events at its beginning that it has no more. */
  readonly dropped: number;
  readonly asked: SessionState['analysed'];
  readonly opened: OpenReport;
  readonly analysed: AnalysisReport;
}

/** What a session becomes with a newer copy of its ledger. */
export function extended(
  state: SessionState,
  { source, dropped, asked, opened, analysed }: Extension,
): Pick<SessionState, 'ledger' | 'analysis' | 'analysed' | 'view' | 'highlighted'> {
  const { analysis, view } = state;
  const before = analysis.report?.events ?? 0;
  return {
    ledger: { phase: 'open', source, report: opened },
    analysis: { ...analysis, report: shareStructure(analysis.report, analysed), error: null },
    analysed: asked,
    highlighted: dropped > 0 ? null : state.highlighted,
    view: fitToLedger(rolled(view, before, analysed.events, dropped), analysed.events),
  };
}

/** A stretch that ends at the newest event goes on to; any other, and what is selected, stay with their events. */
export function rolled(view: ViewState, before: number, now: number, dropped: number): ViewState {
  const { range, selected, evidence } = view;
  const move = range === null ? 0 : range.to >= before ? now - range.to : -dropped;
  const kept = (index: number): boolean => index >= dropped;
  return {
    ...view,
    range: range && (move === 0 ? range : { from: Math.max(0, range.from + move), to: Math.max(1, range.to + move) }),
    selected: selected !== null && kept(selected) ? selected - dropped : null,
    evidence: evidence && kept(evidence.event) ? { ...evidence, event: evidence.event - dropped } : null,
  };
}
