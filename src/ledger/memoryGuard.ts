import { TautlineFailure } from '../core/errors.ts';
import { describePart, type LedgerPart, type LedgerSurvey } from '../core/part.ts';
import { besideText, eventsThatFit, fitsText, totalBytes, type Needs, type StoredColumn } from './capacity.ts';
import type { LookedThrough } from './lookThrough.ts';
import type { TableReader } from './reader.ts';
import type { LedgerFile } from './scan.ts';
import { factsOf, surveyOf } from './survey.ts';
import type { OtherLedger } from './types.ts';

/** How a ledger can be made smaller. */
export function narrowing(survey: Pick<LedgerSurvey, 'keys' | 'hasTime'> | undefined): string {
  const ways = [
    ...(survey && survey.keys.length > 0 ? [`partitions (${survey.keys.join(', ')})`] : []),
    ...(survey?.hasTime ? ['a time range'] : []),
  ];
  return ways.length === 0
    ? 'Write a part of it to a file of its own, and open that'
    : `Narrow it: choose ${ways.join(' or ')}`;
}

/** The columns that go to the database with the mean length of their values, as far as the files state it. */
export function withLengths(
  columns: readonly { readonly type: StoredColumn['type']; readonly source: string | null }[],
  files: readonly LedgerFile[],
): StoredColumn[] {
  const rows = files.reduce((sum, { reader }) => sum + (reader.rows ?? 0), 0);
  return columns.map(({ type, source }) => {
    const bytes = files.reduce(
      (sum, { reader }) => sum + (source === null ? 0 : (reader.meanBytes?.(source) ?? 0) * (reader.rows ?? 0)),
      0,
    );
    return { type, meanLength: rows === 0 ? 0 : bytes / rows };
  });
}

/** A projection from less than this would be by chance. */
const PROJECTED_THRESHOLD_BYTES = 64 << 20;

/**
 * Counts rows while the files are read, and stops at more than `most` with what `refuse` makes of the rows and bytes
 * read so far. Where the rows are spread evenly over the bytes (`even`), it stops as soon as their number is bound to
 * be more than twice that.
 */
export function tallied(
  files: readonly LedgerFile[],
  most: number,
  refuse: (rows: number, bytes: number) => TautlineFailure,
  even: boolean,
): { stop(): void } {
  let counting = true;
  let rows = 0;
  let bytes = 0;
  const total = files.reduce((sum, { reader }) => sum + reader.bytes, 0);
  const watch = (reader: TableReader): TableReader => ({
    ...reader,
    async *read(options) {
      if (!counting) {
        yield* reader.read(options);
        return;
      }
      // Several files may be read at a time.
      let read = 0;
      const onFraction = (share: number): void => {
        bytes += share * reader.bytes - read;
        read = share * reader.bytes;
        options.onFraction?.(share);
      };
      for await (const batch of reader.read({ ...options, onFraction })) {
        rows += batch.rows;
        const bound = even && bytes >= PROJECTED_THRESHOLD_BYTES ? (rows / bytes) * total : 0;
        if (rows > most || bound > 2 * most) throw refuse(rows, Math.max(bytes, 1));
        yield batch;
      }
    },
  });
  for (const file of files) file.reader = watch(file.reader);
  return {
    stop() {
      counting = false;
    },
  };
}

/** Memory that a ledger may take, and what is said where it does not do. */
export interface MemoryGuard {
  /** Bytes that are left for it; Infinity where that is not known. */
  readonly memory: number;
  readonly fits: number;
  /** Bytes that an event takes in all. */
  readonly bytesPerEvent: number;
  /** What is known of the whole ledger. @param bytesPerRow of files that do not state their rows */
  survey(bytesPerRow: number, rowsOf?: (file: LedgerFile) => number | null): LedgerSurvey;
  /** @param events "7,200 events" */
  refuse(whole: LedgerSurvey, events: string): TautlineFailure;
}

/**
 * @param skipped facts of the files that are not read
 * @param time the file column of the times
 * @param keep is told of every survey
 */
export function memoryGuard(
  { files, others, keys }: Pick<LookedThrough, 'files' | 'others' | 'keys'>,
  needs: Needs,
  {
    memory,
    other,
    part,
    time,
    place,
    keep,
  }: {
    readonly memory: number | undefined;
    /** What takes of that memory already. */
    readonly other: OtherLedger | undefined;
    readonly part: LedgerPart | undefined;
    readonly time: string | undefined;
    readonly place: string;
    readonly keep: (survey: LedgerSurvey) => void;
  },
): MemoryGuard {
  const { k } = needs.analysis;
  const left = Math.max(0, (memory ?? Infinity) - (other?.bytes ?? 0));
  const room = { k, fits: eventsThatFit(needs, left) };
  return {
    memory: left,
    fits: room.fits,
    bytesPerEvent: totalBytes(needs),
    survey(bytesPerRow, rowsOf = ({ reader }) => reader.rows) {
      const facts = [...files.map((file) => factsOf(file.reader, time, rowsOf(file))), ...others];
      const survey = surveyOf(facts, keys, time !== undefined, room, bytesPerRow);
      keep(survey);
      return survey;
    },
    refuse(whole, events) {
      const which = part ? `the part chosen (${describePart(part)})` : 'this ledger';
      return new TautlineFailure({
        kind: 'memory',
        problem: `${which} has ${events}; ${fitsText(room.fits, k, place)}${besideText(other)}`,
        advice: other ? `${narrowing(whole)}; or close ${other.name}` : narrowing(whole),
        survey: whole,
      });
    },
  };
}
