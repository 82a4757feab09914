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

/** Behind the name of a file that was compressed, or put aside by its number or day: log.1, log.2.gz, log-20260105. */
const PUT_ASIDE = new RegExp(
  ['(?:\\.(?:\\d{1,4}|gz|zst)', '[.-]\\d{4}-?\\d\\d-?\\d\\d(?:[-_.T]?\\d\\d(?:[-_.]?\\d\\d){0,2})?)+$'].join('|'),
  'i',
);
const withoutPacking = (path: string): string => path.replace(PUT_ASIDE, '');

/** What data sets of Hugging Face and tables of Iceberg have beside their data. */
const SIDECAR = /(?:^|[/\\])(?:(?:state|dataset_infos?|dataset_dict)\.json|[^/\\]*\.metadata\.json)$/i;

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

const collator = new Intl.Collator('en', { numeric: true });

/** How far back a log was put aside: log.2 is older than log.1, and log is the newest. Padded numbers count parts. */
function turnsBack(path: string): number {
  const number = /\.([1-9]\d{0,3})(?:\.gz|\.zst)*$/i.exec(path);
  return number ? Number(number[1]) : 0;
}

/** Files in the order of their paths; those that a log was put aside to before it, the oldest first. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [withoutPacking(a), withoutPacking(b)];
  if (left !== right) return collator.compare(left, right);
  const turns = turnsBack(b) - turnsBack(a);
  if (turns !== 0) return turns;
  // A day is before no day.
  const isNewest = [a, b].map((path) => Number(path.replace(/(?:\.gz|\.zst)+$/i, '') === left));
  return isNewest[0] - isNewest[1] || collator.compare(a, b);
}
