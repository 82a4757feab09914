import { keepPreviousData, QueryClient, queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { IndexRange } from '../core/columns.ts';
import type { EventIndex, LedgerRow } from '../core/units.ts';
import { isDecided, SERIES_NAMES } from '../detection/channels/table.ts';
import type { NoticeFilter } from '../detection/notices.ts';
import type { AlertKind } from '../detection/types.ts';
import type { ColumnMapping } from '../ledger/types.ts';
import type {
  AnalysisReport,
  Axis,
  CompositionData,
  CouplingMatrix,
  EventDetail,
  NoticePage,
  PreviewReport,
  SeriesData,
  SeriesName,
  ValuesAsOf,
} from '../workers/protocol.ts';
import { againstName } from './scenarios.ts';
import { noLedger } from './session.ts';
import { alertsSql, eventSql, neighboursSql } from './sql.ts';
import { session, useTautline } from './store.ts';
import type { Row } from './tables.ts';
import type { TautlineState, ViewState } from './types.ts';

/**
 * What panels read of the open ledger. Every key has the ledger's fingerprint and mapping or, where the answer depends
 * on parameters, the analysis revision; a panel keeps showing the previous answer while the next one is computed.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      networkMode: 'always',
      structuralSharing: false,
      gcTime: 30_000,
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
    },
  },
});

/** Nothing is asked, and nothing shown, while `enabled` is false; else the previous answer until the next is there. */
const when = (enabled: boolean) => ({ enabled, placeholderData: enabled ? keepPreviousData : undefined });

/** Lines of many revisions pass while a slider moves: kept for going back at once, not for memory to fill. */
const DRAWING_GC_MS = 2_000;
for (const kind of ['series', 'as of', 'composition']) queryClient.setQueryDefaults([kind], { gcTime: DRAWING_GC_MS });

/** A row of the alert table, as SQL gives it (columns of alertsArrow.ts, and of the event at which the alert fired). */
export interface AlertRow {
  /** Position in `AnalysisReport.alerts`. */
  readonly alert: number;
  readonly kind: AlertKind;
  readonly stream: string;
  readonly stream_index: number;
  readonly onset: EventIndex;
  readonly fired: EventIndex;
  readonly resolved: EventIndex | null;
  readonly onset_row: LedgerRow;
  readonly fired_row: LedgerRow;
  readonly onset_seq: number;
  readonly fired_seq: number;
  readonly lag: number;
  /** Null if it is not defined. */
  readonly peak: number | null;
  /** Events of the ledger from `fired` to `cleared`, or to its end. */
  readonly duration: number;
  readonly open: boolean;
  readonly event_id: unknown;
  readonly ts: unknown;
  readonly thread_id: unknown;
  readonly label: unknown;
}

const ledgerKey = ({ ledger }: TautlineState) =>
  ledger.phase === 'open' ? `${ledger.report.fingerprint} ${JSON.stringify(ledger.report.mapping)}` : null;
const revisionOf = (state: TautlineState) => state.analysis.report?.revision ?? null;
const NO_MAPPING: ColumnMapping = {};
const mappingOf = (state: TautlineState) => (state.ledger.phase === 'open' ? state.ledger.report.mapping : NO_MAPPING);

/**
 * Which answer to draw a series from: the preview of the analysis under way, or that of a revision; signals do not
 * change with the decisions on them.
 */
export interface SeriesVersion {
  readonly revision: number;
  readonly preview: boolean;
}

/** Names of the series that the decisions stage makes: those that a threshold changes. */
const DECIDED: readonly unknown[] = SERIES_NAMES.filter(isDecided);

export function seriesVersion(
  { revision, signalsRevision }: Pick<AnalysisReport, 'revision' | 'signalsRevision'>,
  preview: PreviewReport | null,
  name: SeriesName,
): SeriesVersion {
  if (preview?.names.includes(name)) return { revision: preview.revision, preview: true };
  return { revision: DECIDED.includes(name) ? revision : signalsRevision, preview: false };
}

/**
 * Asks for the same of the analysis that was asked for last, before it is done, and of its preview where that can show
 * it.
 */
export interface Prefetched extends Record<string, unknown> {
  readonly next: () => Promise<SeriesData | CompositionData | ValuesAsOf>;
  readonly nextPreview?: () => Promise<SeriesData>;
}

export const seriesQuery = (
  { revision, preview }: SeriesVersion,
  name: SeriesName,
  range: IndexRange,
  axis: Axis,
  buckets: number,
  streams: readonly number[],
) =>
  queryOptions({
    queryKey: ['series', revision, name, range.from, range.to, axis, buckets, streams],
    queryFn: () => session.engine.series({ name, range, axis, buckets, streams, preview }),
    meta: {
      next: () => session.engine.series({ name, range, axis, buckets, streams, next: true }),
      nextPreview: () => session.engine.series({ name, range, axis, buckets, streams, next: true, preview: true }),
    } satisfies Prefetched,
    ...when(buckets > 0),
  });

/** Exact values of streams just after an event; null asks nothing. */
export const valuesAsOfQuery = (
  { revision }: SeriesVersion,
  name: SeriesName,
  index: EventIndex | null,
  streams: readonly number[],
) =>
  queryOptions({
    queryKey: ['as of', revision, name, index, streams],
    queryFn: () => session.engine.valuesAsOf(name, index ?? 0, streams),
    meta: { next: () => session.engine.valuesAsOf(name, index ?? 0, streams, true) } satisfies Prefetched,
    ...when(index !== null && streams.length > 0),
  });

export const compositionQuery = (revision: number | null, range: IndexRange, axis: Axis, buckets: number) =>
  queryOptions({
    queryKey: ['composition', revision, range.from, range.to, axis, buckets],
    queryFn: () => session.engine.composition(range, axis, buckets),
    meta: { next: () => session.engine.composition(range, axis, buckets, true) } satisfies Prefetched,
    ...when(revision !== null && buckets > 0),
  });

export const couplingMatrixQuery = (revision: number | null, at: EventIndex | null) =>
  queryOptions({
    queryKey: ['coupling', revision, at],
    queryFn: () => session.engine.couplingMatrix(at ?? 0),
    ...when(revision !== null && at !== null),
  });

export const eventQuery = (revision: number | null, index: EventIndex | null) =>
  queryOptions({
    queryKey: ['event', revision, index],
    queryFn: () => (index === null ? Promise.reject(noLedger('Reading an event')) : session.engine.event(index)),
    ...when(revision !== null && index !== null),
  });

export const eventFieldsQuery = (ledger: string | null, row: LedgerRow | null) =>
  queryOptions({
    queryKey: ['fields', ledger, row],
    queryFn: async (): Promise<Row | null> =>
      row === null ? null : ((await session.tables.query(eventSql(row)))[0] ?? null),
    ...when(ledger !== null && row !== null),
  });

export const neighboursQuery = (ledger: string | null, row: LedgerRow | null, count: number, mapping: ColumnMapping) =>
  queryOptions({
    queryKey: ['neighbours', ledger, row, count],
    queryFn: async (): Promise<readonly Row[]> =>
      row === null ? [] : session.tables.query(neighboursSql(row, count, mapping)),
    ...when(ledger !== null && row !== null),
  });

type RowFilter = Omit<ViewState['alertFilter'], 'search'>;

export const alertRowsQuery = (revision: number | null, filter: RowFilter, mapping: ColumnMapping) =>
  queryOptions({
    queryKey: ['alerts', revision, filter],
    queryFn: async ({ signal }): Promise<readonly AlertRow[]> => {
      await session.tables.ensureAlerts();
      // While a slider moves many revisions wait for it to rest; only the newest still has a reader.
      signal.throwIfAborted();
      return (await session.tables.query(alertsSql(filter, mapping))) as unknown as readonly AlertRow[];
    },
    ...when(revision !== null),
  });

/** Notices [from, to) of those that pass a filter. */
const noticesQuery = (revision: number | null, filter: NoticeFilter, from: number, to: number) =>
  queryOptions({
    queryKey: ['notices', revision, filter, from, to],
    queryFn: async () => ({ from, ...(await session.engine.notices(filter, from, to)) }),
    ...when(revision !== null),
  });

/** Any SQL over `events`, `alerts` and, with `signals`, the newest signals. */
export const sqlQuery = (
  ledger: string | null,
  revision: number | null,
  sql: string | null,
  needs: 'events' | 'alerts' | 'signals' = 'events',
) =>
  queryOptions({
    queryKey: ['sql', ledger, needs === 'events' ? null : revision, sql],
    queryFn: async ({ signal }): Promise<readonly Row[]> => {
      if (needs === 'alerts') await session.tables.ensureAlerts();
      if (needs === 'signals') await session.tables.ensureSignals();
      signal.throwIfAborted();
      return sql === null ? [] : session.tables.query(sql);
    },
    ...when(ledger !== null && sql !== null && (needs === 'events' || revision !== null)),
  });

/**
 * Asks, together with every analysis, for what is on screen of what it changes, and has it ready when the report, or
 * before it the preview, becomes the state. Were it asked for afterwards, a slider that moves in every frame would
 * always be at a newer revision than the answers, and the page would wait for them while workers that refine the
 * preview have its processors.
 */
session.prefetchWith((stage) => {
  const shown = queryClient
    .getQueryCache()
    .findAll({ type: 'active' })
    .flatMap(({ queryKey, meta }) => {
      const [kind, , ...rest] = queryKey;
      const changes =
        kind === 'composition' ||
        ((kind === 'series' || kind === 'as of') && (stage === 'signals' || DECIDED.includes(rest[0])));
      return changes && meta ? [{ kind, rest, meta: meta as Prefetched }] : [];
    });
  // What cannot be had here fails where it is drawn, and says so there.
  const ask = <D>(question: () => Promise<D>): Promise<D | null> => question().catch(() => null);
  const previews =
    stage === 'signals'
      ? shown.flatMap(({ kind, rest, meta: { nextPreview } }) =>
          nextPreview ? [{ kind, rest, answer: ask(nextPreview) }] : [],
        )
      : [];
  const answers = shown.map(({ kind, rest, meta }) => ({ kind, rest, answer: ask(meta.next) }));
  return {
    async previewed({ revision, names }) {
      for (const { kind, rest, answer } of previews) {
        if (!names.includes(rest[0] as SeriesName)) continue;
        const data = await answer;
        if (data?.revision === revision) queryClient.setQueryData([kind, revision, ...rest], data);
      }
    },
    async analysed(report) {
      for (const { kind, rest, answer } of answers) {
        const data = await answer;
        const version = kind === 'composition' ? report : seriesVersion(report, null, rest[0] as SeriesName);
        if (data?.revision === report.revision) queryClient.setQueryData([kind, version.revision, ...rest], data);
      }
    },
  };
});

/** Coupling of all pairs of streams just after an event. */
export function useCouplingMatrix(at: EventIndex | null): UseQueryResult<CouplingMatrix> {
  return useQuery(couplingMatrixQuery(useTautline(revisionOf), at));
}

/** What the engine knows of an event: signals, route and why. */
export function useEvent(index: EventIndex | null): UseQueryResult<EventDetail> {
  return useQuery(eventQuery(useTautline(revisionOf), index));
}

/** The event's fields as the ledger has them, unknown columns too; `row` is `EventDetail.row`. */
export function useEventFields(row: LedgerRow | null): UseQueryResult<Row | null> {
  return useQuery(eventFieldsQuery(useTautline(ledgerKey), row));
}

/** The event with its neighbours in the same thread, in order. */
export function useNeighbours(row: LedgerRow | null, count = 4): UseQueryResult<readonly Row[]> {
  return useQuery(neighboursQuery(useTautline(ledgerKey), row, count, useTautline(mappingOf)));
}

/** The alerts of the kinds and the stream of the view's filter, as they fired. */
export function useAlertRows(): UseQueryResult<readonly AlertRow[]> {
  const kinds = useTautline((state) => state.view.alertFilter.kinds);
  const stream = useTautline((state) => state.view.alertFilter.stream);
  return useQuery(alertRowsQuery(useTautline(revisionOf), { kinds, stream }, useTautline(mappingOf)));
}

/** A stretch of the list of notices. */
export function useNotices(
  filter: NoticeFilter,
  from: number,
  to: number,
): UseQueryResult<NoticePage & { readonly from: number }> {
  return useQuery(noticesQuery(useTautline(revisionOf), filter, from, to));
}

/** Any SQL; null reads nothing. */
export function useSql(
  sql: string | null,
  needs: 'events' | 'alerts' | 'signals' = 'events',
): UseQueryResult<readonly Row[]> {
  return useQuery(sqlQuery(useTautline(ledgerKey), useTautline(revisionOf), sql, needs));
}

/** What alerts are compared with: "the defaults", or the name of a scenario. */
export const useAgainst = (): string => useTautline((state) => againstName(state.scenarios, state.view.baseline));

/** The visible range; its identity changes only with its ends. */
export function useVisibleRange(): IndexRange | null {
  const range = useTautline((state) => state.view.range);
  const events = useTautline((state) => state.analysis.report?.events ?? null);
  return useMemo(() => range ?? (events === null ? null : { from: 0, to: events }), [range, events]);
}
