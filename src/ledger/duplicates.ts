import { counted } from '../core/format.ts';
import { columnsOf } from '../core/ledgerSchema.ts';
import { ledgerFailure } from './failures.ts';
import type { Scan } from './scan.ts';

/** The files that rows come from, and how they belong together. */
export interface RowFiles {
  /** Position of a row's file. */
  readonly of: (row: number) => number;
  /** "row 17 of file.parquet". */
  readonly nameRow: (row: number) => string;
  /** Of each file, its kind: ids of files of different kinds have nothing to do with each other. */
  readonly kinds: readonly number[];
  /** Of each file, the ledger that it would be of, were there several. */
  readonly units: readonly string[];
  /** Of each file, the folder of partitions that it belongs to; null: none. */
  readonly roots: readonly (string | null)[];
  /** True if several ledgers are opened as one. */
  readonly together: boolean;
}

export interface Duplicates {
  /** Rows whose event is there already. */
  readonly doubles: ReadonlySet<number>;
  /** Rows with the id of another event in the same file. */
  readonly clashes: ReadonlySet<number>;
  /** True if ids tell events apart within a file only, so that events are numbered anew. */
  readonly numbered: boolean;
  /** Two rows that say that the files are several ledgers. */
  readonly several: readonly [row: number, other: number] | null;
  readonly notes: readonly string[];
}

const idOf = ({ textIds, eventId }: Scan, row: number): string => textIds?.at(row) ?? String(eventId[row]);

/** Whether two rows of one id are one event: every column in memory is alike. */
function sameEvent(scan: Scan, hasTime: boolean): (a: number, b: number) => boolean {
  const codes = Object.values(scan.dictionaries).map((builder) => builder.part().codes);
  const numbers = [...columnsOf('light').map((column) => scan[column]), ...(hasTime ? [scan.time] : [])];
  return (a, b) =>
    scan.content[a] === scan.content[b] &&
    codes.every((code) => code[a] === code[b]) &&
    numbers.every((values) => Object.is(values[a], values[b]));
}

type Pair = readonly [row: number, other: number];

interface Sorted {
  readonly doubles: ReadonlySet<number>;
  /** Other events of the same file. */
  readonly clashes: readonly Pair[];
  /** Other events of other files. */
  readonly conflicts: readonly Pair[];
  /** The first of these for two files. */
  readonly byFiles: ReadonlyMap<number, Pair>;
}

/** Where very many files have an id, each is held against so many of the others. */
const HELD_AGAINST = 8;

/** Rows of one id, by what they are to each other. */
function sorted(
  rows: Int32Array,
  scan: Scan,
  { of, kinds }: RowFiles,
  isDouble: (row: number, other: number) => boolean,
): Sorted {
  const doubles = new Set<number>();
  const clashes: Pair[] = [];
  const conflicts: Pair[] = [];
  const byFiles = new Map<number, Pair>();
  const kept = new Map<number, Map<bigint, number | number[]>>();
  for (const row of rows) {
    const file = of(row);
    let ofKind = kept.get(kinds[file]);
    if (!ofKind) kept.set(kinds[file], (ofKind = new Map<bigint, number | number[]>()));
    const id = scan.eventId[row];
    const before = ofKind.get(id);
    if (before === undefined) {
      ofKind.set(id, row);
      continue;
    }
    const others = typeof before === 'number' ? [before] : before;
    const inFile = others.find((other) => of(other) === file);
    if (others.some((other) => isDouble(row, other))) doubles.add(row);
    else if (inFile !== undefined) clashes.push([row, inFile]);
    else {
      conflicts.push([row, others[0]]);
      for (const other of others.length > HELD_AGAINST ? [others[0], ...others.slice(-HELD_AGAINST)] : others) {
        const key = file * kinds.length + of(other);
        if (!byFiles.has(key)) byFiles.set(key, [row, other]);
      }
      if (typeof before === 'number') ofKind.set(id, [before, row]);
      else before.push(row);
    }
  }
  return { doubles, clashes, conflicts, byFiles };
}

/**
 * Of rows (ascending) of which some have the same event_id: which are doubles, and what the others say of the files.
 * The same event in two rows is a double, as retries send them. Where ids tell events apart nowhere, the ledger is
 * refused.
 */
export function resolveDuplicates(rows: Int32Array, scan: Scan, hasTime: boolean, files: RowFiles): Duplicates {
  const isSame = sameEvent(scan, hasTime);
  const found = sorted(rows, scan, files, isSame);
  const { clashes, conflicts } = found;
  if (clashes.length * 2 > rows.length) {
    const [row, first] = clashes[0];
    throw ledgerFailure(
      `event_id does not tell events apart: ${clashes.length.toLocaleString('en-US')} of ` +
        `${counted(rows.length, 'event')} have the id of another one (${idOf(scan, row)} is the id of ` +
        `${files.nameRow(first)}, of ${files.nameRow(row)}${clashes.length > 1 ? ', …' : ''})`,
      'Give every event an id of its own, or leave event_id unmapped: the position in the file is used then',
    );
  }
  const result = {
    doubles: found.doubles,
    clashes: new Set(clashes.map(([row]) => row)),
    numbered: false,
    several: null,
    notes: [],
  };
  if (conflicts.length === 0) return result;
  const [row, first] = conflicts[0];
  const example = `event ${idOf(scan, row)} is ${files.nameRow(first)} and ${files.nameRow(row)}`;
  const { are, notOne } = whatFilesAre(rows, found, scan, files);
  if (are === 'logs' && !files.together)
    return {
      ...result,
      notes: [`event_id counts anew in each file (${example}): events of one id are told apart by their file.`],
    };
  if (are === 'ledgers' && !files.together) return { ...result, several: notOne };
  const numbering = 'events are numbered in their order, and their ids are kept.';
  if (are !== 'parts') {
    const own = sorted(
      rows,
      scan,
      files,
      (a, b) => files.units[files.of(a)] === files.units[files.of(b)] && isSame(a, b),
    );
    const notes = [`event_id counts anew in each ledger (${example}): ${numbering}`];
    return {
      ...result,
      doubles: own.doubles,
      clashes: new Set(own.clashes.map(([one]) => one)),
      numbered: true,
      notes,
    };
  }
  const which = `${counted(conflicts.length, 'event')} ${conflicts.length === 1 ? 'has' : 'have'}`;
  const notes = [`${which} the id of another event in another file (${example}): all are kept; ${numbering}`];
  return { ...result, numbered: true, notes };
}

/**
 * What files are in which other events have the same ids: logs of different speakers or of different times (no stream
 * would mix them), several ledgers (most events of a file are concerned, and no folder of partitions says that they are
 * one), or parts of one.
 */
function whatFilesAre(
  rows: Int32Array,
  { conflicts, byFiles }: Sorted,
  scan: Scan,
  { of, kinds, roots }: RowFiles,
): { are: 'logs' | 'ledgers' | 'parts'; notOne: Pair } {
  const size = new Int32Array(kinds.length);
  for (const row of rows) size[of(row)]++;
  const concerned = new Int32Array(kinds.length);
  for (const row of new Set(conflicts.flat())) concerned[of(row)]++;
  const speakers = speakersOf(rows, scan, of, kinds.length);
  const times = timesOf(rows, scan, of, kinds.length);
  const mixing = [...byFiles.values()].filter(([a, b]) => {
    const [left, right] = [of(a), of(b)];
    const isLater = times[left].first > times[right].last || times[right].first > times[left].last;
    return !isLater && [...speakers[left]].some((speaker) => speakers[right].has(speaker));
  });
  if (mixing.length === 0) return { are: 'logs', notOne: conflicts[0] };
  const isMost = (row: number): boolean => concerned[of(row)] * 2 >= size[of(row)];
  const apart = mixing.find(
    ([a, b]) => (isMost(a) || isMost(b)) && (roots[of(a)] === null || roots[of(a)] !== roots[of(b)]),
  );
  return apart ? { are: 'ledgers', notOne: apart } : { are: 'parts', notOne: mixing[0] };
}

/** Who speaks in each file. */
function speakersOf(rows: Int32Array, scan: Scan, of: (row: number) => number, files: number): ReadonlySet<number>[] {
  const { provider_id: provider, agent_id: agent } = scan.dictionaries;
  const [providers, agents] = [provider?.part(), agent?.part()];
  const width = (agents?.values.length ?? 0) + 1;
  const found = Array.from({ length: files }, () => new Set<number>());
  for (const row of rows) {
    const [a, b] = [providers?.codes[row] ?? -1, agents?.codes[row] ?? -1];
    found[of(row)].add((a + 1) * width + b + 1);
  }
  return found;
}

/** When each file begins and ends; none is later than another where there are no times. */
function timesOf(rows: Int32Array, scan: Scan, of: (row: number) => number, files: number) {
  const found = Array.from({ length: files }, () => ({ first: Infinity, last: -Infinity }));
  for (const row of rows) {
    const [time, span] = [scan.time[row], found[of(row)]];
    if (time < span.first) span.first = time;
    if (time > span.last) span.last = time;
  }
  return found.map((span) => (span.first <= span.last ? span : { first: NaN, last: NaN }));
}
