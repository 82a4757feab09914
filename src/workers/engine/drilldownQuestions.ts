import type { DictionaryColumn } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import type { EventIndex, LedgerRow, StreamIndex } from '../../core/units.ts';
import { attribute } from '../../detection/drilldown/attribution.ts';
import { handoffGraph, readConversation } from '../../detection/drilldown/conversation.ts';
import {
  INVESTIGATED_SIGNALS,
  type Codes,
  type InvestigatedSignal,
  type InvestigationSubject,
} from '../../detection/drilldown/investigate/columns.ts';
import { mapTogether } from '../../detection/drilldown/compare/together.ts';
import { resolveStretch, stretchWindows } from '../../detection/drilldown/investigate/stretch.ts';
import { investigationWindows } from '../../detection/drilldown/investigate/windows.ts';
import { transportPlan } from '../../detection/drilldown/transport.ts';
import type { TurnFields, TurnInput } from '../../detection/drilldown/types.ts';
import { compareWords } from '../../detection/drilldown/words.ts';
import { referenceMeans } from '../../detection/reference.ts';
import { EVENT_STATES, type Alert } from '../../detection/types.ts';
import type { Analysis } from '../../analysis/stages.ts';
import { linesOf } from '../../analysis/sideLines.ts';
import { profileOf } from '../../analysis/sideProfile.ts';
import { findWhatChanged } from '../../analysis/whatChanged.ts';
import type { OpenedLedger } from '../../ledger/types.ts';
import type { AlertPlace, DrilldownApi, InvestigationColumns } from '../drilldown.ts';
import { requireEvent, type EngineContext } from './context.ts';
import { embeddingMap } from './embeddingMap.ts';

/** Answers drill-down questions. */
export function drilldownQuestions(context: EngineContext): DrilldownApi {
  const withVoids = (turns: readonly TurnFields[]): TurnInput[] => {
    const { isVoid } = context.open.ledger.columns;
    return turns.map((turn) => ({ ...turn, isVoid: isVoid[turn.row] === 1 }));
  };

  return {
    attribution: (at) =>
      context.answer(({ events, coordinates, reference, signals, decisions, parameters }) => {
        requireEvent(at, events.n);
        const { agent, thread } = context.open.ledger.columns;
        return attribute(
          {
            events,
            coordinates,
            reference,
            parameters,
            agent,
            thread,
            window: signals.window,
            windowReference: decisions.calibration.wref,
            referenceMeans: referenceMeans(events, coordinates, reference).means,
          },
          at,
        );
      }),

    whatChanged: (number, onProgress) =>
      context.answer((analysis) => {
        const { kernels, ledger } = context.open;
        const alert = alertAt(analysis, number);
        return findWhatChanged(kernels.fork(), ledger, analysis, alert, { signal: context.signal, onProgress });
      }),

    transportPlan: (request) =>
      context.answer(({ events, coordinates, reference, parameters }) => {
        if (request.kind !== 'ranges') requireEvent(request.at, events.n);
        // A fork: its memory is given back, and the plan cannot move the views of the analysis.
        const kernels = context.open.kernels.fork();
        return transportPlan(kernels, { events, coordinates, reference, size: parameters.emd_window }, request);
      }),

    words: ({ window, reference, terms }) => context.answer(() => compareWords(window, reference, { terms })),
    conversation: (turns, agents) => context.answer(() => readConversation(withVoids(turns), agents)),
    handoffGraph: (turns, agents) => context.answer(() => handoffGraph(withVoids(turns), agents)),

    embeddingMap: (limit) =>
      context.answer(({ events, coordinates, decisions }) =>
        embeddingMap(events, coordinates, decisions.eventState, limit),
      ),

    rowFacts: (rows) =>
      context.answer(({ events, decisions }) => {
        const index = Int32Array.from(rows, (row) => indexOfRow(events.row, row));
        const eventStates = Array.from(index, (i) => (i < 0 ? null : EVENT_STATES[decisions.eventState[i]]));
        const alerts = Array.from(index, (i) => (i < 0 ? [] : placesOf(decisions.alerts, i, events.stream[i])));
        const stream = index.map((i) => (i < 0 ? -1 : events.stream[i]));
        return { index, stream, eventStates, alerts };
      }),

    sideProfile: (side) =>
      context.answer((analysis) => {
        const { kernels, ledger } = context.open;
        return profileOf(kernels.fork(), ledger, analysis, side, context.signal);
      }),

    sideLines: (request) => context.answer((analysis) => linesOf(context.open.kernels.fork(), analysis, request)),
    mapTogether: (request) => context.answer(() => mapTogether(request)),

    stretch: (request) => context.answer(({ events, reference }) => resolveStretch(events, request, reference)),
    investigationColumns: (subject) =>
      context.answer((analysis) => investigationColumns(analysis, context.open.ledger, subject)),
  };
}

/** @throws TautlineFailure of kind ledger where there is none */
function alertAt({ decisions }: Analysis, number: number): Alert {
  const alert = decisions.alerts[number];
  if (!alert) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `there is no alert ${number}; the analysis has ${decisions.alerts.length}, from 0`,
      advice: 'Choose an alert of the newest analysis.',
    });
  }
  return alert;
}

/** One stream up to the end of what is compared, with what the tests compare. */
function investigationColumns(
  analysis: Analysis,
  { columns }: OpenedLedger,
  subject: InvestigationSubject,
): InvestigationColumns {
  const { events, signals, decisions } = analysis;
  const { alert, stream, windows } = placeOf(analysis, subject);
  const { window, baseline } = windows;
  const own: number[] = [];
  const end = Math.max(window.to, baseline.to);
  for (let i = 0; i < end; i += 1) if (events.stream[i] === stream) own.push(i);
  const index = Int32Array.from(own);
  const within = (i: EventIndex, { from, to }: { readonly from: number; readonly to: number }) => i >= from && i < to;
  const { agent, thread, instantiation } = columns;
  const codes = (column: DictionaryColumn | null): Codes | null =>
    column ? { codes: Int32Array.from(index, (i) => column.codes[events.row[i]]), values: column.values } : null;
  return {
    alert,
    windows,
    stream: events.streams[stream],
    index,
    earlier: alert ? decisions.alerts.filter((one) => one.stream === stream && one.fired < alert.fired) : [],
    time: Float64Array.from(index, (i) => events.time[i]),
    isVoid: Uint8Array.from(index, (i) => events.isVoid[i]),
    row: Int32Array.from(index, (i) => events.row[i]),
    part: Int8Array.from(index, (i) => (within(i, window) ? 1 : within(i, baseline) ? 0 : -1)),
    agent: codes(agent),
    thread: codes(thread),
    instantiation: codes(instantiation),
    latency: Float64Array.from(index, (i) => events.latency[i]),
    signals: Object.fromEntries(
      INVESTIGATED_SIGNALS.map((name) => [name, Float64Array.from(index, (i) => signals[name][i])]),
    ) as Record<InvestigatedSignal, Float64Array>,
  };
}

function placeOf(
  analysis: Analysis,
  subject: InvestigationSubject,
): Pick<InvestigationColumns, 'alert' | 'windows'> & { readonly stream: StreamIndex } {
  const { events, reference } = analysis;
  if (subject.kind === 'alert') {
    const alert = alertAt(analysis, subject.alert);
    return { alert, stream: alert.stream, windows: investigationWindows(events, alert, reference) };
  }
  const stretch = resolveStretch(events, subject.stretch, reference);
  return { alert: null, stream: stretch.stream, windows: stretchWindows(events, stretch) };
}

/** Position of a row among ascending rows, -1 if it is not there. */
function indexOfRow(rows: Int32Array, row: LedgerRow): EventIndex {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (rows[middle] < row) from = middle + 1;
    else to = middle;
  }
  return rows[from] === row ? from : -1;
}

function placesOf(alerts: readonly Alert[], i: EventIndex, stream: number): AlertPlace[] {
  return alerts.flatMap((alert, number): AlertPlace[] => {
    if (alert.stream !== stream || i < alert.onset || i > (alert.resolved ?? Infinity)) return [];
    const at = i === alert.fired ? 'fired' : i === alert.onset ? 'onset' : i === alert.resolved ? 'cleared' : 'open';
    return [{ alert: number, kind: alert.kind, at }];
  });
}
