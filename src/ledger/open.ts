import type { LedgerColumns } from '../core/columns.ts';
import { toTautlineError, TautlineFailure, type FileColumns, type TautlineError } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import {
  countOf,
  countText,
  describePart,
  normalPart,
  roundedDown,
  type LedgerPart,
  type LedgerSurvey,
  type OpenedPart,
} from '../core/part.ts';
import type { OnProgress } from '../core/progress.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { eventsThatFit, fitsText, totalBytes } from './capacity.ts';
import { EMBEDDER_DIMENSION, referenceRows } from './embedder.ts';
import { mapAhead } from './ahead.ts';
import { fileEmbeddings, textEmbeddings } from './embeddings.ts';
import { counted, fileFailure, ledgerFailure, throwIfCancelled } from './failures.ts';
import { fingerprint } from './fingerprint.ts';
import { KeptVectors } from './keptVectors.ts';
import { isOutOfMemory, narrowing, tallied, withLengths } from './fit.ts';
import { partitionsOf } from './hive.ts';
import { checkMapping, guessMapping, unionFields } from './mapping.ts';
import { describeLeftOut, planRows, type Plan } from './plan.ts';
import type { Platform } from './platform.ts';
import { vectorBytes, type LedgerFile, type Scan } from './scan.ts';
import { selectRows } from './selectRows.ts';
import { fillSink, sinkColumns } from './sink.ts';
import { openTable, resolveSource } from './source.ts';
import { scanSplit, startFor, type StartedScanThread } from './splitScan.ts';
import { choosePartitions, factsOf, factsUnread, partitionKeys, surveyOf } from './survey.ts';
import type {
  ColumnMapping,
  EmbeddingSource,
  LedgerSource,
  NamedBlob,
  OpenedLedger,
  OpenReport,
  RowSink,
} from './types.ts';

/** Files of a folder that are looked into at a time: most of it is waiting. */
const OPENED_AT_ONCE = 8;

export interface OpenOptions {
  readonly platform: Platform;
  /** Receives every event's columns but its embedding; "later": one will be given to `OpenedLedger.store`. */
  readonly sink?: RowSink | 'later';
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Length of the reference period that the built-in embedder weighs words by (spec 2, 11); default 2,000. */
  readonly referenceEvents?: number;
  /** Axes of the analysis that is to follow: memory has to do for it too; default 8. */
  readonly k?: number;
}

/**
 * Opens a ledger (spec/ledger.md): reads its light columns into memory in canonical order, checks every embedding, and
 * feeds the rest to the sink.
 * @param mapping ledger column -> file column; null guesses it.
 * A ledger that would not fit is refused before anything large is allocated: its row counts are known from footers, or
 * counted while it is scanned.
 * @throws TautlineFailure of kind file, column, ledger, network, memory or cancelled.
 */
export async function openLedger(
  source: LedgerSource,
  mapping: ColumnMapping | null,
  options: OpenOptions,
): Promise<OpenedLedger> {
  const found: Found = { survey: null, thread: null };
  try {
    return await open(source, mapping, options, found);
  } catch (thrown) {
    const survey = found.survey ?? undefined;
    if (thrown instanceof TautlineFailure) {
      const { error } = thrown;
      throw error.kind === 'memory' && !error.survey ? new TautlineFailure({ ...error, survey }) : thrown;
    }
    if (options.signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'opening the ledger' });
    if (isOutOfMemory(thrown)) {
      const rows = survey ? countOf(survey, source.part).events : NaN;
      const events = Number.isNaN(rows) ? 'the ledger was being' : `${formatCount(rows)} events were being`;
      throw new TautlineFailure({
        kind: 'memory',
        problem: `memory ran out while ${events} opened`,
        advice: narrowing(survey),
        survey,
      });
    }
    throw new TautlineFailure(toTautlineError(thrown, 'opening the ledger'));
  } finally {
    found.thread?.end();
  }
}

/** What is known of a ledger, and runs for it, by the time that opening it ends. */
interface Found {
  survey: LedgerSurvey | null;
  thread: StartedScanThread | null;
}

async function open(
  source: LedgerSource,
  given: ColumnMapping | null,
  options: OpenOptions,
  found: Found,
): Promise<OpenedLedger> {
  const { platform, signal, onProgress, sink } = options;
  const part = source.part && normalPart(source.part);
  const resolved = await resolveSource(source, platform, { signal, onProgress });
  const { taken, others } = part ? choosePartitions(resolved.files, part) : { taken: resolved.files, others: [] };
  const inTime = part && (part.from !== null || part.to !== null) ? part : null;
  const thread = (found.thread = inTime ? null : startFor(taken, platform.scanThread));
  let prepared = false;
  const openFile = async (file: NamedBlob): Promise<LedgerFile> => {
    throwIfCancelled(signal, 'opening the ledger');
    const reader = await openTable(file, platform);
    if (reader.format === 'parquet' && !prepared) {
      prepared = true;
      thread?.prepare(await platform.parquetCode?.());
    }
    return { reader, base: 0 };
  };
  const files = await mapAhead(taken, OPENED_AT_ONCE, openFile, (done, file) => {
    if (taken.length > 1)
      onProgress?.({ phase: 'Looking through the files', fraction: done / taken.length, detail: file.path });
  });
  const fields = unionFields(files.map(({ reader }) => reader));
  const firstPath = files[0].reader.path;
  const guess = given ? { mapping: given, notes: [] } : guessMapping(fields);
  const { mapping } = guess;
  const has: FileColumns = {
    columns: fields.map((field) => ({ name: field.name, type: field.typeName })),
    mapping: { ...mapping },
  };
  mendable(has, ['file', 'column'], () =>
    checkMapping(
      mapping,
      fields,
      files.length === 1 ? firstPath : `${firstPath} and ${counted(files.length - 1, 'more file')}`,
    ),
  );
  const stored = sinkColumns(fields, mapping);

  const k = options.k ?? DEFAULT_PARAMETERS.k;
  const needs = { k, stored: sink ? withLengths(stored.columns, files) : null };
  const room = { k, fits: eventsThatFit({ ...needs, memory: platform.memory }) };
  const keys = partitionKeys(resolved.files);
  const time = mapping.ts;
  const timeType = fields.find((field) => field.name === time)?.type ?? null;
  const skipped = await Promise.all(others.map((file) => factsUnread(file, time, timeType)));
  const survey = (bytesPerRow: number, counted: (file: LedgerFile) => number | null): LedgerSurvey =>
    (found.survey = surveyOf(
      [...files.map((file) => factsOf(file.reader, time, counted(file))), ...skipped],
      keys,
      time !== undefined,
      room,
      bytesPerRow,
    ));
  const place = sink ? 'in this tab' : 'in memory';
  const refuse = (whole: LedgerSurvey, events: string): TautlineFailure => {
    const which = part ? `the part chosen (${describePart(part)})` : 'this ledger';
    return new TautlineFailure({
      kind: 'memory',
      problem: `${which} has ${events}; ${fitsText(room.fits, k, place)}`,
      advice: narrowing(whole),
      survey: whole,
    });
  };
  const before = survey(NaN, ({ reader }) => reader.rows);
  const expected = countOf(before, part);
  if (expected.events > room.fits)
    throw refuse(before, `${expected.exact ? '' : 'about '}${counted(expected.events, 'event')}`);

  if (inTime) {
    if (time === undefined) {
      mendable(has, ['ledger'], () => {
        throw new TautlineFailure({
          ...ledgerFailure(
            'The ledger has no ts, so no time range can be taken of it',
            'Map a column to ts, or choose partitions',
          ).error,
          survey: before,
        } as TautlineError);
      });
    }
    for (const file of files)
      if (file.reader.fields.some((field) => field.name === time)) file.reader = selectRows(file.reader, time!, inTime);
  }
  const tally = tallied(
    files,
    room.fits,
    (rows, bytes) => {
      const total = files.reduce((sum, { reader }) => sum + reader.bytes, 0);
      const whole = survey(bytes / rows, ({ reader }) => reader.rows);
      const guess =
        inTime || bytes >= total ? '' : ` (by its size about ${formatCount(roundedDown((rows / bytes) * total))})`;
      return refuse(whole, `more than ${formatCount(rows)} events${guess}`);
    },
    inTime === null,
  );

  const spare =
    (platform.memory ?? Infinity) - (Number.isNaN(expected.events) ? 0 : expected.events) * totalBytes(needs);
  const kept = new KeptVectors(
    spare,
    files.reduce((sum, file) => sum + vectorBytes(file, mapping), 0),
  );
  const scan = await scanSplit(files, taken, mapping, { signal, onProgress, kept, thread }).catch((thrown: unknown) =>
    mendable(has, ['column'], () => {
      throw thrown;
    }),
  );
  tally.stop();
  const rowsOf = new Map(
    files.map((file, i) => [file, file.reader.allRows?.() ?? (files[i + 1]?.base ?? scan.rows) - file.base]),
  );
  const allRows = [...rowsOf.values()].reduce((sum, rows) => sum + rows, 0);
  const whole = survey(files.reduce((sum, { reader }) => sum + reader.bytes, 0) / Math.max(1, allRows), (file) =>
    rowsOf.get(file)!,
  );
  if (part && (scan.rows === 0 || (inTime && !scan.time.some((ms) => !Number.isNaN(ms))))) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `No event lies in the part chosen (${describePart(part)})`,
      advice: 'Choose other partitions or another time range',
      survey: whole,
    });
  }
  if (scan.rows === 0)
    throw fileFailure(
      files.length === 1 ? firstPath : resolved.name,
      'it has no rows',
      'Open a ledger with at least one event',
    );
  const plan = planRows(scan, mapping, (row) => nameRow(files, row));
  if (plan.order.length === 0) {
    const failure = ledgerFailure(
      `No event can be used. ${describeLeftOut(plan.leftOut, scan.rows).join('. ')}`,
      'Mend the file, or map other columns',
    );
    mendable(has, ['ledger'], () => {
      throw failure;
    });
  }
  const embedder = mapping.embedding !== undefined ? 'file' : mapping.text !== undefined ? 'built-in' : 'none';
  const columns = gather(scan, plan, embedder);
  const n = columns.n;
  const voidEvents = columns.isVoid.reduce((sum, v) => sum + v, 0);

  let embeddings: EmbeddingSource | null = null;
  if (embedder === 'file') embeddings = fileEmbeddings(files, mapping, plan, columns.isVoid, kept);
  else if (embedder === 'built-in') {
    const reference = referenceRows(n, options.referenceEvents ?? 2000);
    embeddings = await textEmbeddings(files, mapping.text!, plan, columns.isVoid, reference, { signal, onProgress });
  }
  const store = storing(files, stored.columns, plan, scan.rows);
  if (sink && sink !== 'later') await store(sink, { signal, onProgress });

  const opened = part ? openedPart(part, whole) : null;
  const report: OpenReport = {
    name: resolved.name,
    files: files.length,
    bytes: files.reduce((sum, { reader }) => sum + reader.bytes, 0),
    rowsRead: scan.rows,
    events: n,
    voidEvents,
    dimension: embedder === 'built-in' ? EMBEDDER_DIMENSION : embedder === 'file' ? plan.dimension : 0,
    embedder,
    mapping,
    columns: has.columns,
    leftOut: plan.leftOut,
    notes: [
      ...(opened ? [`Only a part is open: ${countText(scan.rows, opened)} (${describePart(opened.part)}).`] : []),
      ...(opened && mapping.event_id === undefined
        ? ['Without event_id, positions are counted in the part that is open.']
        : []),
      ...resolved.notes,
      ...guess.notes,
      ...partitionNotes(files),
      ...plan.notes,
      ...columnNotes(columns, embedder, voidEvents),
      ...stored.notes,
    ],
    fingerprint: await fingerprint(columns, inOrder(scan.content, plan.order)),
    part: opened,
    survey: whole,
  };
  const textLength = mapping.text === undefined ? null : inOrder(scan.textLength, plan.order);
  return { report, columns, embeddings, textLength, store };
}

/** A function of its own, so that what it keeps is no more than it needs. */
const storing =
  (
    ...[files, columns, plan, rows]: [LedgerFile[], Parameters<typeof fillSink>[2], Plan, number]
  ): OpenedLedger['store'] =>
  (sink, options) =>
    fillSink(sink, files, columns, plan, rows, options);

/**
 * Runs `check`; an error of one of `kinds` carries the file's columns away, so that the page can offer another mapping.
 */
function mendable<R>(has: FileColumns, kinds: readonly TautlineError['kind'][], check: () => R): R {
  try {
    return check();
  } catch (thrown) {
    if (!(thrown instanceof TautlineFailure) || !kinds.includes(thrown.error.kind)) throw thrown;
    throw new TautlineFailure({ ...thrown.error, has } as TautlineError);
  }
}

function nameRow(files: readonly LedgerFile[], row: number): string {
  const file = files.findLast(({ base }) => base <= row)!;
  const at = row - file.base;
  return `row ${(file.reader.fileRow?.(at) ?? at) + 1} of ${file.reader.path}`;
}

function openedPart(part: LedgerPart, whole: LedgerSurvey): OpenedPart {
  const { events, exact } = countOf(whole, undefined);
  return { part, of: events, exact };
}

/** The values of the rows `order`; `TypedArray.from` with a function takes five times as long. */
function inOrder<A extends Float64Array | BigInt64Array | Int32Array | Uint32Array>(values: A, order: Int32Array): A {
  const out = new (values.constructor as new (length: number) => A)(order.length);
  for (let i = 0; i < order.length; i++) out[i] = values[order[i]];
  return out;
}

/** The light columns in canonical order. */
function gather(scan: Scan, plan: Plan, embedder: OpenReport['embedder']): LedgerColumns {
  const { order } = plan;
  const { dictionaries } = scan;
  const latency = inOrder(scan.latency, order);
  const isVoid = new Uint8Array(order.length).fill(1);
  if (embedder !== 'none') {
    for (let i = 0; i < order.length; i++)
      isVoid[i] = embedder === 'file' ? (scan.vectorLength[order[i]] < 0 ? 1 : 0) : 1 - scan.hasText[order[i]];
  }
  return {
    n: order.length,
    eventId: inOrder(scan.eventId, order),
    time: inOrder(scan.time, order),
    hasTime: plan.hasTime,
    provider: dictionaries.provider_id?.finish(order) ?? null,
    agent: dictionaries.agent_id?.finish(order) ?? null,
    thread: dictionaries.thread_id?.finish(order) ?? null,
    instantiation: dictionaries.instantiation_id?.finish(order) ?? null,
    latency,
    hasLatency: latency.some((ms) => !Number.isNaN(ms)),
    label: dictionaries.label?.finish(order, true) ?? null,
    isVoid,
  };
}

function partitionNotes(files: readonly LedgerFile[]): string[] {
  const names = new Set(files.flatMap(({ reader }) => [...partitionsOf(reader.path).keys()]));
  return names.size === 0 ? [] : [`Partition columns from the paths: ${[...names].join(', ')}.`];
}

/** Before 1973 as milliseconds: what epoch seconds look like; beyond the year 5000: microseconds. */
const SECONDS_BELOW = 1e11;
const MICROSECONDS_ABOVE = 1e14;

function columnNotes(columns: LedgerColumns, embedder: OpenReport['embedder'], voidEvents: number): string[] {
  const notes: string[] = [];
  const { n, time } = columns;
  if (embedder === 'built-in') {
    notes.push(
      `No embedding column: the text was embedded by the built-in embedder (hashed n-grams, ${EMBEDDER_DIMENSION} dimensions).`,
    );
  }
  if (embedder === 'none') notes.push('Neither embeddings nor text: every event is void, so no drift can be computed.');
  else if (voidEvents === n) {
    notes.push(
      `All ${counted(n, 'event')} are void (the ${embedder === 'file' ? 'embedding is NULL' : 'text is empty'} throughout): no drift can be computed.`,
    );
  }
  for (const [name, column] of [
    ['provider_id', columns.provider],
    ['agent_id', columns.agent],
  ] as const) {
    const missing = column?.codes.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0) ?? 0;
    if (missing > 0) notes.push(`${counted(missing, 'event')} without ${name}.`);
  }
  const streams = (columns.provider ?? columns.agent)!;
  if (streams.values.length === 1)
    notes.push(
      `One ${columns.provider ? 'provider' : 'agent'} only ("${streams.values[0]}"): coupling between streams is not defined.`,
    );
  if (n === 1) notes.push('One event only: nothing can be compared.');
  if (columns.hasTime) {
    const latest = time[n - 1];
    if (latest > 0 && latest < SECONDS_BELOW)
      notes.push('ts lies before 1973 when read as epoch milliseconds: if it holds seconds, multiply it by 1000.');
    if (latest > MICROSECONDS_ABOVE)
      notes.push(
        'ts lies beyond the year 5000 when read as epoch milliseconds: if it holds microseconds or nanoseconds, cast it to TIMESTAMP.',
      );
  }
  return notes;
}
