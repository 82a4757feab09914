import type { Interval } from '../lab/intervals.ts';
import type { Alert } from '../types.ts';

/**
 * What a person says of a stretch: a change that was to be found, an alert that is false, or something that happened
 * and is to be absorbed.
 */
export const VERDICTS = ['true', 'false', 'absorb'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A stretch of one stream (of all: null) by the ids of its first and last event, which outlast parameters. */
export interface Mark {
  readonly stream: string | null;
  /** event_id in decimal digits. */
  readonly from: string;
  readonly to: string;
  readonly verdict: Verdict;
  /** As label files have it. */
  readonly label: string;
  readonly note: string;
}

const LABELS: Readonly<Record<Verdict, string>> = { true: 'confirmed', false: 'false alarm', absorb: 'absorb' };
export const labelOfVerdict = (verdict: Verdict): string => LABELS[verdict];

export const verdictOf = ({ label, expect }: Pick<Interval, 'label' | 'expect'>): Verdict =>
  expect !== 'none' ? 'true' : label === LABELS.false ? 'false' : 'absorb';

const idOf = (digits: string): number | string => (Number.isSafeInteger(Number(digits)) ? Number(digits) : digits);

/** Marks as a file of labels: the Laboratory, `tautline score` and this page read it. */
export const marksFile = (marks: readonly Mark[]): string =>
  `${JSON.stringify(
    marks.map(({ stream, from, to, verdict, label, note }) => ({
      stream,
      from: idOf(from),
      to: idOf(to),
      label,
      expect: verdict === 'true' ? 'alert' : 'none',
      ...(note === '' ? {} : { note }),
    })),
    null,
    2,
  )}\n`;

/** A mark with the events that it means in an analysis, both ends included. */
export interface PlacedMark {
  readonly mark: Mark;
  readonly first: number;
  readonly last: number;
}

/** The newest mark that shares an event with an alert from its onset to its firing, as labels are matched. */
export const markOf = (
  { onset, fired }: Pick<Alert, 'onset' | 'fired'>,
  stream: string,
  placed: readonly PlacedMark[],
): Mark | null =>
  placed.findLast(
    ({ mark, first, last }) => (mark.stream === null || mark.stream === stream) && first <= fired && last >= onset,
  )?.mark ?? null;

/** `marks` with others in place of those of the same stretches; null takes them away. */
export function withMarks(
  marks: readonly Mark[],
  stretches: readonly Pick<Mark, 'stream' | 'from' | 'to'>[],
  said: { readonly verdict: Verdict; readonly note: string } | null,
  overlapped: ReadonlySet<Mark>,
): readonly Mark[] {
  const kept = marks.filter((mark) => !overlapped.has(mark));
  if (!said) return kept;
  return [...kept, ...stretches.map((stretch) => ({ ...stretch, ...said, label: LABELS[said.verdict] }))];
}
