import { TautlineFailure } from '../core/errors.ts';
import { columnsOf, type ColumnsOf } from '../core/ledgerSchema.ts';
import type { OnProgress } from '../core/progress.ts';
import { isOutOfMemory } from './failures.ts';
import { withFileName } from './hive.ts';
import { classOf } from './mapping.ts';
import { VectorCache } from './vectorCache.ts';
import type { Platform } from './platform.ts';
import { scanFiles, type LedgerFile, type Scan } from './scan.ts';
import type { ScannedPart, ScanTask, ScanThread, StartedScanThread } from './scanTask.ts';
import { openTable } from './source.ts';
import { withUnits } from './statedUnits.ts';
import type { ColumnMapping, NamedBlob } from './types.ts';

export type { ScannedPart, ScanTask, ScanThread, StartedScanThread } from './scanTask.ts';

/** Starts the thread where some files will want one, by their sizes. */
export function startFor(files: readonly NamedBlob[], thread: ScanThread | undefined): StartedScanThread | null {
  const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
  return thread && files.length > 1 && bytes >= thread.fromBytes ? thread.start() : null;
}

/** Scans files in the thread that this is called in; null if memory does not do. */
export async function scanPart(
  { files, mapping, units, keep }: ScanTask,
  platform: Platform,
  onProgress: OnProgress,
): Promise<ScannedPart | null> {
  const kept = new VectorCache(keep);
  try {
    const opened: LedgerFile[] = [];
    for (const file of files)
      opened.push({
        reader: withUnits(withFileName(await openTable(file, platform, file.tail), mapping), units),
        base: 0,
      });
    return partOf(await scanFiles(opened, mapping, { kept, onProgress }), opened, kept);
  } catch (thrown) {
    if (isOutOfMemory(thrown)) return null;
    throw thrown;
  }
}

function partOf(scan: Scan, files: readonly LedgerFile[], kept: VectorCache): ScannedPart {
  const dictionaries = Object.fromEntries(
    Object.entries(scan.dictionaries).map(([column, builder]) => [column, builder.part()]),
  );
  return { ...scan, dictionaries, bases: files.map(({ base }) => base), kept: kept.take() };
}

export interface SplitOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly kept: VectorCache;
  readonly thread: StartedScanThread | null;
}

/**
 * `scanFiles`, the later half of the files in another thread where there is one; it is ended. What comes out is the
 * same, the error of the first file that has one too.
 * @param blobs of the files
 */
export async function scanSplit(
  files: readonly LedgerFile[],
  blobs: readonly NamedBlob[],
  mapping: ColumnMapping,
  options: SplitOptions,
): Promise<Scan> {
  const { signal, onProgress, kept, thread } = options;
  const total = files.reduce((sum, { reader }) => sum + reader.bytes, 0);
  const cut = thread && !mayHaveTextIds(files, mapping) ? middle(files, total) : files.length;
  if (!thread || cut === files.length) {
    thread?.end();
    return scanFiles(files, mapping, { signal, onProgress, kept });
  }
  const [mine, theirs] = [files.slice(0, cut), files.slice(cut)];
  const share = mine.reduce((sum, { reader }) => sum + reader.bytes, 0) / total;
  let theirFraction = 0;
  const end = (): void => thread.end();
  signal?.addEventListener('abort', end);
  try {
    if (signal?.aborted) end();
    const task = {
      files: theirs.map(({ reader: { tail } }, i) => ({ ...blobs[cut + i], tail })),
      mapping,
      units: theirs[0].reader.units,
      keep: kept.budget,
    };
    const answer = thread.scan(task, (fraction) => (theirFraction = fraction));
    // Asked for once the files before are done.
    answer.catch(() => undefined);
    const combined: OnProgress = (progress) =>
      onProgress?.({ ...progress, fraction: share * progress.fraction + (1 - share) * theirFraction });
    const first = await scanFiles(mine, mapping, { signal, onProgress: combined, kept });
    const part =
      (await answer) ??
      (await scanHere(theirs, mapping, {
        signal,
        keep: kept.budget,
        onProgress:
          onProgress && ((progress) => onProgress({ ...progress, fraction: share + (1 - share) * progress.fraction })),
      }));
    if (signal?.aborted) throw new TautlineFailure({ kind: 'cancelled', what: 'opening the ledger' });
    return joined(first, part, theirs, mapping, kept);
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}

/** True if ids may be texts: their order is that of all of them, which one thread has to know. */
const mayHaveTextIds = (files: readonly LedgerFile[], { event_id: name }: ColumnMapping): boolean =>
  files.some(({ reader }) => reader.fields.some((field) => field.name === name && classOf(field.type) === 'string'));

async function scanHere(
  files: readonly LedgerFile[],
  mapping: ColumnMapping,
  { keep, ...options }: { signal?: AbortSignal; onProgress?: OnProgress; keep: number },
): Promise<ScannedPart> {
  const kept = new VectorCache(keep);
  return partOf(await scanFiles(files, mapping, { ...options, kept }), files, kept);
}

/** How many files to scan here: half of the bytes. All, where rows are counted only by reading. */
function middle(files: readonly LedgerFile[], total: number): number {
  if (files.some(({ reader }) => reader.rows === null)) return files.length;
  let bytes = 0;
  const cut = files.findIndex(({ reader }) => (bytes += reader.bytes) > total / 2);
  return cut < 0 ? files.length : Math.max(1, cut);
}

/** The scan of all files from those of the first and the later ones; sets the later files' `base`. */
function joined(
  first: Scan,
  part: ScannedPart,
  laterFiles: readonly LedgerFile[],
  mapping: ColumnMapping,
  kept: VectorCache,
): Scan {
  const { rows } = first;
  laterFiles.forEach((file, i) => (file.base = rows + part.bases[i]));
  if (part.kept) for (const { base, vectors, batchRows } of part.kept) kept.add(rows + base, vectors, batchRows);
  else kept.release();
  const { dictionaries } = first;
  for (const [column, more] of Object.entries(part.dictionaries))
    dictionaries[column as ColumnsOf<'dictionary'>]!.appendPart(more);
  const eventId = append(first.eventId, part.eventId);
  const light = Object.fromEntries(
    columnsOf('light').map((column) => [column, append(first[column], part[column])]),
  ) as Record<ColumnsOf<'light'>, Float64Array>;
  if (mapping.event_id === undefined) for (let row = rows; row < eventId.length; row++) eventId[row] = BigInt(row);
  const later = (forms: Scan['timeForms']) => [...forms].map(([form, row]) => [form, rows + row] as const);
  const missing = (scan: Pick<Scan, 'missingId' | 'rows'>): Uint8Array => scan.missingId ?? new Uint8Array(scan.rows);
  return {
    rows: rows + part.rows,
    eventId,
    textIds: null,
    missingId: first.missingId || part.missingId ? append(missing(first), missing(part)) : null,
    time: append(first.time, part.time),
    ...light,
    textLength: append(first.textLength, part.textLength),
    hasText: append(first.hasText, part.hasText),
    vectorLength: append(first.vectorLength, part.vectorLength),
    notFinite: append(first.notFinite, part.notFinite),
    content: append(first.content, part.content),
    dictionaries,
    faults: new Map([...first.faults, ...[...part.faults].map(([row, reason]) => [rows + row, reason] as const)]),
    timeForms: new Map([...later(part.timeForms), ...first.timeForms]),
    timeFormsByFile: [...first.timeFormsByFile, ...part.timeFormsByFile.map((forms) => new Map(later(forms)))],
    disordered: first.disordered || part.disordered,
  };
}

function append<A extends Float64Array | BigInt64Array | Int32Array | Uint32Array | Uint8Array>(
  first: A,
  second: A,
): A {
  const out = new (first.constructor as new (length: number) => A)(first.length + second.length);
  out.set(first as never, 0);
  out.set(second as never, first.length);
  return out;
}
