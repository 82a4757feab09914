/** JSON that keeps what `JSON.parse` loses: integers beyond 2^53, and halves of characters. */

/** Deeper lists and objects are no event. */
export const MAX_DEPTH = 200;

const LONE = /\p{Surrogate}/gu;
/** True if a text has half a character, which no file of UTF-8 could hold. */
export const hasLoneSurrogate = (text: string): boolean => text.search(LONE) >= 0;

/** Halves of characters as JSON writes them, `\ud83d`: two texts that differ stay two. */
export const wellFormed = (text: string): string =>
  text.replace(LONE, (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, '0')}`);

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /-?[A-Za-z]+/y;
/** As Python writes numbers that JSON has no word for: missing. */
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', null],
  ['Infinity', null],
  ['-Infinity', null],
]);

/**
 * Position of the quote that ends a string, -1 where none does.
 * @param from anywhere behind the quote that begins it
 */
export function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === 92) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return -1;
}

/** What `JSON.parse` may not keep: an integer of 16 digits or more, a large exponent, half a character. */
const INEXACT = /(?:^|[:,[\s])-?[1-9]\d{15}|\d[eE]\+?\d{3}|\\u[dD][89a-fA-F]/;
export const mayLoseDigits = (text: string): boolean => INEXACT.test(text);

/**
 * Parses JSON: integers beyond 2^53 are bigints, what is beyond doubles is the text that it is written as, NaN and
 * infinities are null, objects have no prototype.
 * @throws SyntaxError
 */
export function parseExact(text: string): unknown {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`not JSON at ${at}`);
  };
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const isNext = (character: string): boolean => {
    match(SPACE);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const string = (): string => {
    const end = text[at] === '"' ? endOfString(text, at + 1) : -1;
    if (end < 0) fail();
    const from = at;
    at = end + 1;
    return wellFormed(JSON.parse(text.slice(from, at)) as string);
  };

  function value(depth: number): unknown {
    if (depth > MAX_DEPTH) fail();
    if (isNext('{')) return members(depth);
    if (isNext('[')) return elements(depth);
    if (text[at] === '"') return string();
    const number = match(NUMBER);
    if (number === '' || /^-?$/.test(number)) {
      const word = match(WORD);
      return WORDS.has(word) ? WORDS.get(word) : fail();
    }
    const parsed = Number(number);
    if (!Number.isFinite(parsed)) return /[eE]/.test(number) ? number : BigInt(number.split('.')[0]);
    return /^-?\d{16,}$/.test(number) && !Number.isSafeInteger(parsed) ? BigInt(number) : parsed;
  }

  function members(depth: number): object {
    const object = Object.create(null) as Record<string, unknown>;
    if (isNext('}')) return object;
    do {
      match(SPACE);
      const key = string();
      if (!isNext(':')) fail();
      object[key] = value(depth + 1);
    } while (isNext(','));
    return isNext('}') ? object : fail();
  }

  function elements(depth: number): unknown[] {
    const list: unknown[] = [];
    if (isNext(']')) return list;
    do list.push(value(depth + 1));
    while (isNext(','));
    return isNext(']') ? list : fail();
  }

  const parsed = value(0);
  match(SPACE);
  return at === text.length ? parsed : fail();
}

/** A parsed value as JSON text, with every digit of its integers. */
export function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner)}`);
  return `{${members.join(',')}}`;
}
