import type { EventColumns } from '../core/columns.ts';
import type { EventIndex, Seq, StreamIndex } from '../core/units.ts';
import { NOTICE_KINDS, type NoticeKind } from './channels/table.ts';
import type { NoticeJson } from './files/results.ts';
import { NOTICE, type Decisions, type Signals } from './types.ts';

/** One event that is beyond a limit (docs/methods.md 8): no episode, and no alert. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly stream: StreamIndex;
  readonly index: EventIndex;
  readonly seq: Seq;
  /** Of the signal that is beyond its limit. */
  readonly value: number;
}

export interface NoticeFilter {
  /** Null: all. */
  readonly kinds: readonly NoticeKind[] | null;
  readonly stream: StreamIndex | null;
}

const SIGNAL_OF = { KL_CEILING: 'kl', FRICTION_SPIKE: 'friction' } as const satisfies Record<NoticeKind, string>;
const ALL: NoticeFilter = { kinds: null, stream: null };

/** How many there are of each kind. */
export function noticeCounts({ notice }: Pick<Decisions, 'notice'>): Readonly<Record<NoticeKind, number>> {
  // By flags: one look at an event, however many kinds there are.
  const byFlags = new Uint32Array(256);
  for (let i = 0; i < notice.length; i++) byFlags[notice[i]]++;
  const countOf = (kind: NoticeKind): number =>
    byFlags.reduce((sum, count, flags) => sum + (flags & NOTICE[kind] ? count : 0), 0);
  return Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, countOf(kind)])) as Record<NoticeKind, number>;
}

/** Where notices that pass a filter stand, in the order of events: 5 bytes each, whatever is asked of them later. */
export interface NoticeList {
  readonly length: number;
  /** Notices [from, to) of the list. */
  slice(from: number, to: number): Notice[];
}

/** @returns a list that is valid as long as the columns are */
export function noticesOf(
  { stream }: Pick<EventColumns, 'stream'>,
  signals: Pick<Signals, 'seq' | 'kl' | 'friction'>,
  { notice }: Pick<Decisions, 'notice'>,
  filter: NoticeFilter = ALL,
): NoticeList {
  const kinds = NOTICE_KINDS.filter((kind) => filter.kinds?.includes(kind) ?? true);
  const mask = kinds.reduce((bits, kind) => bits | NOTICE[kind], 0);
  const passes = (i: number): boolean => (notice[i] & mask) !== 0 && (filter.stream ?? stream[i]) === stream[i];
  const kindsAt = (i: number): NoticeKind[] => kinds.filter((kind) => notice[i] & NOTICE[kind]);
  let length = 0;
  for (let i = 0; i < notice.length; i++) if (passes(i)) length += kindsAt(i).length;
  const places = new Int32Array(length);
  const codes = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < notice.length; i++) {
    if (!passes(i)) continue;
    for (const kind of kindsAt(i)) {
      places[at] = i;
      codes[at++] = NOTICE_KINDS.indexOf(kind);
    }
  }
  return {
    length,
    slice: (from, to) =>
      Array.from(places.subarray(from, to), (index, j) => {
        const kind = NOTICE_KINDS[codes[from + j]];
        return { kind, stream: stream[index], index, seq: signals.seq[index], value: signals[SIGNAL_OF[kind]][index] };
      }),
  };
}

/** Names of an event's notices as a column holds them; null if it has none. */
export const noticeText = (flags: number): string | null =>
  NOTICE_KINDS.filter((kind) => flags & NOTICE[kind]).join('+') || null;

export const noticesToJson = (notices: readonly Notice[], streams: readonly string[]): NoticeJson[] =>
  notices.map(({ kind, stream, index, seq, value }) => ({ kind, stream: streams[stream], event: index, seq, value }));
