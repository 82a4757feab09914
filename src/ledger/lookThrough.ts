import { TautlineFailure, type FileColumns, type TautlineError } from '../core/errors.ts';
import type { LedgerPart } from '../core/part.ts';
import type { OnProgress } from '../core/progress.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { mapAhead } from './ahead.ts';
import { counted, fileFailure, throwIfCancelled } from './failures.ts';
import { parquet } from './formats/parquet.ts';
import { withFileName } from './hive.ts';
import { checkMapping, guessMapping, unionFields, withSpeaker } from './mapping.ts';
import type { Platform } from './platform.ts';
import type { ReaderField } from './reader.ts';
import type { LedgerFile } from './scan.ts';
import { openTable, resolveSource, type ResolvedSource } from './source.ts';
import { checkUnits, withUnits } from './statedUnits.ts';
import { startFor, type StartedScanThread } from './splitScan.ts';
import { choosePartitions, factsUnread, partitionKeys, type FileFacts } from './survey.ts';
import type { ColumnMapping, LedgerSource, NamedBlob } from './types.ts';

/** Files of a folder that are looked into at a time: most of it is waiting. */
const OPENED_AT_ONCE = 8;

/** A ledger before its rows are read. */
export interface LookedThrough {
  readonly resolved: ResolvedSource;
  /** The files of the part that is opened, as they came and opened. */
  readonly taken: readonly NamedBlob[];
  readonly files: LedgerFile[];
  /** What is known of the files that are not opened. */
  readonly others: readonly FileFacts[];
  /** Names of the partitions. */
  readonly keys: readonly string[];
  readonly fields: readonly ReaderField[];
  readonly mapping: ColumnMapping;
  readonly guesses: readonly string[];
  readonly has: FileColumns;
}

export interface LookOptions {
  readonly platform: Platform;
  readonly part: LedgerPart | undefined;
  /** What the user states of some columns; of the mapping it counts where none is given whole. */
  readonly stated?: StatedMapping;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Receives the thread that may share the first pass, as soon as it starts; it is the caller's to end. */
  readonly onThread: (thread: StartedScanThread | null) => void;
}

/** Finds the files, opens them, and fixes which of their columns is which of the ledger's. */
export async function lookThrough(
  source: LedgerSource,
  given: ColumnMapping | null,
  options: LookOptions,
): Promise<LookedThrough> {
  const looked = await lookInto(source, given, options);
  mendable(looked.has, ['file', 'column', 'ledger'], () => checkColumns(looked, options.stated));
  return looked;
}

/** Throws where the mapping, or a unit that is stated, does not go with the columns of the files. */
export function checkColumns({ files, mapping, fields }: LookedThrough, stated: StatedMapping | undefined): void {
  const [{ path }] = files.map(({ reader }) => reader);
  const where = files.length === 1 ? path : `${path} and ${counted(files.length - 1, 'more file')}`;
  checkMapping(mapping, fields, where);
  checkUnits(stated?.unit, mapping, fields, where);
}

/** The same, whether the columns will do or not. */
export async function lookInto(
  source: LedgerSource,
  given: ColumnMapping | null,
  { platform, part, stated, signal, onProgress, onThread }: LookOptions,
): Promise<LookedThrough> {
  const resolved = await resolveSource(source, platform, { signal, onProgress });
  const { taken, others } = part ? choosePartitions(resolved.files, part) : { taken: resolved.files, others: [] };
  const thread = hasTimeRange(part) ? null : startFor(taken, platform.scanThread);
  onThread(thread);
  let prepared = false;
  const openFile = async (file: NamedBlob): Promise<LedgerFile> => {
    throwIfCancelled(signal, 'opening the ledger');
    const onFraction =
      taken.length === 1
        ? (fraction: number) => onProgress?.({ phase: 'Looking through the file', fraction, detail: file.path })
        : undefined;
    const options = { signal, onFraction, events: source.events };
    const table = await openTable(file, platform, undefined, options);
    const reader = withUnits(withFileName(table, given ?? stated?.map ?? null), stated?.unit);
    if (reader.format === parquet.id && !prepared) {
      prepared = true;
      thread?.prepare(await platform.parquetCode?.());
    }
    return { reader, base: 0 };
  };
  const files = await mapAhead(taken, OPENED_AT_ONCE, openFile, (done, file) => {
    if (taken.length > 1)
      onProgress?.({ phase: 'Looking through the files', fraction: done / taken.length, detail: file.path });
  });
  const shaped = joinShaped(files, given);
  const found = unionFields(files.map(({ reader }) => reader));
  const { mapping, notes: guesses } = given ? withSpeaker(given) : guessMapping(found, stated);
  for (const file of files) file.reader = withFileName(file.reader, mapping);
  const fields = unionFields(files.map(({ reader }) => reader));
  const has: FileColumns = {
    columns: fields.map((field) => ({ name: field.name, type: field.typeName })),
    mapping: { ...mapping },
  };
  // What a file says of its times goes by their size.
  const time = stated?.unit.ts === undefined ? mapping.ts : undefined;
  const timeType = fields.find((field) => field.name === mapping.ts)?.type ?? null;
  return {
    resolved,
    taken,
    files,
    others: await Promise.all(others.map((file) => factsUnread(file, time, timeType))),
    keys: partitionKeys(resolved.files),
    fields,
    mapping,
    guesses: [...shaped, ...new Set(files.flatMap(({ reader }) => reader.notes ?? [])), ...guesses],
    has,
  };
}

/**
 * Files of one shape belong together: what a span of one states holds for spans of another.
 * @returns what each shape gave
 */
function joinShaped(files: readonly LedgerFile[], given: ColumnMapping | null): string[] {
  const byShape = new Map<string, LedgerFile[]>();
  for (const file of files) {
    const { shaped } = file.reader;
    if (shaped) byShape.set(shaped.id, [...(byShape.get(shaped.id) ?? []), file]);
  }
  return [...byShape.values()].map((group) => {
    const [first, ...others] = group.map(({ reader }) => reader.shaped!.reading);
    first.join(others);
    for (const file of group) file.reader = withFileName(file.reader.shaped!.again(), given);
    if (group.length === files.length && first.events() === 0) {
      throw fileFailure(
        group[0].reader.path,
        `no event can be read from it. ${first.note().replace(/\.$/, '')}`,
        first.advice,
      );
    }
    return first.note();
  });
}

/** True if a part is cut out of the files by time. */
export const hasTimeRange = (part: LedgerPart | undefined): part is LedgerPart =>
  part !== undefined && (part.from !== null || part.to !== null);

/**
 * Runs `check`; an error of one of `kinds` carries the file's columns away, so that the page can offer another mapping.
 */
export function mendable<R>(has: FileColumns, kinds: readonly TautlineError['kind'][], check: () => R): R {
  try {
    return check();
  } catch (thrown) {
    if (!(thrown instanceof TautlineFailure) || !kinds.includes(thrown.error.kind)) throw thrown;
    throw new TautlineFailure({ ...thrown.error, has } as TautlineError);
  }
}
