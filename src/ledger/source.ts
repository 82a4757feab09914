import type { DataType } from 'apache-arrow';
import type { OnProgress } from '../core/progress.ts';
import { detectFormat } from './detectFormat.ts';
import { counted, fileFailure, ledgerFailure } from './failures.ts';
import { withPartitions } from './hive.ts';
import type { OpenFileOptions } from './formats/format.ts';
import { FORMAT_NAMES, isLedgerFile, USUAL_EXTENSIONS } from './formats/list.ts';
import type { Platform } from './platform.ts';
import type { GroupTimes, TableReader } from './reader.ts';
import { openUrl } from './remote.ts';
import { sampleFiles } from './sample.ts';
import type { LedgerSource, NamedBlob } from './types.ts';

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
  if (all.length === 1)
    return { name: source.kind === 'sample' ? source.name : lastPart(all[0].path), files: all, notes: [] };
  const files = all.filter(({ path }) => isLedgerFile(path));
  const ignored = all.filter(({ path }) => !isLedgerFile(path));
  if (files.length === 0) {
    throw fileFailure(
      all[0].path,
      `none of the ${all.length} files is a ledger by its name`,
      `Choose files that end in ${USUAL_EXTENSIONS}`,
    );
  }
  const collator = new Intl.Collator('en', { numeric: true });
  const sorted = [...files].sort((a, b) => collator.compare(a.path, b.path));
  const notes =
    ignored.length === 0
      ? []
      : [
          `${counted(ignored.length, 'file')} ignored (not data by name): ${ignored
            .slice(0, 5)
            .map((file) => file.path)
            .join(', ')}${ignored.length > 5 ? ', ...' : ''}.`,
        ];
  return {
    name:
      source.kind === 'sample' ? source.name : commonFolder(sorted.map((file) => file.path)) || `${files.length} files`,
    files: sorted,
    notes,
  };
}

const lastPart = (path: string): string => path.split(/[/\\]/).pop() || path;

function commonFolder(paths: readonly string[]): string {
  const [head, ...rest] = paths.map((path) => path.split(/[/\\]/).slice(0, -1));
  let depth = 0;
  while (depth < head.length && rest.every((folders) => folders[depth] === head[depth]) && !head[depth].includes('='))
    depth++;
  return head.slice(0, depth).join('/');
}

/**
 * Enough for the footer of most Parquet files. A folder has many files, and asking for some bytes costs more than the
 * bytes.
 */
const TAIL_BYTES = 8 << 10;

/** The last bytes of a file, all of a small one. */
async function tailOf({ blob }: NamedBlob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.slice(Math.max(0, blob.size - TAIL_BYTES)).arrayBuffer());
}

/**
 * Opens one file by what its bytes are.
 * @param known its last bytes, where they have been read
 */
export async function openTable(
  file: NamedBlob,
  platform: Platform,
  known?: Uint8Array,
  options?: OpenFileOptions,
): Promise<TableReader> {
  const { path, blob } = file;
  const tail = known ?? (await tailOf(file));
  const format = await detectFormat(file, tail);
  const reader = await format.open({ path, blob, tail }, platform, options);
  return withPartitions({ ...reader, path, bytes: blob.size, format: format.id });
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
  const { survey } = await detectFormat({ path, blob }, tail);
  return survey ? survey({ path, blob, tail }, column, type) : null;
}
