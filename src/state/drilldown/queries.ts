import { keepPreviousData, queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { Progress } from '../../core/progress.ts';
import type { EventIndex } from '../../core/units.ts';
import type { WhatChanged } from '../../detection/drilldown/changed/types.ts';
import type { InvestigationSubject } from '../../detection/drilldown/investigate/columns.ts';
import type { Examined } from '../../detection/drilldown/investigate/tasks.ts';
import type { TestTask } from '../../detection/drilldown/investigate/tasks.ts';
import type { Attribution, HandoffGraph, TransportPlan, WordsResult } from '../../detection/drilldown/types.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import { spawnInvestigator } from '../../workers/client.ts';
import type { TransportRequest } from '../../workers/drilldown.ts';
import { createWorkerPool } from '../../workers/service/workerPool.ts';
import type { Axis } from '../../workers/protocol.ts';
import { measuredPower } from '../lab/changePower.ts';
import { noLedger } from '../session.ts';
import { session, useTautline } from '../store.ts';
import type { TautlineState } from '../types.ts';
import type { Investigators } from './investigate.ts';
import { createInvestigations, subjectKey, type InvestigationState } from './investigations.ts';
import {
  readAgents,
  readHandoffs,
  readThread,
  readWords,
  type AgentsView,
  type ThreadView,
  type WordsSelection,
} from './read.ts';

/**
 * Drill-down queries; null asks nothing. Answers of the newest analysis only, the previous one stays until the next is
 * there.
 */

const revisionOf = (state: TautlineState) => state.analysis.report?.revision ?? null;
const NO_MAPPING: ColumnMapping = {};
const mappingOf = (state: TautlineState) => (state.ledger.phase === 'open' ? state.ledger.report.mapping : NO_MAPPING);
const when = (enabled: boolean) => ({ enabled, placeholderData: enabled ? keepPreviousData : undefined });
/** Only called where `when` enabled it. */
const asked = <T>(value: T | null): T => value!;

const attributionQuery = (revision: number | null, at: EventIndex | null) =>
  queryOptions({
    queryKey: ['attribution', revision, at],
    queryFn: () => session.engine.attribution(asked(at)),
    ...when(revision !== null && at !== null),
  });

const transportQuery = (revision: number | null, request: TransportRequest | null) =>
  queryOptions({
    queryKey: ['transport', revision, request],
    queryFn: () => session.engine.transportPlan(asked(request)),
    ...when(revision !== null && request !== null),
  });

const wordsQuery = (revision: number | null, selection: WordsSelection | null, key: string, mapping: ColumnMapping) =>
  queryOptions({
    queryKey: ['words', revision, selection, key],
    queryFn: () => readWords(session, asked(selection), key, mapping),
    ...when(revision !== null && selection !== null),
  });

/** Exact shares of friction and KL at an event (docs/methods.md 4). */
export function useAttribution(at: EventIndex | null): UseQueryResult<Attribution> {
  return useQuery(attributionQuery(useTautline(revisionOf), at));
}

/**
 * What changed for good, by an alert of style, meaning or behaviour, and how far reading its messages has come.
 * @param alert its position in `AnalysisReport.alerts`
 */
export function useWhatChanged(alert: number | null): {
  readonly query: UseQueryResult<WhatChanged>;
  readonly progress: Progress | null;
} {
  const revision = useTautline(revisionOf);
  const [progress, setProgress] = useState<Progress | null>(null);
  const query = useQuery({
    queryKey: ['what-changed', revision, alert],
    queryFn: () => session.engine.whatChanged(asked(alert), setProgress),
    ...when(revision !== null && alert !== null),
  });
  return { query, progress: query.isFetching ? progress : null };
}

/** The exact optimal transport plan between two windows. */
export function useTransportPlan(request: TransportRequest | null): UseQueryResult<TransportPlan> {
  return useQuery(transportQuery(useTautline(revisionOf), request));
}

/** Characteristic terms of one selection of events against another. */
export function useWords(selection: WordsSelection | null): UseQueryResult<WordsResult> {
  return useQuery(
    wordsQuery(
      useTautline(revisionOf),
      selection,
      useTautline((state) => state.analysis.report?.streamKey ?? state.view.parameters.stream),
      useTautline(mappingOf),
    ),
  );
}

/** A thread as a transcript with routes and alerts; undefined asks nothing, null is the turns without a thread. */
export function useThread(thread: string | null | undefined, from = 0): UseQueryResult<ThreadView> {
  const revision = useTautline(revisionOf);
  return useQuery({
    queryKey: ['thread', revision, thread, from],
    queryFn: () => readThread(session, thread ?? null, from),
    ...when(revision !== null && thread !== undefined),
  });
}

/** Hand-offs of the whole ledger. */
export function useHandoffs(enabled = true): UseQueryResult<HandoffGraph> {
  const revision = useTautline(revisionOf);
  return useQuery({
    queryKey: ['handoffs', revision],
    queryFn: () => readHandoffs(session),
    ...when(enabled && revision !== null),
  });
}

/** Rates of every agent over `buckets` parts of the ledger. */
export function useAgents(axis: Axis, buckets: number): UseQueryResult<AgentsView> {
  const revision = useTautline(revisionOf);
  return useQuery({
    queryKey: ['agents', revision, axis, buckets],
    queryFn: () => readAgents(session, axis, buckets),
    ...when(revision !== null && buckets > 0),
  });
}

let pool: Investigators | null = null;

/** The page's investigations: `investigations.start(subject)`, `.cancel()`. Their workers start with the first. */
export const investigations = createInvestigations(
  session,
  () =>
    (pool ??= createWorkerPool<TestTask, Examined>({
      name: 'investigator',
      entry: spawnInvestigator,
      size: Math.min(4, navigator.hardwareConcurrency),
    })),
);

/** Where the investigation of an alert or a stretch stands; undefined = not begun. */
export function useInvestigation(subject: InvestigationSubject): InvestigationState | undefined {
  return useStore(investigations.store, ({ bySubject }) => bySubject[subjectKey(subject)]);
}

/**
 * A self-contained HTML file of an alert or a stretch or, with null, of the session.
 * @throws TautlineFailure where nothing has been analysed
 */
export async function makeReport(subject: InvestigationSubject | null): Promise<string> {
  const { ledger, analysis, view } = session.store.getState();
  if (ledger.phase !== 'open' || !analysis.report) throw noLedger('Making a report');
  const made = Object.entries(investigations.store.getState().bySubject).flatMap(([key, state]) =>
    state.phase === 'done' ? [[key, state.investigation] as const] : [],
  );
  const inputs = {
    ledger: ledger.report,
    analysis: analysis.report,
    parameters: view.parameters,
    investigations: Object.fromEntries(made),
    generatedAt: new Date(),
    power: measuredPower(),
  };
  const { alertReport, sessionReport, stretchReport } = await import('./report.ts');
  if (subject === null) return sessionReport(session, inputs);
  return subject.kind === 'alert'
    ? alertReport(session, subject.alert, inputs)
    : stretchReport(session, subject.stretch, inputs);
}
