import { TautlineFailure } from '../../core/errors.ts';
import { SERIES_NAMES } from '../../detection/channels/table.ts';
import { noticesOf, type NoticeFilter, type NoticeList } from '../../detection/notices.ts';
import { EVENT_STATES } from '../../detection/types.ts';
import { seriesCsvParts } from '../../analysis/seriesCsv.ts';
import { signalsToArrow, signalsToParquet } from '../../analysis/signalsTable.ts';
import type { Analysis } from '../../analysis/stages.ts';
import type { EVENT_QUESTIONS, EventDetail } from '../protocol.ts';
import type { ApiOf } from '../service/contract.ts';
import { requireEvent, type EngineContext } from './context.ts';
import { eventsOfRows } from './positions.ts';
import { alertExcess, valuesOf } from '../../analysis/series.ts';

/** Answers about single events, and what is known of all of them. */
export function eventQuestions(context: EngineContext): ApiOf<typeof EVENT_QUESTIONS> {
  // Pages of one list are asked for one after another.
  let newest: { readonly key: string; readonly list: NoticeList } | null = null;
  const listOf = ({ events, signals, decisions }: Analysis, revision: number, filter: NoticeFilter): NoticeList => {
    const key = JSON.stringify([revision, filter.kinds, filter.stream]);
    if (newest?.key !== key) newest = { key, list: noticesOf(events, signals, decisions, filter) };
    return newest.list;
  };
  return {
    event: (index) =>
      context.answer((analysis) => {
        const { events, signals, decisions } = analysis;
        requireEvent(index, events.n);
        return {
          index,
          row: events.row[index],
          eventId: events.eventId[index],
          stream: events.stream[index],
          seq: signals.seq[index],
          time: events.hasTime ? events.time[index] : Number.NaN,
          isVoid: events.isVoid[index] === 1,
          eventState: EVENT_STATES[decisions.eventState[index]],
          why: context.open.stages.detector.explain(index),
          signals: Object.fromEntries(
            SERIES_NAMES.map((name) => [name, valuesOf(analysis, name)[index]]),
          ) as EventDetail['signals'],
        };
      }),

    couplingMatrix: (at) =>
      context.answer(({ events }) => {
        requireEvent(at, events.n);
        return { streams: events.streams, at, matrix: context.open.stages.detector.couplingMatrix(at) };
      }),

    streamNeighbours: (index) =>
      context.answer(({ events: { n, stream } }) => {
        requireEvent(index, n);
        const before = stream.lastIndexOf(stream[index], index - n - 1);
        const after = stream.indexOf(stream[index], index + 1);
        return { before: before < 0 ? null : before, after: after < 0 ? null : after };
      }),

    notices: (filter, from, to) =>
      context.answer((analysis) => {
        const { events } = analysis;
        const { revision } = context.standing;
        const list = listOf(analysis, revision, filter);
        const rows = list.slice(from, to).map((notice) => ({
          ...notice,
          time: events.hasTime ? events.time[notice.index] : Number.NaN,
        }));
        return { revision, total: list.length, rows };
      }),

    excess: () =>
      context.answer((analysis) => ({ revision: context.standing.revision, values: alertExcess(analysis) })),

    indicesOf: (ids) =>
      context.answer(({ events: { n, eventId } }) => {
        const wanted = new Map(ids.map((id) => [id, -1]));
        for (let i = 0; i < n; i++) if (wanted.has(eventId[i])) wanted.set(eventId[i], i);
        return Int32Array.from(ids, (id) => wanted.get(id)!);
      }),

    rowsOf: (indices) =>
      context.answer(({ events }) =>
        Int32Array.from(indices, (index) => {
          requireEvent(index, events.n);
          return events.row[index];
        }),
      ),

    eventsOfRows: (rows) => context.answer(({ events }) => eventsOfRows(events.row, rows)),

    async seriesCsv(names, range, streams, sink, onProgress) {
      const parts = await context.answerWhole((analysis) => seriesCsvParts(analysis, names, range, streams));
      const encoder = new TextEncoder();
      const { revision } = context.standing;
      for (const { text, fraction } of parts) {
        // The columns are those of the newest analysis.
        if (context.standing.revision !== revision)
          throw new TautlineFailure({
            kind: 'cancelled',
            what: 'Writing values: the parameters have changed meanwhile',
          });
        await sink(encoder.encode(text));
        onProgress({ phase: 'Writing values', fraction });
      }
    },

    signalsParquet: () =>
      context.answerWhole(({ events, signals, decisions }) =>
        signalsToParquet(context.platform.files, events, signals, decisions),
      ),

    signalsArrow: () =>
      context.answerWhole(({ events, signals, decisions }) => signalsToArrow(events, signals, decisions)),
  };
}
