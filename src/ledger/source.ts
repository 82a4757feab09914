import type { DataType } from 'apache-arrow';
import { once } from '../core/once.ts';
import { counted, formatCount } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import { detectFormat } from './detectFormat.ts';
import { fileFailure, ledgerFailure } from './failures.ts';
import { latin, type OpenFileOptions } from './formats/format.ts';
import { withPlainColumns } from './formats/plainColumns.ts';
import { commonFolder, lastPart, withPartitions } from './hive.ts';
import { csv } from './formats/csv.ts';
import { comparePaths, FORMAT_NAMES, formatByName, isLedgerFile, USUAL_EXTENSIONS } from './formats/list.ts';
import { packingOf, unpack } from './packing.ts';
import type { Platform } from './platform.ts';
import { steady } from './rangedBlob.ts';
import type { FormatReader, GroupTimes, TableReader } from './reader.ts';
import { openUrl } from './remote.ts';
import { sampleFiles } from './sample.ts';
import type { FoundFiles, LedgerSource, NamedBlob, PassedOver } from './types.ts';

export interface ResolvedSource {
  readonly name: string;
  readonly files: readonly NamedBlob[];
  readonly notes: readonly string[];
}

/**
 * The files of a source in the order of their paths; of a folder, those that hold no data by their name are left out
 * with a note.
 */
export async function resolveSource(
  source: LedgerSource,
  platform: Platform,
  options: { signal?: AbortSignal; onProgress?: OnProgress },
): Promise<ResolvedSource> {
  if (source.kind === 'url') {
    const file = await openUrl(source.url, { ...options, fetch: platform.fetch });
    return { name: lastPart(file.path), files: [file], notes: [] };
  }
  const all = source.kind === 'sample' ? await sampleFiles(source.name, platform, options.signal) : source.files;
  if (all.length === 0) throw ledgerFailure('No file was given', `Choose a ${FORMAT_NAMES} file, or a folder of them`);
  const sorted = sortOut(all, source.kind === 'files' ? source.passedOver : undefined);
  const notes = passedOverNotes(sorted.passedOver);
  const [{ path }] = sorted.files;
  if (sorted.files.length === 1)
    return { name: source.kind === 'sample' ? source.name : lastPart(path), files: sorted.files, notes };
  return {
    name:
      source.kind === 'sample'
        ? source.name
        : commonFolder(sorted.files.map((file) => file.path)) || `${sorted.files.length} files`,
    files: sorted.files,
    notes,
  };
}

/**
 * The files of data in the order of their paths, and the others. A file given by itself is data.
 * @param known what was passed over in folders, where they have been sorted out
 */
function sortOut(all: readonly NamedBlob[], known: readonly PassedOver[] | undefined): FoundFiles {
  const isData = ({ path }: NamedBlob): boolean =>
    all.length === 1 || (known !== undefined && path.includes('/')) || isLedgerFile(path);
  const named = all.filter(isData);
  const files = all.length === 1 ? named : named.filter(({ blob }) => blob.size > 0);
  if (named.length === 0) {
    throw fileFailure(
      all[0].path,
      `none of the ${all.length} files is a ledger by its name`,
      `Choose files that end in ${USUAL_EXTENSIONS}`,
    );
  }
  const others = [
    ...all.filter((file) => !isData(file)).map(({ path }): PassedOver => ({ path, why: 'no data' })),
    ...named.filter((file) => !files.includes(file)).map(({ path }): PassedOver => ({ path, why: 'empty' })),
  ];
  if (files.length === 0)
    throw fileFailure(
      named[0].path,
      `the ${named.length} files are empty (0 bytes)`,
      'Check that they were written and copied whole',
    );
  return {
    files: [...files].sort((a, b) => comparePaths(a.path, b.path)),
    passedOver: [...others, ...(known ?? [])],
  };
}

/** Beyond so many of one kind, files that were not taken are counted only. */
const NAMED = 100;

/** Names each file that was not taken. */
function passedOverNotes(passedOver: readonly PassedOver[]): string[] {
  const saying: Readonly<Record<PassedOver['why'], (count: number) => string>> = {
    'no data': (count) => `${counted(count, 'file')} ignored (not data by name)`,
    'no file': (count) => `${count} ignored (a pipe, a socket or a device, no file)`,
    empty: (count) => `${counted(count, 'file')} ignored (empty, 0 bytes)`,
    'leads nowhere': (count) => `${counted(count, 'link')} ignored (leading nowhere)`,
    'met before': (count) => `${counted(count, 'link')} ignored (leading to what is read already)`,
    'other revision': (count) => `${counted(count, 'folder')} ignored (another revision of the same data)`,
  };
  return Object.entries(saying).flatMap(([why, say]) => {
    const paths = passedOver.filter((one) => one.why === why).map(({ path }) => path);
    if (paths.length === 0) return [];
    const more = paths.length > NAMED ? ` and ${formatCount(paths.length - NAMED)} more` : '';
    return [`${say(paths.length)}: ${paths.slice(0, NAMED).join(', ')}${more}.`];
  });
}

/**
 * Enough for the footer of most Parquet files. A folder has many files, and asking for some bytes costs more than the
 * bytes.
 */
const TAIL_BYTES = 8 << 10;

/** A file and its last bytes, decompressed where it is compressed as a whole. */
async function unpacked(
  file: NamedBlob,
  known: Uint8Array | undefined,
  options: OpenFileOptions | undefined,
): Promise<{ file: NamedBlob; tail: Uint8Array }> {
  const tail = known ?? (await tailOf(file));
  const packing = await packingOf(file, tail);
  if (!packing) return { file, tail };
  const whole = await unpack(file, packing, options);
  return { file: whole, tail: await tailOf(whole) };
}

/** The last bytes of a file, all of a small one. */
async function tailOf({ blob }: NamedBlob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.slice(Math.max(0, blob.size - TAIL_BYTES)).arrayBuffer());
}

/**
 * Opens one file by what its bytes are.
 * @param known its last bytes, where they have been read
 */
export async function openTable(
  given: NamedBlob,
  platform: Platform,
  known?: Uint8Array,
  options?: OpenFileOptions,
): Promise<TableReader> {
  const { file, tail } = await unpacked(steady(given), known, options);
  const { path, blob } = file;
  if (isBlank(tail, blob.size)) return emptyTable(path, given.blob.size);
  const format = await detectFormat(file, tail);
  const opened = await format.open({ path, blob, tail }, platform, options);
  const told =
    opened.shaped || !mayHoldRecords(opened) ? opened : await (await tables()).asShape(opened, path, options);
  const reader = withPlainColumns(told);
  return asTable(reader, { path, bytes: given.blob.size, format: format.id });
}

/** True if a file holds nothing: no bytes, or but a byte order mark and blanks. */
const isBlank = (tail: Uint8Array, size: number): boolean =>
  tail.length === size &&
  latin(tail)
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .trim() === '';

const emptyTable = (path: string, bytes: number): TableReader => ({
  ...{ path, bytes, format: formatByName(path)?.id ?? csv.id, fields: [], rows: 0, isEmpty: true },
  async *read() {},
});

const tables = once(() => import('./formats/tableDocuments.ts'));

/** True if a table's columns could be those of traces or messages, and are not those of a ledger. */
function mayHoldRecords({ fields }: FormatReader): boolean {
  const has = (...names: string[]): boolean => fields.some(({ name }) => names.includes(name));
  if (has('agent_id', 'provider_id') && has('text', 'embedding')) return false;
  return fields.some(({ name }) => RECORD_COLUMN.test(name));
}
const RECORD_COLUMN = new RegExp(
  ['^(?:context\\.trace_id|trace_?id|run_type|messages|conversations?|conversation_a|chat_history|history']
    .concat('traj(?:ectory)?|models_usage|cause_by)$')
    .join('|'),
  'i',
);

function asTable(
  { shaped, ...reader }: FormatReader,
  file: Pick<TableReader, 'path' | 'bytes' | 'format'>,
): TableReader {
  const again = shaped && { ...shaped, again: () => asTable(shaped.again(), file) };
  return withPartitions({ ...reader, ...file, shaped: again });
}

/**
 * What a file that is not opened states of its rows; null if its format states nothing.
 * @param column of times, which it holds as `type`
 */
export async function surveyTable(
  { path, blob }: NamedBlob,
  column: string | undefined,
  type: DataType | null,
): Promise<readonly GroupTimes[] | null> {
  const tail = await tailOf({ path, blob });
  if (await packingOf({ path, blob }, tail)) return null;
  const { survey } = await detectFormat({ path, blob }, tail);
  return survey ? survey({ path, blob, tail }, column, type) : null;
}
