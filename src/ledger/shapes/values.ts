/** Reading parsed JSON whose layout is somebody else's: nothing here throws. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

export const has = <K extends string>(value: unknown, key: K): value is Fields & Readonly<Record<K, unknown>> =>
  isFields(value) && Object.hasOwn(value, key);

/** The value at a name, whole or as a path: `a.b` is the key "a.b", or "b" of the object "a". */
export function at(value: unknown, path: string): unknown {
  if (!isFields(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = at(value[path.slice(0, dot)], path.slice(dot + 1));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** The first of some names that has a value. */
export function pick(value: unknown, ...paths: readonly string[]): unknown {
  for (const path of paths) {
    const found = at(value, path);
    if (isThere(found)) return found;
  }
  return undefined;
}

/** A name or an id as text, undefined where there is none. */
export function name(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

/** The first of some paths that holds a name. */
export const nameAt = (value: unknown, ...paths: readonly string[]): string | undefined => name(pick(value, ...paths));

export function number(value: unknown): number | undefined {
  const found =
    typeof value === 'number' || typeof value === 'bigint'
      ? Number(value)
      : typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : NaN;
  return Number.isFinite(found) ? found : undefined;
}
export const numberAt = (value: unknown, ...paths: readonly string[]): number | undefined =>
  number(pick(value, ...paths));

/** A whole number, such as a count of tokens. */
export function countAt(value: unknown, ...paths: readonly string[]): number | undefined {
  const found = numberAt(value, ...paths);
  return found === undefined ? undefined : Math.round(found);
}

const MAX_LAYERS = 4;

/** What a text holds where it is JSON of an object or a list, else the value itself. */
export function unpacked(value: unknown, layers = MAX_LAYERS): unknown {
  if (typeof value !== 'string' || layers === 0 || !/^\s*[[{"]/.test(value)) return value;
  try {
    return unpacked(JSON.parse(value), layers - 1);
  } catch {
    return value;
  }
}

/** A value as JSON text; a text as it is. */
export const json = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));

/** Deeper than this nothing is looked for. */
const MAX_DEPTH = 12;

/** Nested objects and lists of objects as dotted names: {a: [{b: 1}]} is {"a.0.b": 1}; lists of values stay. */
export function flattened(value: unknown): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const walk = (inner: unknown, prefix: string, depth: number): void => {
    const nested = isFields(inner) || (isList(inner) && inner.length > 0 && inner.every(isFields));
    if (!nested || depth > MAX_DEPTH) {
      if (prefix !== '') out[prefix] = inner;
      return;
    }
    for (const [key, value] of Object.entries(inner as object))
      walk(value, prefix === '' ? key : `${prefix}.${key}`, depth + 1);
  };
  walk(value, '', 0);
  return out;
}

/** 32-bit hash of a text (FNV-1a over its UTF-16), to tell equal contents without keeping them. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** An object without the members that have no value. */
export function compact(fields: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined && value !== null) out[key] = value;
  }
  return out;
}
