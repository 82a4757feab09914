import type { DataType } from 'apache-arrow';
import { describePart, takes, type LedgerPart, type LedgerSurvey, type Stretch } from '../core/part.ts';
import { parseIso } from '../core/iso.ts';
import { ledgerFailure } from './failures.ts';
import { partitionsOf } from './hive.ts';
import { surveyTable } from './source.ts';
import type { GroupTimes, TableReader } from './reader.ts';
import type { NamedBlob } from './types.ts';

/** Beyond this many row groups the survey has one stretch per file. */
const MAX_STRETCHES = 5000;
const HOUR_MS = 3_600_000;

/** Names of the partitions in the paths of some files, in the order in which they stand there. */
export function partitionKeys(files: readonly NamedBlob[]): string[] {
  return [...new Set(files.flatMap(({ path }) => [...partitionsOf(path).keys()]))];
}

/**
 * The files of a part, and the others. Throws kind "ledger" where the part names partitions that the ledger does not
 * have.
 */
export function choosePartitions(
  files: readonly NamedBlob[],
  part: LedgerPart,
): { readonly taken: readonly NamedBlob[]; readonly others: readonly NamedBlob[] } {
  const keys = partitionKeys(files);
  for (const [key, values] of Object.entries(part.where)) {
    if (!keys.includes(key)) {
      throw ledgerFailure(
        `The ledger is not partitioned by "${key}"`,
        keys.length === 0
          ? 'It has no partitions: choose a time range instead'
          : `Choose among its partitions: ${keys.join(', ')}`,
      );
    }
    const there = [...new Set(files.map(({ path }) => partitionsOf(path).get(key) ?? null))].map(
      (value) => value ?? '(missing)',
    );
    for (const value of values) {
      if (there.includes(value ?? '(missing)')) continue;
      const some = there.slice(0, 10).join(', ');
      throw ledgerFailure(
        `The ledger has no partition ${key}=${value ?? '(missing)'}`,
        `Its values of ${key} are ${some}${there.length > 10 ? ', …' : ''}`,
      );
    }
  }
  const isTaken = ({ path }: NamedBlob): boolean => {
    const values = partitionsOf(path);
    return takes(part, (key) => values.get(key));
  };
  const taken = files.filter(isTaken);
  if (taken.length === 0)
    throw ledgerFailure(`No file lies in the part chosen (${describePart(part)})`, 'Choose other partitions');
  return { taken, others: files.filter((file) => !isTaken(file)) };
}

/** What is known of a file's rows: its row groups, or its bytes alone. */
export interface FileFacts {
  readonly path: string;
  readonly bytes: number;
  readonly groups: readonly GroupTimes[] | null;
}

/** Of an opened file; `rows` where they have been counted. */
export function factsOf(reader: TableReader, time: string | undefined, rows: number | null = reader.rows): FileFacts {
  const stated = reader.times?.(time ?? '');
  const { path, bytes } = reader;
  return { path, bytes, groups: stated ?? (rows === null ? null : [{ rows, first: NaN, last: NaN, complete: false }]) };
}

/** Of a file that is not opened: what its format tells without reading the rows. */
export async function factsUnread(
  file: NamedBlob,
  time: string | undefined,
  type: DataType | null,
): Promise<FileFacts> {
  const { path, blob } = file;
  // A file that is not opened may be damaged: it does not concern the part.
  const groups = await surveyTable(file, time, type).catch(() => null);
  return { path, bytes: blob.size, groups };
}

/** The time that a partition value names, where it is an hour or a day. */
function timeOfValue(value: string | null): readonly [number, number] | null {
  if (value === null) return null;
  const length = /^\d{4}-\d\d-\d\dT\d\d$/.test(value) ? HOUR_MS : /^\d{4}-\d\d-\d\d$/.test(value) ? 24 * HOUR_MS : 0;
  const start = length === 0 ? NaN : parseIso(length === HOUR_MS ? `${value}:00` : value);
  return Number.isNaN(start) ? null : [start, start + length - 1];
}

/**
 * The survey of a ledger.
 * @param bytesPerRow of files that do not state their rows; NaN if that is not known either
 */
export function surveyOf(
  files: readonly FileFacts[],
  keys: readonly string[],
  hasTime: boolean,
  room: Pick<LedgerSurvey, 'fits' | 'k'>,
  bytesPerRow: number,
): LedgerSurvey {
  const whole = files.reduce((sum, { groups }) => sum + (groups?.length ?? 1), 0) > MAX_STRETCHES;
  const stretches = files.flatMap(({ path, bytes, groups }): Stretch[] => {
    const partitions = partitionsOf(path);
    const values = keys.map((key) => partitions.get(key) ?? null);
    const named = values.map(timeOfValue).find((range) => range !== null) ?? [NaN, NaN];
    const stated = groups ?? [{ rows: bytes / bytesPerRow, first: NaN, last: NaN, complete: false }];
    return (whole ? [together(stated)] : stated).map(({ rows, first, last }) => ({
      values,
      rows,
      ...(Number.isNaN(first) && hasTime ? { first: named[0], last: named[1] } : { first, last }),
    }));
  });
  return { keys, stretches, hasTime, estimated: files.some(({ groups }) => groups === null), ...room };
}

function together(groups: readonly GroupTimes[]): GroupTimes {
  return groups.reduce(
    (all, group) => ({
      rows: all.rows + group.rows,
      first: Math.min(all.first, group.first),
      last: Math.max(all.last, group.last),
      complete: all.complete && group.complete,
    }),
    { rows: 0, first: Infinity, last: -Infinity, complete: true },
  );
}
