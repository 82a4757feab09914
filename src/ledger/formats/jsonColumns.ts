import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import type { ReaderField } from '../reader.ts';
import { endOfString, hasLoneSurrogate, MAX_DEPTH, wellFormed } from './jsonExact.ts';
import { inferredField, TextLooks, vectorType, type Shown } from './text.ts';

/** An object of more keys, counted over the file, is one column. */
const MAX_KEYS = 256;
const MAX_COLUMNS = 10_000;

/** What values of a column were met, as bits. */
const MISSING = 1;
const INTEGER = 2;
const FLOAT = 4;
const BOOLEAN = 8;
const TEXT = 16;
const VECTOR = 32;
const LIST = 64;
const EMPTY = 128;
const OBJECT = 256;
const KINDS = [INTEGER, FLOAT, BOOLEAN, VECTOR, LIST, OBJECT];

/** A key, within the keys that lead to it. */
class Key {
  readonly children = new Map<string, Key>();
  kinds = 0;
  readonly texts = new TextLooks();
  /** First value of each kind. */
  readonly first = new Map<number, Shown>();
  /** Last row that it was met in. */
  row = -1;
  /** Taken whole, with too many keys of its own. */
  whole = false;
  /** The key that followed it last. */
  next: Key | null = null;

  readonly path: readonly string[];
  /** As lines have it, with quotes and colon. */
  readonly token: string;

  constructor(path: readonly string[]) {
    this.path = path;
    this.token = `${JSON.stringify(path.at(-1) ?? '')}:`;
  }
}

/** A column of JSON objects: one key, or keys within keys; several where they come to the same dotted name. */
export interface JsonColumn {
  readonly field: ReaderField;
  readonly paths: readonly (readonly string[])[];
}

/** A row that cannot be used, though it may be JSON. */
class RowFault extends Error {}
const NOT_JSON = new RowFault('');

const NUMBERS = /[\s\d.,eE+\-nulNaIfity]*\]/y;
const NUMBER_TOKEN = /-?\d[\d.eE+-]*/y;
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
          const name = child.path.join('.');
          const same = byName.get(name);
          if (same) same.push(child);
          else byName.set(name, [child]);
        }
        if (inner > 0) visit(child);
      }
    };
    visit(this.#root);
    return [...byName].map(([name, keys]) => this.#column(name, keys));
  }

  #column(name: string, keys: readonly Key[]): JsonColumn {
    const kinds = keys.reduce((all, key) => all | key.kinds, 0);
    const type = typeOf(kinds, keys.find(({ texts }) => texts.any)?.texts);
    // A list of integers may end up as text.
    if (arrow.DataType.isUtf8(type) && (kinds & VECTOR) !== 0) this.exact = true;
    return { field: inferredField(name, type, oddOf(kinds, keys)), paths: keys.map(({ path }) => path) };
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
    let guess = parent.next;
    for (let before = parent; ;) {
      this.#space();
      let child: Key;
      if (guess && this.#text.startsWith(guess.token, this.#at)) {
        child = guess;
        this.#at += guess.token.length;
      } else child = this.#key(parent);
      if (child.row === this.#row) throw new RowFault(`${this.#noun} has the key "${child.path.join('.')}" twice`);
      child.row = this.#row;
      if (before === parent) parent.next = child;
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
    const kind = code === 123 ? this.#object(key, depth) : code === 91 ? this.#list(depth) : this.#scalar(key);
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
    this.#at++;
    NUMBERS.lastIndex = this.#at;
    if (NUMBERS.test(this.#text)) {
      const from = this.#at;
      this.#at = NUMBERS.lastIndex;
      for (let at = from; at < this.#at; at++) {
        const code = this.#text.charCodeAt(at);
        if (code > 32 && code !== 93) return VECTOR;
      }
      return EMPTY;
    }
    this.#skipElements(depth + 1);
    return LIST;
  }

  #scalar(key: Key): number {
    const code = this.#text.charCodeAt(this.#at);
    if (code === 116 || code === 102) {
      this.#match(WORD_TOKEN);
      return BOOLEAN;
    }
    NUMBER_TOKEN.lastIndex = this.#at;
    if (!NUMBER_TOKEN.test(this.#text)) {
      this.#match(WORD_TOKEN);
      return MISSING;
    }
    const token = this.#text.slice(this.#at, NUMBER_TOKEN.lastIndex);
    this.#at = NUMBER_TOKEN.lastIndex;
    if (token.length < 16) {
      if ((key.kinds & FLOAT) !== 0) return FLOAT;
      return Number.isInteger(Number(token)) ? INTEGER : FLOAT;
    }
    return this.#longNumber(token);
  }

  #longNumber(token: string): number {
    if (!/^-?\d+$/.test(token)) return Number.isSafeInteger(Number(token)) ? INTEGER : FLOAT;
    if (Number.isSafeInteger(Number(token))) return INTEGER;
    this.exact = true;
    const value = BigInt(token);
    // Beyond 64 bits it is no number that a column could hold.
    return BigInt.asIntN(64, value) === value ? INTEGER : LIST;
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
      NUMBER_TOKEN.lastIndex = this.#at;
      const token = this.#match(NUMBER_TOKEN.test(this.#text) ? NUMBER_TOKEN : WORD_TOKEN);
      if (token.length > 15) this.#longNumber(token);
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

/** True of text that is also met as `{"type": "text", "text": "..."}`, which reads as that text. */
const isMessage = ({ kinds, children }: Key): boolean =>
  (kinds & TEXT) !== 0 && children.size === 2 && children.has('type') && children.has('text');

const sizeOf = (key: Key): number => [...key.children.values()].reduce((sum, child) => sum + 1 + sizeOf(child), 0);

function typeOf(kinds: number, texts: TextLooks | undefined): DataType {
  const found = kinds & ~MISSING;
  if ((found & ~EMPTY) === 0) return new arrow.Null();
  const text = texts?.type();
  const rest = found & ~TEXT;
  if (rest === 0) return text!;
  const { isInt, isFloat, isBool, isList, isNull } = arrow.DataType;
  const textIs = (...types: ((type: DataType) => boolean)[]): boolean => !text || types.some((is) => is(text));
  if (rest === INTEGER && textIs(isInt)) return new arrow.Int64();
  if ((rest & ~(INTEGER | FLOAT)) === 0 && textIs(isInt, isFloat)) return new arrow.Float64();
  if (rest === BOOLEAN && textIs(isBool)) return new arrow.Bool();
  if ((rest & ~(VECTOR | EMPTY)) === 0 && textIs(isList, isNull) && ((rest & VECTOR) !== 0 || (text && isList(text))))
    return vectorType();
  return new arrow.Utf8();
}

/** Of text the first that is unlike the rest; of several kinds of values the first that is not of the first kind. */
function oddOf(kinds: number, keys: readonly Key[]): Shown | undefined {
  const text = keys.find(({ texts }) => texts.any)?.texts.odd();
  if (text) return text;
  const firsts = keys
    .flatMap(({ first }) => [...first].map(([kind, value]) => ({ kind, ...value })))
    .sort((a, b) => a.row - b.row);
  if ((kinds & ~(MISSING | INTEGER | FLOAT)) === 0) return firsts.find(({ kind }) => kind === FLOAT);
  return firsts.find(({ kind }) => kind !== firsts[0].kind) ?? firsts[0];
}
