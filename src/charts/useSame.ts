import { useState } from 'react';

/** Typed arrays up to this length are compared by their values, longer ones by identity. */
const SHORT = 64;

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** `next` with every part that says the same as in `before` replaced by that part; `before` itself where all of it does. */
export function share<T>(before: T, next: T): T {
  if (Object.is(before, next)) return before;
  if (Array.isArray(before) && Array.isArray(next)) {
    const shared = next.map((item: unknown, i) => (i < before.length ? share(before[i] as unknown, item) : item));
    return (sameItems(before, shared) ? before : shared) as T;
  }
  if (before instanceof Float64Array && next instanceof Float64Array) {
    return next.length <= SHORT && before.length === next.length && before.every((value, i) => Object.is(value, next[i])) ? before : next;
  }
  if (isPlain(before) && isPlain(next)) {
    const shared = Object.fromEntries(Object.entries(next).map(([name, value]) => [name, share(before[name], value)]));
    return (sameFields(before, shared) ? before : shared) as T;
  }
  return next;
}

/** `next` with the parts that did not change since the last time: a chart draws again only those that did. */
export function useUnchanged<T>(next: T): T {
  const [kept, keep] = useState(next);
  const shared = share(kept, next);
  if (!Object.is(kept, shared)) keep(shared);
  return shared;
}

/** `next`, or the value before where the two say the same: so that what is derived from it is not made, and drawn, again. */
export function useSame<T>(next: T, same: (a: T, b: T) => boolean): T {
  const [kept, keep] = useState(next);
  if (Object.is(kept, next) || same(kept, next)) return kept;
  keep(next);
  return next;
}

export const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean => a.length === b.length && a.every((item, i) => Object.is(item, b[i]));

/** Equal own fields, one level deep. */
export const sameFields = <T extends object>(a: T, b: T): boolean => {
  const names = Object.keys(a) as (keyof T)[];
  return names.length === Object.keys(b).length && names.every((name) => Object.is(a[name], b[name]));
};
