import * as arrow from 'apache-arrow';
import type { LedgerColumns } from '../core/columns.ts';
import { toTautlineError, TautlineFailure, type TautlineError } from '../core/errors.ts';
import { counted, formatCount } from '../core/format.ts';
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
import type { StatedMapping } from '../core/statedMapping.ts';
import { gather, inOrder } from './canonical.ts';
import { NO_ANALYSIS, type AnalysisNeeds } from './capacity.ts';
import { chosenRows } from './chosenRows.ts';
import { withoutEmpty } from './emptyColumns.ts';
import { referenceRows } from './embedder.ts';
import type { EmbeddedTexts, EmbeddingModel } from '../core/embeddingModel.ts';
import { fileEmbeddings, textEmbeddings } from './embeddings.ts';
import { fileFailure, isOutOfMemory, ledgerFailure } from './failures.ts';
import { fingerprint } from './fingerprint.ts';
import { hasTimeRange, lookThrough, mendable, type LookedThrough } from './lookThrough.ts';
import { memoryGuard, narrowing, tallied, withLengths, type MemoryGuard } from './memoryGuard.ts';
import { columnNotes, partitionNotes } from './notes.ts';
import type { Platform } from './platform.ts';
import type { RowSelection } from './rowSelection.ts';
import { vectorBytes, type LedgerFile, type Scan } from './scan.ts';
import { selectRows } from './selectRows.ts';
import { unitNotes } from './shapes.ts';
import { messageSource } from './messages.ts';
import { modelEmbeddings } from './modelEmbeddings.ts';
import { sampled } from './sampleRows.ts';
import { modelOfFiles } from './statedModel.ts';
import type { TextEmbedder } from './textEmbedder.ts';
import { fillSink, sinkColumns, withOwnIds } from './sink.ts';
import { streamColumns, streamKeys } from './streamColumns.ts';
import { scanSplit, type StartedScanThread } from './splitScan.ts';
import { timeNotes } from './times.ts';
import type {
  ColumnMapping,
  EmbeddingSource,
  LedgerSource,
  OpenedLedger,
  OpenReport,
  OtherLedger,
  RowSink,
} from './types.ts';
import { VectorCache } from './vectorCache.ts';

export interface OpenOptions {
  readonly platform: Platform;
  /** Receives every event's columns but its embedding; "later": one will be given to `OpenedLedger.store`. */
  readonly sink?: RowSink | 'later';
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /**
   * Length of the reference period that the built-in embedder weighs words by (docs/methods.md 2, 11); default 2,000.
   */
  readonly referenceEvents?: number;
  /** Embeds texts in place of the built-in embedder, where the ledger has no vectors. */
  readonly embedder?: TextEmbedder | null;
  /** What the user states of some columns; the rest is guessed. It counts where no mapping is given whole. */
  readonly stated?: StatedMapping;
  /** The analysis that is to follow: memory has to do for it too; absent: the ledger is only read. */
  readonly analysis?: AnalysisNeeds;
  /** A ledger that is open already; absent: none. */
  readonly other?: OtherLedger;
  /** Receives the files once they are open, also where the ledger is refused then. */
  readonly onFiles?: (files: readonly LedgerFile[]) => void;
}

/**
 * Opens a ledger (docs/ledger-format.md): reads its light columns into memory in canonical order, checks every
 * embedding, and feeds the rest to the sink.
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

/** What an attempt to open found that the next one is told. */
interface Tried {
  readonly notes: readonly string[];
  /** Columns of the files that hold nothing. */
  readonly empty: ReadonlySet<string>;
}

async function open(
  source: LedgerSource,
  given: ColumnMapping | null,
  options: OpenOptions,
  found: Found,
  tried: Tried = { notes: [], empty: new Set() },
): Promise<OpenedLedger> {
  const { platform, stated, signal, onProgress, onFiles, sink } = options;
  const part = source.part && normalPart(source.part);
  const onThread = (thread: StartedScanThread | null): void => void (found.thread = thread);
  const ledger = await lookThrough(source, given, { platform, part, stated, signal, onProgress, onThread, onFiles });
  const { files, mapping } = ledger;
  const stored = sinkColumns(ledger.fields, mapping);
  const needs = {
    analysis: options.analysis ?? NO_ANALYSIS,
    stored: sink ? withLengths(stored.columns, files) : null,
  };
  const guard = memoryGuard(ledger, needs, {
    memory: platform.memory,
    other: options.other,
    part,
    time: mapping.ts,
    place: sink ? 'in this tab' : 'in memory',
    keep: (survey) => (found.survey = survey),
  });
  const before = guard.survey(NaN);
  const expected = countOf(before, part);
  if (expected.events > guard.fits)
    throw guard.refuse(before, `${expected.exact ? '' : 'about '}${counted(expected.events, 'event')}`);
  if (hasTimeRange(part)) cutOut(ledger, part, before);

  const spare = guard.memory - (Number.isNaN(expected.events) ? 0 : expected.events) * guard.bytesPerEvent;
  const vectors = files.reduce((sum, file) => sum + vectorBytes(file, mapping), 0);
  const cache = new VectorCache(spare, vectors);
  const { scan, whole } = await firstPass(ledger, part, guard, cache, { signal, onProgress, thread: found.thread });
  const remapped = withoutEmpty(ledger, scan, tried.empty);
  if (remapped) {
    const notes = [...tried.notes, ...ledger.guesses, ...remapped.notes];
    return open(source, remapped.mapping, options, found, { notes, empty: remapped.empty });
  }
  const selection = sampled(chosenRows(ledger, scan), scan, source.sample);
  const chosen = mapping.text === undefined ? null : (options.embedder ?? null);
  const ofText = chosen ? 'model' : mapping.text !== undefined ? 'built-in' : 'none';
  const embedder = mapping.embedding !== undefined ? 'file' : ofText;
  const columns = gather(scan, selection, embedder);

  let embeddings: EmbeddingSource | null = null;
  let embedded: EmbeddedTexts | undefined;
  const madeBy = modelOfFiles(embedder === 'file' ? files.map(({ reader }) => reader) : [], selection.dimension);
  if (embedder === 'file') embeddings = fileEmbeddings(files, mapping, selection, columns.isVoid, cache);
  else if (embedder === 'model') {
    const made = await modelEmbeddings(files, mapping.text!, selection, columns.isVoid, chosen!, {
      signal,
      onProgress,
    });
    embeddings = made.source;
    embedded = made.embedded;
  } else if (embedder === 'built-in') {
    const reference = referenceRows(columns.n, options.referenceEvents ?? 2000);
    embeddings = await textEmbeddings(files, mapping.text!, selection, columns.isVoid, reference, {
      signal,
      onProgress,
    });
  }
  const idType = scan.textIds ? new arrow.Utf8() : new arrow.Int64();
  const storedColumns = selection.numbered ? withOwnIds(stored.columns, idType) : stored.columns;
  const store = storing(files, storedColumns, selection, scan.rows);
  if (sink && sink !== 'later') await store(sink, { signal, onProgress });

  const report = await reportOf(ledger, {
    scan,
    selection,
    columns,
    embedder,
    dimension: embeddings?.dimension ?? 0,
    model: embedder === 'model' ? chosen!.model : madeBy.model,
    embedded,
    probe: embeddings?.builtIn?.probe,
    whole,
    takesBytes: columns.n * guard.bytesPerEvent,
    part,
    tried,
    stored: [...madeBy.notes, ...stored.notes],
  });
  const streamColumn = streamColumns({ files, fields: ledger.fields, mapping, selection, columns });
  const textLength = mapping.text === undefined ? null : inOrder(scan.textLength, selection.order);
  const messages = messageSource(files, storedColumns, selection, scan.rows);
  return { report, columns, embeddings, textLength, streamColumn, store, messages };
}

/** Replaces the readers of files that have times by ones of the range alone. */
function cutOut({ files, mapping: { ts }, has }: LookedThrough, range: LedgerPart, survey: LedgerSurvey): void {
  if (ts === undefined) {
    const { error } = ledgerFailure(
      'The ledger has no ts, so no time range can be taken of it',
      'Map a column to ts, or choose partitions',
    );
    return mendable(has, ['ledger'], () => {
      throw new TautlineFailure({ ...error, survey } as TautlineError);
    });
  }
  for (const file of files)
    if (file.reader.fields.some((field) => field.name === ts)) file.reader = selectRows(file.reader, ts, range);
}

/** Scans the rows, refusing more than fit. @returns the scan, and the survey once every row is counted */
async function firstPass(
  { files, taken, mapping, has, resolved }: LookedThrough,
  part: LedgerPart | undefined,
  guard: MemoryGuard,
  cache: VectorCache,
  options: Pick<OpenOptions, 'signal' | 'onProgress'> & { readonly thread: StartedScanThread | null },
): Promise<{ scan: Scan; whole: LedgerSurvey }> {
  const inTime = hasTimeRange(part);
  const total = files.reduce((sum, { reader }) => sum + reader.bytes, 0);
  const tooMany = (rows: number, bytes: number): TautlineFailure => {
    const guess =
      inTime || bytes >= total ? '' : ` (by its size about ${formatCount(roundedDown((rows / bytes) * total))})`;
    return guard.refuse(guard.survey(bytes / rows), `more than ${formatCount(rows)} events${guess}`);
  };
  const tally = tallied(files, guard.fits, tooMany, !inTime);
  const scan = await scanSplit(files, taken, mapping, { ...options, kept: cache }).catch((thrown: unknown) =>
    mendable(has, ['column'], () => {
      throw thrown;
    }),
  );
  tally.stop();
  const rowsOf = new Map(
    files.map((file, i) => [file, file.reader.allRows?.() ?? (files[i + 1]?.base ?? scan.rows) - file.base]),
  );
  const allRows = [...rowsOf.values()].reduce((sum, rows) => sum + rows, 0);
  const whole = guard.survey(total / Math.max(1, allRows), (file) => rowsOf.get(file)!);
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
      files.length === 1 ? files[0].reader.path : resolved.name,
      'it has no rows',
      'Open a ledger with at least one event',
    );
  return { scan, whole };
}

interface Read {
  readonly scan: Scan;
  readonly selection: RowSelection;
  readonly columns: LedgerColumns;
  readonly embedder: OpenReport['embedder'];
  readonly dimension: number;
  readonly model: EmbeddingModel | undefined;
  readonly embedded: EmbeddedTexts | undefined;
  readonly probe: OpenReport['probe'];
  readonly whole: LedgerSurvey;
  readonly takesBytes: number;
  readonly part: LedgerPart | undefined;
  readonly tried: Tried;
  /** What is said of the stored columns. */
  readonly stored: readonly string[];
}

async function reportOf(
  { resolved, files, fields, mapping, guesses, has, kinds }: LookedThrough,
  {
    scan,
    selection,
    columns,
    embedder,
    dimension,
    model,
    embedded,
    probe,
    whole,
    takesBytes,
    part,
    tried,
    stored,
  }: Read,
): Promise<OpenReport> {
  const opened = part ? openedPart(part, whole) : null;
  const { units } = files[0].reader;
  const voidEvents = columns.isVoid.reduce((sum, v) => sum + v, 0);
  return {
    name: resolved.name,
    files: files.length,
    bytes: files.reduce((sum, { reader }) => sum + reader.bytes, 0),
    rowsRead: scan.rows,
    events: columns.n,
    voidEvents,
    dimension,
    embedder,
    ...(model && { model }),
    ...(embedded && { embedded }),
    ...(probe !== undefined && { probe }),
    mapping,
    columns: has.columns,
    kinds,
    leftOut: selection.leftOut,
    notes: [
      ...(opened ? [`Only a part is open: ${countText(scan.rows, opened)} (${describePart(opened.part)}).`] : []),
      ...(opened && mapping.event_id === undefined
        ? ['Without event_id, positions are counted in the part that is open.']
        : []),
      ...resolved.notes,
      ...tried.notes,
      ...guesses,
      ...unitNotes(
        mapping.latency_ms,
        has.columns.map(({ name }) => name),
        units?.latency_ms,
      ),
      ...partitionNotes(files),
      ...selection.notes,
      ...columnNotes(columns, embedder, voidEvents, model, embedded),
      ...(selection.hasTime ? timeNotes(scan.timeForms, mapping.ts!, columns.time, units?.ts) : []),
      ...stored,
    ],
    streamKeys: streamKeys({ files, fields, mapping, columns }),
    fingerprint: await fingerprint(columns, inOrder(scan.content, selection.order)),
    part: opened,
    survey: whole,
    takesBytes,
  };
}

/** A function of its own, so that what it keeps is no more than it needs. */
const storing =
  (
    ...[files, columns, selection, rows]: [LedgerFile[], Parameters<typeof fillSink>[2], RowSelection, number]
  ): OpenedLedger['store'] =>
  (sink, options) =>
    fillSink(sink, files, columns, selection, rows, options);

function openedPart(part: LedgerPart, whole: LedgerSurvey): OpenedPart {
  const { events, exact } = countOf(whole, undefined);
  return { part, of: events, exact };
}
