import { useState } from 'react';
import { shareStructure } from '../core/structuralSharing.ts';

/** `next` with the parts that did not change since the last time: a chart draws again only those that did. */
export function useUnchanged<T>(next: T): T {
  const [kept, keep] = useState(next);
  const shared = shareStructure(kept, next);
  if (!Object.is(kept, shared)) keep(shared);
  return shared;
}

/**
 * `next`, or the value before where the two say the same: so that what is derived from it is not made, and drawn,
 * again.
 */
export function useSame<T>(next: T, same: (a: T, b: T) => boolean): T {
  const [kept, keep] = useState(next);
  if (Object.is(kept, next) || same(kept, next)) return kept;
  keep(next);
  return next;
}

export const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, i) => Object.is(item, b[i]));

/** Equal own fields, one level deep. */
export const sameFields = <T extends object>(a: T, b: T): boolean => {
  const names = Object.keys(a) as (keyof T)[];
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
};
