import { arrow } from './arrow.ts';
import { csv } from './csv.ts';
import type { Format } from './format.ts';
import { ndjson } from './ndjson.ts';
import { otlp } from './otlp.ts';
import { parquet } from './parquet.ts';

/** Every format that a ledger can have; the first that recognises a file opens it. */
export const FORMATS: readonly Format[] = [parquet, csv, ndjson, arrow, otlp];

/** Loads the readers of formats that come as folders of many files, so that the first file need not wait for them. */
export async function prepareReaders(): Promise<void> {
  // Where one does not load, opening a file says so.
  await Promise.allSettled(FORMATS.map(async ({ prepare }) => prepare?.()));
}

const listed = (words: readonly string[], last: string): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;

/** "Parquet, CSV, NDJSON or Arrow". */
export const FORMAT_NAMES = listed(
  FORMATS.map(({ label }) => label),
  'or',
);

/** ".parquet, .csv, .ndjson or .arrow": the usual extension of each. */
export const USUAL_EXTENSIONS = listed(
  FORMATS.map(({ extensions }) => `.${extensions[0]}`),
  'or',
);

const extensionOf = (path: string): string => /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';

/** The format that a file's name promises; null if it promises none. */
export const formatByName = (path: string): Format | null =>
  FORMATS.find(({ extensions }) => extensions.includes(extensionOf(path))) ?? null;

/** The name that a file had before it was compressed, or put aside by its number (log.1). */
const withoutPacking = (path: string): string => path.replace(/(?:\.\d{1,4}|\.gz|\.zst)+$/i, '');

/** What data sets of Hugging Face have beside their data. */
const SIDECAR = /(?:^|[/\\])(?:state|dataset_info|dataset_dict)\.json$/i;

/**
 * True for a path that belongs to a ledger folder: of a known extension (compressed or not), and not marked with "_" or
 * "." as Spark and Hive mark files and folders that hold no data.
 */
export function isLedgerPath(path: string): boolean {
  if (SIDECAR.test(path)) return false;
  const extension = extensionOf(withoutPacking(path));
  return (
    path.split(/[/\\]/).every((part) => !/^[._]/.test(part)) &&
    FORMATS.some(({ extensions }) => extensions.includes(extension))
  );
}

/** The same of a file that may have been given by itself, not with a folder. */
export const isLedgerFile = (path: string): boolean =>
  isLedgerPath(path) ||
  (!/[/\\]/.test(path) && FORMATS.some(({ alsoNamed }) => alsoNamed?.includes(extensionOf(withoutPacking(path)))));
