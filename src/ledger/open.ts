import type { LedgerColumns } from '../core/columns.ts';
import { toTautlineError, TautlineFailure, type FileColumns, type TautlineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { EMBEDDER_DIMENSION, referenceRows } from './embedder.ts';
import { fileEmbeddings, textEmbeddings } from './embeddings.ts';
import { counted, fileFailure, ledgerFailure } from './failures.ts';
import { fingerprint } from './fingerprint.ts';
import { partitionsOf } from './hive.ts';
import { checkMapping, guessMapping, unionFields } from './mapping.ts';
import { describeLeftOut, planRows, type Plan } from './plan.ts';
import type { Platform } from './platform.ts';
import { scanFiles, type LedgerFile, type Scan } from './scan.ts';
import { fillSink, sinkColumns } from './sink.ts';
import { openTable, resolveSource } from './source.ts';
import type { ColumnMapping, EmbeddingSource, LedgerSource, OpenedLedger, OpenReport, RowSink } from './types.ts';

export interface OpenOptions {
  readonly platform: Platform;
  /** Receives every event's columns but its embedding. */
  readonly sink?: RowSink;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  /** Length of the reference period that the built-in embedder weighs words by (spec 2, 11); default 2,000. */
  readonly referenceEvents?: number;
}

/**
 * Opens a ledger (spec/ledger.md): reads its light columns into memory in canonical order, checks every embedding, and feeds the rest to the sink.
 * @param mapping ledger column -> file column; null guesses it.
 * @throws TautlineFailure of kind file, column, ledger, network or cancelled.
 */
export async function openLedger(source: LedgerSource, mapping: ColumnMapping | null, options: OpenOptions): Promise<OpenedLedger> {
  try {
    return await open(source, mapping, options);
  } catch (thrown) {
    if (thrown instanceof TautlineFailure) throw thrown;
    if (options.signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'opening the ledger' });
    if (thrown instanceof RangeError && /allocation failed|out of memory/i.test(thrown.message)) {
      throw new TautlineFailure({
        kind: 'memory',
        problem: 'the ledger does not fit',
        advice: 'Open a part of it, or write it with smaller row groups',
      });
    }
    throw new TautlineFailure(toTautlineError(thrown, 'opening the ledger'));
  }
}

async function open(source: LedgerSource, given: ColumnMapping | null, options: OpenOptions): Promise<OpenedLedger> {
  const { platform, signal, onProgress, sink } = options;
  const resolved = await resolveSource(source, platform, { signal, onProgress });
  const files: LedgerFile[] = [];
  for (const file of resolved.files) files.push({ reader: await openTable(file, platform), base: 0 });
  const fields = unionFields(files.map(({ reader }) => reader));
  const firstPath = files[0].reader.path;
  const guess = given ? { mapping: given, notes: [] } : guessMapping(fields);
  const { mapping } = guess;
  const has: FileColumns = { columns: fields.map((field) => ({ name: field.name, type: field.typeName })), mapping: { ...mapping } };
  mendable(has, ['file', 'column'], () => checkMapping(mapping, fields, files.length === 1 ? firstPath : `${firstPath} and ${counted(files.length - 1, 'more file')}`));
  const stored = sinkColumns(fields, mapping);

  const scan = await scanFiles(files, mapping, { signal, onProgress }).catch((thrown: unknown) => mendable(has, ['column'], () => { throw thrown; }));
  if (scan.rows === 0) throw fileFailure(files.length === 1 ? firstPath : resolved.name, 'it has no rows', 'Open a ledger with at least one event');
  const plan = planRows(scan, mapping, (row) => nameRow(files, row));
  if (plan.order.length === 0) {
    const failure = ledgerFailure(`No event can be used. ${describeLeftOut(plan.leftOut, scan.rows).join('. ')}`, 'Mend the file, or map other columns');
    mendable(has, ['ledger'], () => { throw failure; });
  }
  const embedder = mapping.embedding !== undefined ? 'file' : mapping.text !== undefined ? 'built-in' : 'none';
  const columns = gather(scan, plan, embedder);
  const n = columns.n;
  const voidEvents = columns.isVoid.reduce((sum, v) => sum + v, 0);

  let embeddings: EmbeddingSource | null = null;
  if (embedder === 'file') embeddings = fileEmbeddings(files, mapping, plan, columns.isVoid);
  else if (embedder === 'built-in') {
    const reference = referenceRows(n, options.referenceEvents ?? 2000);
    embeddings = await textEmbeddings(files, mapping.text!, plan, columns.isVoid, reference, { signal, onProgress });
  }
  if (sink) await fillSink(sink, files, stored.columns, plan, scan.rows, { signal, onProgress });

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
      ...resolved.notes,
      ...guess.notes,
      ...partitionNotes(files),
      ...plan.notes,
      ...columnNotes(columns, embedder, voidEvents),
      ...stored.notes,
    ],
    fingerprint: await fingerprint(columns, Uint32Array.from(plan.order, (row) => scan.content[row])),
  };
  const textLength = mapping.text === undefined ? null : Int32Array.from(plan.order, (row) => scan.textLength[row]);
  return { report, columns, embeddings, textLength };
}

/** Runs `check`; an error of one of `kinds` carries the file's columns away, so that the page can offer another mapping. */
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
  return `row ${row - file.base + 1} of ${file.reader.path}`;
}

/** The light columns in canonical order. */
function gather(scan: Scan, plan: Plan, embedder: OpenReport['embedder']): LedgerColumns {
  const { order } = plan;
  const { dictionaries } = scan;
  const latency = Float64Array.from(order, (row) => scan.latency[row]);
  const isVoid = Uint8Array.from(order, (row) =>
    embedder === 'file' ? (scan.vectorLength[row] < 0 ? 1 : 0) : embedder === 'built-in' ? 1 - scan.hasText[row] : 1,
  );
  return {
    n: order.length,
    eventId: BigInt64Array.from(order, (row) => scan.eventId[row]),
    time: Float64Array.from(order, (row) => scan.time[row]),
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
    notes.push(`No embedding column: the text was embedded by the built-in embedder (hashed n-grams, ${EMBEDDER_DIMENSION} dimensions).`);
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
    notes.push(`One ${columns.provider ? 'provider' : 'agent'} only ("${streams.values[0]}"): coupling between streams is not defined.`);
  if (n === 1) notes.push('One event only: nothing can be compared.');
  if (columns.hasTime) {
    const latest = time[n - 1];
    if (latest > 0 && latest < SECONDS_BELOW)
      notes.push('ts lies before 1973 when read as epoch milliseconds: if it holds seconds, multiply it by 1000.');
    if (latest > MICROSECONDS_ABOVE)
      notes.push('ts lies beyond the year 5000 when read as epoch milliseconds: if it holds microseconds or nanoseconds, cast it to TIMESTAMP.');
  }
  return notes;
}
