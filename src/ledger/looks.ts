import type { DataType } from 'apache-arrow';
import { decodeStrings, isData, toStrings } from './cast.ts';
import { TextLooks, vectorType } from './formats/text.ts';
import type { RawColumn } from './reader.ts';
import { looksLikeBase64Vector } from './vectors.ts';

/** The type that the first texts of a column look like. */
export function looksOf(column: RawColumn, most: number): DataType {
  const end = Math.min(column.length, most);
  const texts = decodeStrings(toStrings(isData(column) ? column.slice(0, end) : column.slice(0, end)));
  const there = texts.filter((text) => text !== null);
  if (there.length > 0 && there.every(looksLikeBase64Vector)) return vectorType();
  const looks = new TextLooks();
  there.forEach((text, row) => looks.add(text, row));
  return looks.type();
}
