import type { OnProgress } from '../core/progress.ts';
import { openArrow } from './formats/arrowReader.ts';
import { openCsv } from './formats/csvReader.ts';
import { counted, fileFailure, ledgerFailure } from './failures.ts';
import { withPartitions } from './hive.ts';
import { openNdjson } from './formats/ndjsonReader.ts';
import { openParquet } from './parquet/reader.ts';
import type { Platform } from './platform.ts';
import type { TableReader } from './reader.ts';
import { openUrl } from './remote.ts';
import { sampleFiles } from './sample.ts';
import { sniff, tailOf } from './sniff.ts';
import type { LedgerSource, NamedBlob } from './types.ts';

const DATA_EXTENSION = /\.(?:parquet|parq|pq|csv|tsv|txt|ndjson|jsonl|json|arrow|arrows|feather|ipc)$/i;

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
  if (all.length === 0)
    throw ledgerFailure('No file was given', 'Choose a Parquet, CSV, NDJSON or Arrow file, or a folder of them');
  if (all.length === 1)
    return { name: source.kind === 'sample' ? source.name : lastPart(all[0].path), files: all, notes: [] };
  const isData = (file: NamedBlob): boolean => DATA_EXTENSION.test(file.path) && !/^[._]/.test(lastPart(file.path));
  const files = all.filter(isData);
  const ignored = all.filter((file) => !isData(file));
  if (files.length === 0) {
    throw fileFailure(
      all[0].path,
      `none of the ${all.length} files is a ledger by its name`,
      'Choose files that end in .parquet, .csv, .ndjson or .arrow',
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
 * Opens one file by what its bytes are.
 * @param known its last bytes, where they have been read
 */
export async function openTable(file: NamedBlob, platform: Platform, known?: Uint8Array): Promise<TableReader> {
  const tail = known ?? (await tailOf(file));
  const format = await sniff(file, tail);
  const reader =
    format === 'parquet'
      ? await openParquet(file, await platform.parquet(), tail)
      : format === 'csv'
        ? await openCsv(file)
        : format === 'ndjson'
          ? await openNdjson(file)
          : await openArrow(file, format === 'arrow-file', platform);
  return withPartitions(reader);
}
