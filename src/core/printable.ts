/**
 * What a terminal obeys instead of showing it, or shows as nothing: control characters, marks that turn the direction
 * of writing, characters without width, ends of lines and half surrogate pairs. Selectors of emoji and accents stay.
 */
const UNSEEN = /(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escaped(unseen: string): string {
  const code = unseen.codePointAt(0)!;
  const hex = code.toString(16);
  return SHORT.get(unseen) ?? (code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`);
}

/** A text on one line in which every character is seen; what is not is written out: "\n", "\u001b". */
export const printable = (text: string): string => text.replace(UNSEEN, escaped);

/** Longest line that is printed, in characters. */
export const LINE_CHARACTERS = 2000;

const MARK = ' … ';

/** A text without its middle where it is longer than `most` characters; no character is cut in two. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = most - MARK.length;
  const head = wholeUpTo(text, Math.ceil(kept / 2));
  const tail = wholeFrom(text, text.length - Math.floor(kept / 2));
  return text.slice(0, head) + MARK + text.slice(tail);
}

/** The boundary of characters at or before, and at or after, a place in a text. */
const wholeUpTo = (text: string, at: number): number => (splitsPair(text, at) ? at - 1 : at);
const wholeFrom = (text: string, at: number): number => (splitsPair(text, at) ? at + 1 : at);

const splitsPair = (text: string, at: number): boolean =>
  /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));

/** A line as it is printed: every character seen, and not without end. */
export function printableLine(text: string): string {
  // What is left out of a long text need not be written out first.
  const near = shortened(text, 4 * LINE_CHARACTERS);
  return shortened(printable(near), LINE_CHARACTERS);
}

const SHOWN = 40;

/** A value of a file in so few words that a message can hold them. */
export function shown(value: unknown): string {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `a list of ${(value as ArrayLike<unknown>).length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');
  return text.length <= SHOWN ? text : `${text.slice(0, wholeUpTo(text, SHOWN))}…`;
}
