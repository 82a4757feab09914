const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;
const isNumbers = (value: unknown): value is Numbers =>
  value instanceof Float64Array ||
  value instanceof Float32Array ||
  value instanceof Int32Array ||
  value instanceof Uint32Array ||
  value instanceof Uint8Array;

function sameNumbers(a: Numbers, b: Numbers): boolean {
  if (a.constructor !== b.constructor || a.length !== b.length) return false;
  // Gaps are NaN.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  return true;
}

/**
 * `next` with every part that says the same as in `before` replaced by that part, `before` itself where all of it does:
 * what is derived from a part that did not change is not made again. Plain objects, lists and columns are looked into;
 * comparing columns takes a hundredth of drawing them.
 */
export function shareStructure<T>(before: T, next: T): T {
  if (Object.is(before, next)) return before;
  if (Array.isArray(before) && Array.isArray(next)) {
    let same = before.length === next.length;
    const shared = next.map((item: unknown, i) => {
      const part = i < before.length ? shareStructure(before[i] as unknown, item) : item;
      same &&= Object.is(part, before[i]);
      return part;
    });
    return same ? before : (shared as T);
  }
  if (isNumbers(before) && isNumbers(next)) return sameNumbers(before, next) ? before : next;
  if (isPlain(before) && isPlain(next)) {
    const names = Object.keys(next);
    let same = names.length === Object.keys(before).length;
    const shared = names.map((name): [string, unknown] => {
      const known = Object.hasOwn(before, name);
      const part = known ? shareStructure(before[name], next[name]) : next[name];
      same &&= known && Object.is(part, before[name]);
      return [name, part];
    });
    return same ? before : (Object.fromEntries(shared) as T);
  }
  return next;
}
