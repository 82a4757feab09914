import { shareStructure } from '../core/structuralSharing.ts';

/** A value with its earlier and undone states, for undo and redo. */
export interface History<T> {
  /** Oldest first. */
  readonly past: readonly T[];
  readonly present: T;
  /** The next to be redone first. */
  readonly future: readonly T[];
}

/** States kept; the oldest go. */
const MOST = 200;

export const startHistory = <T>(present: T): History<T> => ({ past: [], present, future: [] });

/**
 * A new state: what had been undone is gone. The same state again changes nothing.
 * @param amends it takes the place of the newest state, which is forgotten
 */
export function record<T>(history: History<T>, next: T, amends = false): History<T> {
  const present = shareStructure(history.present, next);
  if (Object.is(history.present, present)) return history;
  if (amends && history.past.length > 0) {
    const before = history.past[history.past.length - 1];
    return Object.is(shareStructure(before, present), before)
      ? { past: history.past.slice(0, -1), present: before, future: [] }
      : { past: history.past, present, future: [] };
  }
  return { past: [...history.past.slice(1 - MOST), history.present], present, future: [] };
}

/** One state back; the same history where there is none. */
export function undo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  return past.length === 0
    ? history
    : { past: past.slice(0, -1), present: past[past.length - 1], future: [present, ...future] };
}

/** One state forward; the same history where nothing was undone. */
export function redo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  return future.length === 0 ? history : { past: [...past, present], present: future[0], future: future.slice(1) };
}

/** The same steps, each changed alike. */
export const mapHistory = <S>({ past, present, future }: History<S>, map: (step: S) => S): History<S> => ({
  past: past.map(map),
  present: map(present),
  future: future.map(map),
});
