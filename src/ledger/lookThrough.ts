import type { DataType } from 'apache-arrow';
import { TautlineFailure, type FileColumns, type TautlineError } from '../core/errors.ts';
import { addedKinds, type KindCount } from '../core/eventKinds.ts';
import { counted } from '../core/format.ts';
import type { LedgerPart } from '../core/part.ts';
import type { OnProgress } from '../core/progress.ts';
import type { SeveralLedgers } from '../core/several.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { mapAhead } from './ahead.ts';
import { fileFailure, throwIfCancelled } from './failures.ts';
import { parquet } from './formats/parquet.ts';
import { withFileName } from './hive.ts';
import {
  checkMapping,
  classOf,
  guessMapping,
  namesToLookAt,
  unionFields,
  wideColumns,
  withSpeaker,
} from './mapping.ts';
import type { Platform } from './platform.ts';
import type { ReaderField, TableReader } from './reader.ts';
import type { LedgerFile } from './scan.ts';
import { openTable, resolveSource, type ResolvedSource } from './source.ts';
import {
  kindsOf,
  ledgerOfKind,
  otherLengths,
  severalFailure,
  strayNotes,
  straysOf,
  unitsOf,
  whyKinds,
  withoutStrays,
} from './several.ts';
import { checkUnits, withUnits } from './statedUnits.ts';
import { startFor, type StartedScanThread } from './splitScan.ts';
import { choosePartitions, factsUnread, partitionKeys, type FileFacts } from './survey.ts';
import { LEDGER_FILE, sharesVectors, unite, whyApart, withLedgerFile } from './together.ts';
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
  /** Of each file, the position of its kind: those of one kind have their columns under the same names. */
  readonly columnKinds: readonly number[];
  /**
   * Where the files are several ledgers by their columns that are not to be opened as one: which. Files and columns are
   * those of the first.
   */
  readonly several: SeveralLedgers | null;
  readonly together: boolean;
  /** Of traces: how many acts there are of each kind. */
  readonly kinds: readonly KindCount[] | null;
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
  /** Receives the files once they are open, also where the ledger is refused then. */
  readonly onFiles?: (files: readonly LedgerFile[]) => void;
}

/** Finds the files, opens them, and fixes which of their columns is which of the ledger's. */
export async function lookThrough(
  source: LedgerSource,
  given: ColumnMapping | null,
  options: LookOptions,
): Promise<LookedThrough> {
  const looked = await lookInto(source, given, options);
  if (looked.several) throw severalFailure(looked.resolved.name, looked.several);
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
  { platform, part, stated, signal, onProgress, onThread, onFiles }: LookOptions,
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
  const empty = emptyFiles(files);
  onFiles?.(files);
  const shaped = joinShaped(files, given);
  const { strays, ...ledger } = await ledgerOf(files, given, source.together, stated);
  if (strays.length > 0 || ledger.columnKinds.some((kind) => kind > 0) || source.together) endThread(thread, onThread);
  const { fields, mapping } = ledger;
  const wide = new Set(wideColumns(fields));
  const has: FileColumns = {
    columns: fields.map(({ name, type, typeName, inferred }) => ({
      name,
      type: typeName,
      class: classOf(type),
      inferred,
      isCoordinate: wide.has(name),
    })),
    mapping: { ...mapping },
  };
  // What a file says of its times goes by their size.
  const time = stated?.unit.ts === undefined ? mapping.ts : undefined;
  const timeType = fields.find((field) => field.name === mapping.ts)?.type ?? null;
  const blobs = new Map(files.map((file, i) => [file, taken[i]]));
  return {
    ...ledger,
    resolved,
    taken: ledger.files.map((file) => blobs.get(file)!),
    others: await Promise.all(others.map((file) => factsUnread(file, time, timeType))),
    keys: partitionKeys(resolved.files),
    guesses: [
      ...empty,
      ...shaped.notes,
      ...(await strayNotes(strays)),
      ...new Set(ledger.files.flatMap(({ reader }) => reader.notes ?? [])),
      ...ledger.guesses,
    ],
    has,
    together: source.together !== undefined,
    kinds: shaped.kinds,
  };
}

/** Names the files that hold nothing. @throws TautlineFailure of kind `file` where none holds anything */
function emptyFiles(files: readonly LedgerFile[]): string[] {
  const paths = files.flatMap(({ reader }) => (reader.isEmpty === true ? [reader.path] : []));
  if (paths.length === files.length)
    throw fileFailure(
      paths[0],
      files.length > 1
        ? `the ${files.length} files are empty`
        : `the file is empty (${files[0].reader.bytes === 0 ? '0 bytes' : 'nothing but blanks'})`,
      'Check that it was written and copied whole',
    );
  const shown = `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ', ...' : ''}`;
  return paths.length === 0 ? [] : [`${counted(paths.length, 'file')} ignored (empty): ${shown}.`];
}

/** Files without rows say nothing of the types of columns, unless there are no others. */
function withRows(readers: readonly TableReader[]): readonly TableReader[] {
  const some = readers.filter(({ rows }) => rows !== 0);
  return some.length > 0 ? some : readers;
}

/** Values that tell what texts look like. */
const LOOKED_AT = 100;

/** Columns of texts that may be times or vectors by their names, with what their first values look like. */
async function withLooks(
  fields: readonly ReaderField[],
  files: readonly LedgerFile[],
  stated: StatedMapping | undefined | null,
): Promise<readonly ReaderField[]> {
  const names = stated === null ? [] : namesToLookAt(fields, stated);
  if (names.length === 0) return fields;
  const { looksOf } = await import('./looks.ts');
  const looks = new Map<string, DataType>();
  for (const name of names) {
    const file = files.find(({ reader }) => reader.rows !== 0 && reader.fields.some((field) => field.name === name));
    if (!file) continue;
    for await (const { columns } of file.reader.read({ columns: [name], batchRows: LOOKED_AT })) {
      looks.set(name, looksOf(columns[0], LOOKED_AT));
      break;
    }
  }
  return fields.map((field) => ({ ...field, looks: looks.get(field.name) }));
}

/** The other thread would read files by their own names. */
function endThread(thread: StartedScanThread | null, onThread: LookOptions['onThread']): void {
  thread?.end();
  onThread(null);
}

type Columns = Pick<LookedThrough, 'files' | 'fields' | 'mapping' | 'guesses' | 'columnKinds' | 'several'>;

/** Which of the files are the ledger, and which of their columns is which of the ledger's. */
async function ledgerOf(
  files: readonly LedgerFile[],
  given: ColumnMapping | null,
  together: LedgerSource['together'],
  stated: StatedMapping | undefined,
): Promise<Columns & { readonly strays: readonly LedgerFile[] }> {
  const paths = files.map(({ reader }) => reader.path);
  if (together) {
    const units = unitsOf(paths);
    files.forEach((file, i) => (file.reader = withLedgerFile(file.reader, units[i])));
  }
  if (!together && (given || files.length === 1)) {
    const strays = given ? straysOf(files, given) : [];
    const own = files.filter((file) => !strays.includes(file));
    return { ...(await oneKind(own, given, stated)), strays };
  }
  const map = together === 'compare' ? { provider_id: LEDGER_FILE, ...stated?.map } : stated?.map;
  const { kinds, strays } = withoutStrays(kindsOf(files, map && { map, unit: stated?.unit ?? {} }));
  const own = files.filter((file) => !strays.includes(file));
  if (kinds.length === 1 && !together) return { ...(await oneKind(own, given, stated)), strays };
  const apart = whyApart(kinds) ?? (sharesVectors(kinds) ? await otherLengths(kinds) : null);
  if (together && apart === null) {
    const { fields, mapping, notes: guesses } = unite(kinds);
    const kindOf = new Map(kinds.flatMap((kind, i) => kind.files.map((file) => [file, i])));
    return {
      files: own,
      fields,
      mapping: given ?? mapping,
      guesses,
      columnKinds: own.map((file) => kindOf.get(file)!),
      several: null,
      strays,
    };
  }
  const ledgers = await Promise.all(kinds.map((kind) => ledgerOfKind(kind, paths)));
  return {
    ...(await oneKind(kinds[0].files, null, stated)),
    several: { ledgers, why: whyKinds(kinds), apart },
    strays,
  };
}

async function oneKind(
  files: readonly LedgerFile[],
  given: ColumnMapping | null,
  stated: StatedMapping | undefined,
): Promise<Columns> {
  const fieldsOf = (): readonly ReaderField[] => unionFields(withRows(files.map(({ reader }) => reader)));
  const found = await withLooks(fieldsOf(), files, given ? null : stated);
  const { mapping, notes: guesses } = given ? withSpeaker(given) : guessMapping(found, stated);
  for (const file of files) file.reader = withFileName(file.reader, mapping);
  const fields = fieldsOf();
  return { files: [...files], fields, mapping, guesses, columnKinds: files.map(() => 0), several: null };
}

/**
 * Files of one shape belong together: what a span of one states holds for spans of another.
 * @returns what each shape gave, and how many acts there are of each kind where kinds can be chosen
 */
function joinShaped(
  files: readonly LedgerFile[],
  given: ColumnMapping | null,
): { readonly notes: readonly string[]; readonly kinds: readonly KindCount[] | null } {
  const byShape = new Map<string, LedgerFile[]>();
  for (const file of files) {
    const { shaped } = file.reader;
    if (shaped) byShape.set(shaped.id, [...(byShape.get(shaped.id) ?? []), file]);
  }
  const found = [...byShape.values()].map((group) => {
    const [first, ...others] = group.map(({ reader }) => reader.shaped!.reading);
    first.join(others);
    const kinds = first.kinds?.() ?? null;
    for (const file of group) file.reader = withFileName(file.reader.shaped!.again(), given);
    if (group.length === files.length && first.events() === 0) {
      const { error } = fileFailure(
        group[0].reader.path,
        `no event can be read from it. ${first.note().replace(/\.$/, '')}`,
        first.advice,
      );
      throw new TautlineFailure(kinds ? ({ ...error, kinds } as TautlineError) : error);
    }
    return { note: first.note(), kinds };
  });
  const counts = found.flatMap(({ kinds }) => (kinds ? [kinds] : []));
  return { notes: found.map(({ note }) => note), kinds: counts.length > 0 ? addedKinds(counts) : null };
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
