import { fileFailure } from '../failures.ts';
import type { NamedBlob } from '../types.ts';
import { endOfString } from './jsonExact.ts';
import type { RowChunk } from './rows.ts';
import { decodeText, LineEnds, MAX_ROW_CHARACTERS, MAX_ROW_WORDS } from './text.ts';

/** The texts of JSON values, one a row. */
export interface JsonChunk extends RowChunk<string> {
  /** True if the file ends before the last value does. */
  readonly isCut: boolean;
}

interface Cutter {
  /** Values that are whole. @param last true if nothing follows */
  push(text: string, last: boolean): { rows: string[]; isCut: boolean };
  /** Characters of the value that is under way, and its line. */
  readonly pending: number;
  readonly line: number;
}

/** One value a line, the elements of one array, or values one after another, over several lines. */
export type JsonForm = 'lines' | 'array' | 'documents';

/** What a value is called. */
export const NOUNS: Readonly<Record<JsonForm, string>> = {
  lines: 'the line',
  array: 'the element',
  documents: 'the document',
};

/** The values of a file of JSON. */
export async function* jsonDocuments(
  file: NamedBlob,
  form: JsonForm,
  signal?: AbortSignal,
  pieceBytes?: number,
): AsyncIterable<JsonChunk> {
  const cutter: Cutter =
    form === 'array' ? new ElementCutter(file.path) : form === 'lines' ? new LineCutter() : new DocumentCutter();
  for await (const { text, fraction, last } of decodeText(file, signal, pieceBytes)) {
    const cut = cutter.push(text, last);
    if (cutter.pending > MAX_ROW_CHARACTERS)
      throw fileFailure(
        file.path,
        form === 'array'
          ? `the array has an element of more than ${MAX_ROW_WORDS} (line ${cutter.line})`
          : form === 'lines'
            ? `line ${cutter.line} has more than ${MAX_ROW_WORDS}`
            : `the object that begins at line ${cutter.line} has more than ${MAX_ROW_WORDS}`,
        'Write one JSON object a line',
      );
    yield { ...cut, fraction };
  }
}

const isBlank = (text: string): boolean => text.charCodeAt(0) <= 32 && text.trim() === '';
/** Without a byte order mark, or the mark that begins each value of a JSON text sequence. */
const withoutMark = (text: string): string =>
  text.charCodeAt(0) === 0xfeff || text.charCodeAt(0) === 0x1e ? text.slice(1) : text;

class LineCutter implements Cutter {
  #pieces: string[] = [];
  pending = 0;
  line = 1;

  push(text: string, last: boolean): ReturnType<Cutter['push']> {
    const rows: string[] = [];
    const add = (line: string): void => {
      if (line !== '' && !isBlank(line)) rows.push(withoutMark(line));
      this.line++;
    };
    // A carriage return at the end may belong to a line feed to come.
    const end = text.length > 1 ? text.lastIndexOf('\r', text.length - 2) : -1;
    const whole = last ? text.length : 1 + Math.max(text.lastIndexOf('\n'), end);
    if (whole > 0) {
      this.#pieces.push(text.slice(0, whole));
      const parts = linesOf(this.#pieces.join(''));
      const rest = parts.pop()!;
      for (const line of parts) add(line);
      this.#pieces = rest === '' ? [] : [rest];
      this.pending = rest.length;
    }
    if (whole < text.length) {
      this.#pieces.push(text.slice(whole));
      this.pending += text.length - whole;
    }
    if (!last) return { rows, isCut: false };
    const before = rows.length;
    add(this.#pieces.join(''));
    this.pending = 0;
    return { rows, isCut: rows.length > before };
  }
}

/** Lines without their ends; the last is what follows the last end. */
function linesOf(text: string): string[] {
  const parts = text.split('\n');
  if (!text.includes('\r')) return parts;
  const last = parts.length - 1;
  return parts.flatMap((part, i) => {
    const line = i < last && part.endsWith('\r') ? part.slice(0, -1) : part;
    return line.includes('\r') ? line.split('\r') : line;
  });
}

/** Cuts an array into its elements, at the commas that lie in no list, object or text of theirs. */
class ElementCutter implements Cutter {
  line = 1;
  readonly #path: string;
  #held = '';
  /** Position in `#held` up to which it has been looked at. */
  #at = 0;
  #depth = 0;
  #inText = false;
  #isClosed = false;
  readonly #ends = new LineEnds();

  constructor(path: string) {
    this.#path = path;
  }

  get pending(): number {
    return this.#held.length;
  }

  push(text: string, last: boolean): ReturnType<Cutter['push']> {
    const rows: string[] = [];
    const all = this.#held + text;
    let from = 0;
    const add = (to: number, isLast: boolean): void => {
      const element = all.slice(from, to);
      if (!isLast || element.trim() !== '') rows.push(element);
      this.#ends.count(element);
      from = to + 1;
    };
    let at = this.#at;
    for (; at < all.length; at++) {
      const code = all.charCodeAt(at);
      if (this.#inText) {
        at = endOfString(all, at);
        if (at < 0) break;
        this.#inText = false;
      } else if (this.#isClosed && code !== 91) {
        // Pages of lists may follow each other.
        if (code > 32 && code !== 44) {
          this.#ends.count(all.slice(from, at));
          throw this.#failure('something follows the array', 1 + this.#ends.total);
        }
      } else if (code === 34) this.#inText = true;
      else if (code === 123 || code === 91) {
        this.#depth++;
        this.#isClosed = false;
        if (this.#depth === 1) {
          this.#ends.count(all.slice(from, at + 1));
          from = at + 1;
        }
      } else if (code === 125 || code === 93) {
        this.#depth--;
        if (this.#depth === 0) {
          if (code === 125) throw this.#failure('the array has a brace too many', 1 + this.#ends.total);
          add(at, true);
          this.#isClosed = true;
        }
      } else if (code === 44 && this.#depth === 1) add(at, false);
    }
    if (!last) {
      this.#held = all.slice(from);
      this.#at = (at < 0 ? all.length : at) - from;
      this.line = 1 + this.#ends.total;
      return { rows, isCut: false };
    }
    this.#held = '';
    if (this.#isClosed) return { rows, isCut: false };
    add(all.length, false);
    // Behind a whole element, too, something is missing.
    if (this.#depth === 1 && !this.#inText && rows.at(-1)!.trim() !== '') rows.push('');
    return { rows, isCut: true };
  }

  #failure(problem: string, line: number): Error {
    return fileFailure(this.#path, `${problem} (line ${line})`, 'Write one JSON object a line, or a whole JSON array');
  }
}

/** The elements of the text of an array. @param path of its file */
export const elementsOf = (path: string, array: string): ReturnType<Cutter['push']> =>
  new ElementCutter(path).push(array, true);

/** Cuts values that follow each other, each over as many lines as it takes. */
class DocumentCutter implements Cutter {
  line = 1;
  #held = '';
  #at = 0;
  #depth = 0;
  readonly #ends = new LineEnds();

  get pending(): number {
    return this.#held.length;
  }

  push(text: string, last: boolean): ReturnType<Cutter['push']> {
    const rows: string[] = [];
    const all = this.#held + text;
    let from = 0;
    const add = (to: number): void => {
      const document = all.slice(from, to);
      // Commas may stand between values, as in an array without its brackets.
      const bare = withoutMark(document).replace(/^[\s,]+/, '');
      if (bare.trim() !== '') rows.push(bare);
      this.#ends.count(document);
      from = to;
    };
    let at = this.#at;
    for (; at < all.length; at++) {
      const code = all.charCodeAt(at);
      if (code === 34) {
        const end = endOfString(all, at + 1);
        if (end < 0) break;
        at = end;
      } else if (code === 123 || code === 91) this.#depth++;
      else if (code === 125 || code === 93) {
        this.#depth--;
        if (this.#depth <= 0) {
          this.#depth = 0;
          add(at + 1);
        }
      }
    }
    if (!last) {
      this.#held = all.slice(from);
      this.#at = at - from;
      this.line = 1 + this.#ends.total;
      return { rows, isCut: false };
    }
    const before = rows.length;
    add(all.length);
    this.#held = '';
    return { rows, isCut: rows.length > before };
  }
}
