import { useState } from 'react';
import { keepPreviousData, queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useStore } from 'zustand';
import type { SignalName } from '../../detection/channels/table.ts';
import type { RunLengthEstimate } from '../../detection/lab/arl.ts';
import type { Beyond, InControlSource } from '../../detection/lab/inControl.ts';
import type { LabelScore, LabelSet, LabelText } from '../../workers/lab.ts';
import { lab, session, useTautline } from '../store.ts';
import type { TautlineState } from '../types.ts';
import type { Job, JobState } from './job.ts';
import type { FalseAlarms, LabState } from './lab.ts';

/** The newest analysis, once nothing is dragged and nothing runs any more; null meanwhile. */
const committedRevision = ({ analysis, dragging }: TautlineState): number | null =>
  analysis.report && !dragging && analysis.running === null && analysis.error === null
    ? analysis.report.revision
    : null;

const GC_MS = 60_000;

/** The answer before stays while the next is computed, or while there is nothing to ask. */
const committed = <T>(kind: string, revision: number | null, key: readonly unknown[], read: () => Promise<T>) =>
  queryOptions({
    queryKey: [kind, revision, ...key],
    queryFn: read,
    enabled: revision !== null,
    placeholderData: keepPreviousData,
    gcTime: GC_MS,
  });

const falseAlarmsQuery = (revision: number | null, source: InControlSource) =>
  committed('false-alarms', revision, [source], () => lab.falseAlarms(source));

/** What the CUSUM's threshold costs; measured anew when a slider has come to rest. */
export function useFalseAlarms(source: InControlSource): UseQueryResult<FalseAlarms> {
  return useQuery(falseAlarmsQuery(useTautline(committedRevision), source));
}

/** What is asked of a limit that is dragged. */
export type LimitAsk =
  | { readonly of: 'h' | 'z_band' | 'false_alarm_budget' | 'nothing' }
  | {
      readonly of: 'beyond';
      readonly signal: SignalName;
      readonly limits: readonly [number, number];
      /** Each event beyond counts, not each run of them. */
      readonly each: boolean;
    };

/** What it costs. */
export type LimitCost =
  | { readonly of: 'h'; readonly characteristics: FalseAlarms['characteristics'] }
  | { readonly of: 'z_band'; readonly estimate: RunLengthEstimate }
  | ({ readonly of: 'beyond'; readonly each: boolean } & Beyond)
  /** Events for which one false alarm is accepted. */
  | { readonly of: 'false_alarm_budget'; readonly events: number }
  | { readonly of: 'nothing' };

async function readCost(ask: LimitAsk, budget: number): Promise<LimitCost> {
  switch (ask.of) {
    case 'h':
      return { of: 'h', characteristics: (await lab.falseAlarms('reference')).characteristics };
    case 'z_band':
      return { of: 'z_band', estimate: await lab.bandAlarms() };
    case 'beyond':
      return { of: 'beyond', each: ask.each, ...(await session.engine.beyond(ask.signal, ask.limits)) };
    case 'false_alarm_budget':
      return { of: ask.of, events: budget };
    case 'nothing':
      return { of: 'nothing' };
  }
}

/**
 * What a limit costs with the analysis of a revision. While it is dragged one question at a time is under way, and the
 * newest is the next; `stale` until that is answered.
 */
export function useLimitCost(
  revision: number,
  ask: LimitAsk,
  budget: number,
): { readonly cost: LimitCost | undefined; readonly stale: boolean } {
  const wanted = JSON.stringify([revision, ask, budget]);
  const [asked, setAsked] = useState({ wanted, ask, budget });
  const { data, isFetching } = useQuery({
    queryKey: ['limit-cost', asked.wanted],
    queryFn: () => readCost(asked.ask, asked.budget),
    placeholderData: keepPreviousData,
    gcTime: GC_MS,
  });
  if (!isFetching && asked.wanted !== wanted) setAsked({ wanted, ask, budget });
  return { cost: data, stale: isFetching || asked.wanted !== wanted };
}

/** Labelled stretches in use, as events of the newest analysis. */
export function useLabels(): UseQueryResult<LabelSet> {
  const file = useLab((state) => state.labelFile);
  const marks = useLab((state) => state.marks);
  const key = useTautline(eventsKey);
  return useQuery({
    queryKey: ['labels', key, file, marks],
    queryFn: () => session.engine.labels(file, marks),
    enabled: key !== null,
    gcTime: GC_MS,
  });
}

/** Scores of the newest analysis against the labels in use. */
export function useLabelScore(): UseQueryResult<LabelScore> {
  const file = useLab((state) => state.labelFile);
  const marks = useLab((state) => state.marks);
  return useQuery(
    committed('label-score', useTautline(committedRevision), [file, marks], () => session.engine.score(file, marks)),
  );
}

/** What event indices stand for: they mean others in another ledger, or with other streams. */
function eventsKey({ ledger, analysis, view }: TautlineState): string | null {
  if (ledger.phase !== 'open' || !analysis.report) return null;
  const { fingerprint, mapping } = ledger.report;
  return `${fingerprint} ${JSON.stringify(mapping)} ${view.parameters.stream} ${analysis.report.events}`;
}

export function useLab<T>(selector: (state: LabState) => T): T {
  return useStore(lab.store, selector);
}

export function useJob<Q, R>(job: Job<Q, R>): JobState<Q, R> {
  return useStore(job.store);
}

/** Puts labels of a file in use, or those of the ledger's column again; rejects with what is wrong with the file. */
export async function takeLabels(file: LabelText | null): Promise<LabelSet> {
  const set = await session.engine.labels(file);
  lab.setLabels(file);
  return set;
}
