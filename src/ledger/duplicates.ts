import { counted, ledgerFailure } from './failures.ts';
import type { Scan } from './scan.ts';

/** What two rows of one event_id are told apart by. */
export interface DuplicateOptions {
  readonly hasTime: boolean;
  /** Position of a row's file. */
  readonly fileOf: (row: number) => number;
  /** "row 17 of file.parquet". */
  readonly nameRow: (row: number) => string;
}

export interface Duplicates {
  /** Rows whose event is there already. */
  readonly dropped: ReadonlySet<number>;
  readonly notes: readonly string[];
}

const idOf = ({ textIds, eventId }: Scan, row: number): string => textIds?.at(row) ?? String(eventId[row]);

/** What each row's event is beside its id: its place in time, or what it says, and who says it. */
function sameEvent(scan: Scan, hasTime: boolean): (a: number, b: number) => boolean {
  const { provider_id: provider, agent_id: agent } = scan.dictionaries;
  const codes = [provider, agent].flatMap((builder) => (builder ? [builder.part().codes] : []));
  return (a, b) =>
    (hasTime ? scan.time[a] === scan.time[b] : scan.content[a] === scan.content[b]) &&
    codes.every((code) => code[a] === code[b]);
}

/**
 * Of rows (ascending) of which some have the same event_id, those that are dropped. Where the files of a ledger count
 * their events each from the start, the file tells them apart; where ids tell events apart nowhere, the ledger is
 * refused.
 */
export function resolveDuplicates(rows: Int32Array, scan: Scan, options: DuplicateOptions): Duplicates {
  const { fileOf, nameRow } = options;
  const isSame = sameEvent(scan, options.hasTime);
  const firsts = new Map<bigint, number>();
  const pairs: (readonly [row: number, first: number])[] = [];
  for (const row of rows) {
    const first = firsts.get(scan.eventId[row]);
    if (first === undefined) firsts.set(scan.eventId[row], row);
    else pairs.push([row, first]);
  }
  const others = pairs.filter(([row, first]) => !isSame(row, first));
  const elsewhere = others.filter(([row, first]) => fileOf(row) !== fileOf(first));
  if (isMostOfAFile(elsewhere, rows, fileOf)) {
    const [row, first] = elsewhere[0];
    return {
      dropped: doublesByFile(rows, scan, isSame, fileOf),
      notes: [
        `event_id counts anew in each file (event ${idOf(scan, row)} is ${nameRow(first)} and ${nameRow(row)}): ` +
          'events of one id are told apart by their file.',
      ],
    };
  }
  if (others.length * 2 > rows.length) {
    const [row, first] = others[0];
    throw ledgerFailure(
      `event_id does not tell events apart: ${others.length.toLocaleString('en-US')} of ` +
        `${counted(rows.length, 'event')} have the id of another one (${idOf(scan, row)} is the id of ` +
        `${nameRow(first)}, of ${nameRow(row)}${others.length > 1 ? ', …' : ''})`,
      'Give every event an id of its own, or leave event_id unmapped: the position in the file is used then',
    );
  }
  return { dropped: new Set(pairs.map(([row]) => row)), notes: [] };
}

/** True if there is a file of which at least half of the rows are among `pairs`. */
function isMostOfAFile(
  pairs: readonly (readonly [row: number, first: number])[],
  rows: Int32Array,
  fileOf: (row: number) => number,
): boolean {
  if (pairs.length === 0) return false;
  const all = new Map<number, number>();
  for (const row of rows) all.set(fileOf(row), (all.get(fileOf(row)) ?? 0) + 1);
  const taken = new Map<number, number>();
  for (const [row] of pairs) taken.set(fileOf(row), (taken.get(fileOf(row)) ?? 0) + 1);
  return [...taken].some(([file, count]) => count * 2 >= all.get(file)!);
}

/** Rows whose id is in the same file before, or stands for the same event in another. */
function doublesByFile(
  rows: Int32Array,
  scan: Scan,
  isSame: (a: number, b: number) => boolean,
  fileOf: (row: number) => number,
): Set<number> {
  const dropped = new Set<number>();
  const kept = new Map<bigint, number[]>();
  for (const row of rows) {
    const before = kept.get(scan.eventId[row]);
    if (!before) kept.set(scan.eventId[row], [row]);
    else if (before.some((other) => fileOf(other) === fileOf(row) || isSame(other, row))) dropped.add(row);
    else before.push(row);
  }
  return dropped;
}
