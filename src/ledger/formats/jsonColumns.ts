import { endOfString, hasLoneSurrogate, MAX_DEPTH, wellFormed } from './jsonExact.ts';
import {
  BOOLEAN,
  columnOf,
  EMPTY,
  FLOAT,
  INTEGER,
  isMessage,
  Key,
  KINDS,
  kindsOf,
  LIST,
  MISSING,
  OBJECT,
  TEXT,
  VECTOR,
  type JsonColumn,
} from './jsonKeys.ts';

/** An object of more keys, counted over the file, is one column. */
const MAX_KEYS = 256;
const MAX_COLUMNS = 10_000;

/** A row that cannot be used, though it may be JSON. */
class RowFault extends Error {}
const NOT_JSON = new RowFault('');

const STARTS = ['"', '[', '{'];
const WORD_TOKEN = /-?[A-Za-z]+/y;
const HALF_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Finds the columns of JSON objects from their text, without parsing what need not be: keys, and what kinds of values
 * they have, over all rows.
 */
export class JsonColumns {
  readonly #root = new Key([]);
  readonly faults = new Map<number, string>();
  /** True if some value needs `parseExact`. */
  exact = false;
  /** Rows that are objects. */
  objects = 0;
  #count = 0;
  #text = '';
  #at = 0;
  #row = 0;
  readonly #noun: string;
  /** First backslash at or after `#at`. */
  #backslash = -1;
  /** The next of `STARTS`, at or after the position last asked for; Infinity where there is none. */
  readonly #starts = STARTS.map(() => -1);

  /** @param noun what a row is called */
  constructor(noun: string) {
    this.#noun = noun;
  }

  /** True if the file has more columns than a table can. */
  get tooMany(): boolean {
    return this.#count > MAX_COLUMNS;
  }

  add(text: string, row: number): void {
    this.#text = text;
    this.#row = row;
    this.#at = 0;
    this.#backslash = -2;
    this.#starts.fill(-1);
    try {
      this.#space();
      if (!this.#take(123)) return;
      this.#members(this.#root, 1);
      this.objects++;
    } catch (thrown) {
      if (!(thrown instanceof RowFault)) throw thrown;
      if (thrown !== NOT_JSON) this.faults.set(row, thrown.message);
    }
  }

  columns(): JsonColumn[] {
    const byName = new Map<string, Key[]>();
    const visit = (key: Key): void => {
      for (const child of key.children.values()) {
        const inner = child.whole || isMessage(child) ? 0 : child.children.size;
        if (inner === 0 || (child.kinds & ~(MISSING | EMPTY | OBJECT)) !== 0) {
          // The database knows no column without a name.
          const name = child.path.join('.') || '(no name)';
          const same = byName.get(name);
          if (same) same.push(child);
          else byName.set(name, [child]);
        }
        if (inner > 0) visit(child);
      }
    };
    visit(this.#root);
    return [...byName].map(([name, keys]) => {
      const column = columnOf(name, keys);
      // A list of integers may end up as text.
      if (!column.isVector && (kindsOf(keys) & VECTOR) !== 0) this.exact = true;
      return column;
    });
  }

  #space(): void {
    for (let code = this.#text.charCodeAt(this.#at); code === 32 || (code < 14 && code > 8);)
      code = this.#text.charCodeAt(++this.#at);
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    if (found === '') throw NOT_JSON;
    this.#at += found.length;
    return found;
  }

  /** Steps over a string; its text with the quotes, as it stands. */
  #string(): { from: number; to: number } {
    const from = this.#at;
    if (!this.#take(34)) throw NOT_JSON;
    const end = endOfString(this.#text, from + 1);
    if (end < 0) throw NOT_JSON;
    this.#at = end + 1;
    if (this.#backslash !== -1 && this.#backslash < from) this.#backslash = this.#text.indexOf('\\', from);
    if (this.#backslash >= from && this.#backslash < end) {
      const raw = this.#text.slice(from, this.#at);
      if (!this.exact && HALF_ESCAPE.test(raw) && hasLoneSurrogate(parsed(raw))) this.exact = true;
    }
    return { from, to: this.#at };
  }

  /** The members of an object whose brace has been taken. */
  #members(parent: Key, depth: number): void {
    if (depth > MAX_DEPTH)
      throw new RowFault(`${this.#noun} has more than ${MAX_DEPTH} lists and objects within each other`);
    this.#space();
    if (this.#take(125)) return;
    let guess = parent.begin;
    for (let before = parent; ;) {
      this.#space();
      let child: Key;
      if (guess && this.#text.startsWith(guess.token, this.#at)) {
        child = guess;
        this.#at += guess.token.length;
      } else child = this.#key(parent);
      if (child.row === this.#row) throw new RowFault(`${this.#noun} has the key "${child.path.join('.')}" twice`);
      child.row = this.#row;
      if (before === parent) parent.begin = child;
      else before.next = child;
      this.#space();
      this.#value(child, depth);
      this.#space();
      if (this.#take(125)) return;
      if (!this.#take(44)) throw NOT_JSON;
      before = child;
      guess = child.next;
    }
  }

  #key(parent: Key): Key {
    const { from, to } = this.#string();
    const raw = this.#text.slice(from, to);
    const name = wellFormed(raw.includes('\\') ? parsed(raw) : raw.slice(1, -1));
    this.#space();
    if (!this.#take(58)) throw NOT_JSON;
    let child = parent.children.get(name);
    if (child) return child;
    child = new Key([...parent.path, detached(name)]);
    parent.children.set(child.path.at(-1)!, child);
    this.#count++;
    if (parent !== this.#root && parent.children.size > MAX_KEYS) {
      parent.whole = true;
      this.#count -= sizeOf(parent);
      parent.children.clear();
    }
    return child;
  }

  #value(key: Key, depth: number): void {
    const from = this.#at;
    const code = this.#text.charCodeAt(from);
    if (code === 34) {
      const { to } = this.#string();
      if (key.texts.isFull) return;
      key.kinds |= key.texts.add(parsed(this.#text.slice(from, to)), this.#row) ? TEXT : MISSING;
      return;
    }
    const kind = code === 123 ? this.#object(key, depth) : code === 91 ? this.#list(depth) : this.#scalar();
    if ((key.kinds & kind) !== 0) return;
    key.kinds |= kind;
    if (KINDS.includes(kind))
      key.first.set(kind, { shown: detached(this.#text.slice(from, Math.min(this.#at, from + 60))), row: this.#row });
  }

  #object(key: Key, depth: number): number {
    this.#at++;
    const start = this.#at;
    this.#space();
    if (this.#take(125)) return EMPTY;
    this.#at = start;
    if (key.whole) this.#skipMembers(depth + 1);
    else this.#members(key, depth + 1);
    return OBJECT;
  }

  #list(depth: number): number {
    const from = ++this.#at;
    this.#space();
    if (this.#take(93)) return EMPTY;
    const code = this.#text.charCodeAt(this.#at);
    const end = this.#text.indexOf(']', this.#at);
    // Where nothing else begins before the end it is a list of numbers, which need not be looked at.
    if (code !== 116 && code !== 102 && end >= 0 && STARTS.every((_, i) => this.#nextStart(i, from) > end)) {
      this.#at = end + 1;
      return VECTOR;
    }
    this.#at = from;
    this.#skipElements(depth + 1);
    return LIST;
  }

  #nextStart(i: number, from: number): number {
    if (this.#starts[i] >= from) return this.#starts[i];
    const found = this.#text.indexOf(STARTS[i], from);
    return (this.#starts[i] = found < 0 ? Infinity : found);
  }

  #scalar(): number {
    const code = this.#text.charCodeAt(this.#at);
    if (code === 116 || code === 102) {
      this.#match(WORD_TOKEN);
      return BOOLEAN;
    }
    const from = this.#at;
    const isWhole = this.#number();
    const length = this.#at - from;
    if (length === 0 || (length === 1 && code === 45)) {
      this.#at = from;
      this.#match(WORD_TOKEN);
      return MISSING;
    }
    if (length > 15) return this.#longNumber(this.#text.slice(from, this.#at));
    if (isWhole) return INTEGER;
    const value = Number(this.#text.slice(from, this.#at));
    if (Math.abs(value) === Infinity) return this.#tooLarge();
    return Number.isInteger(value) ? INTEGER : FLOAT;
  }

  /** Steps over a number. @returns true if it has digits only */
  #number(): boolean {
    let isWhole = true;
    for (; ; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code >= 48 && code <= 57) continue;
      // Sign, point and exponent.
      if (code === 46 || code === 101 || code === 69 || code === 43) isWhole = false;
      else if (code !== 45) return isWhole;
    }
  }

  #longNumber(token: string): number {
    const number = Number(token);
    if (Math.abs(number) === Infinity) return this.#tooLarge();
    if (Number.isSafeInteger(number)) return INTEGER;
    if (!/^-?\d+$/.test(token)) return FLOAT;
    this.exact = true;
    const value = BigInt(token);
    return BigInt.asIntN(64, value) === value ? INTEGER : this.#tooLarge();
  }

  /** A number that no column of numbers could hold is kept as it is written. */
  #tooLarge(): number {
    this.exact = true;
    return LIST;
  }

  /** Steps over what is kept as it stands. */
  #skip(depth: number): void {
    this.#space();
    const code = this.#text.charCodeAt(this.#at);
    if (code === 34) this.#string();
    else if (code === 123) {
      this.#at++;
      this.#skipMembers(depth + 1);
    } else if (code === 91) {
      this.#at++;
      this.#skipElements(depth + 1);
    } else {
      const from = this.#at;
      const isWhole = this.#number();
      const length = this.#at - from;
      if (length > 15 || !isWhole) this.#longNumber(this.#text.slice(from, this.#at));
      else if (length < 2 && !(code >= 48 && code <= 57)) {
        this.#at = from;
        this.#match(WORD_TOKEN);
      }
    }
    this.#space();
  }

  #skipMembers(depth: number): void {
    if (depth > MAX_DEPTH)
      throw new RowFault(`${this.#noun} has more than ${MAX_DEPTH} lists and objects within each other`);
    this.#space();
    if (this.#take(125)) return;
    const keys = new Set<string>();
    do {
      this.#space();
      const { from, to } = this.#string();
      const raw = this.#text.slice(from, to);
      const name = raw.includes('\\') ? parsed(raw) : raw.slice(1, -1);
      if (keys.has(name)) throw new RowFault(`${this.#noun} has the key "${wellFormed(name)}" twice`);
      keys.add(name);
      this.#space();
      if (!this.#take(58)) throw NOT_JSON;
      this.#skip(depth);
    } while (this.#take(44));
    if (!this.#take(125)) throw NOT_JSON;
  }

  #skipElements(depth: number): void {
    if (depth > MAX_DEPTH)
      throw new RowFault(`${this.#noun} has more than ${MAX_DEPTH} lists and objects within each other`);
    this.#space();
    if (this.#take(93)) return;
    do this.#skip(depth);
    while (this.#take(44));
    if (!this.#take(93)) throw NOT_JSON;
  }
}

/** A string of JSON as it reads. */
function parsed(raw: string): string {
  try {
    return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  } catch {
    throw NOT_JSON;
  }
}

/** A text of its own: a slice would keep the piece of the file that it is from. */
const detached = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

const sizeOf = (key: Key): number => [...key.children.values()].reduce((sum, child) => sum + 1 + sizeOf(child), 0);
