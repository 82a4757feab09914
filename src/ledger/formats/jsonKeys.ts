import * as arrow from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import type { ReaderField } from '../reader.ts';
import { inferredField, TextLooks, vectorType, type Shown } from './text.ts';

/** What values of a column were met, as bits. */
export const MISSING = 1;
export const INTEGER = 2;
export const FLOAT = 4;
export const BOOLEAN = 8;
export const TEXT = 16;
export const VECTOR = 32;
export const LIST = 64;
export const EMPTY = 128;
export const OBJECT = 256;
export const KINDS = [INTEGER, FLOAT, BOOLEAN, VECTOR, LIST, OBJECT];

/** A key, within the keys that lead to it. */
export class Key {
  readonly children = new Map<string, Key>();
  kinds = 0;
  readonly texts = new TextLooks();
  /** First value of each kind. */
  readonly first = new Map<number, Shown>();
  /** Last row that it was met in. */
  row = -1;
  /** Taken whole, with too many keys of its own. */
  whole = false;
  /** The key beside it that followed it last, and the first within it: most rows have their keys in the same order. */
  next: Key | null = null;
  begin: Key | null = null;

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
  readonly isVector: boolean;
}

/** The column of keys that come to one name. */
export function columnOf(name: string, keys: readonly Key[]): JsonColumn {
  const type = typeOf(kindsOf(keys), keys.find(({ texts }) => texts.any)?.texts);
  return {
    field: inferredField(name, type, oddOf(keys)),
    paths: keys.map(({ path }) => path),
    isVector: arrow.DataType.isList(type),
  };
}

export const kindsOf = (keys: readonly Key[]): number => keys.reduce((all, { kinds }) => all | kinds, 0);

/** True of text that is also met as `{"type": "text", "text": "..."}`, which reads as that text. */
export const isMessage = ({ kinds, children }: Key): boolean =>
  (kinds & TEXT) !== 0 && children.size === 2 && children.has('type') && children.has('text');

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
function oddOf(keys: readonly Key[]): Shown | undefined {
  const text = keys.find(({ texts }) => texts.any)?.texts.odd();
  if (text) return text;
  const firsts = keys
    .flatMap(({ first }) => [...first].map(([kind, value]) => ({ kind, ...value })))
    .sort((a, b) => a.row - b.row);
  if ((kindsOf(keys) & ~(MISSING | INTEGER | FLOAT)) === 0) return firsts.find(({ kind }) => kind === FLOAT);
  return firsts.find(({ kind }) => kind !== firsts[0].kind) ?? firsts[0];
}
