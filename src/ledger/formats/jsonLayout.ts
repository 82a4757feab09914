import type { NamedBlob } from '../types.ts';
import { jsonDocuments, type JsonForm } from './jsonDocuments.ts';
import { parseExact } from './jsonExact.ts';
import { textOf } from './format.ts';
import { decodeText } from './text.ts';

/** How the documents of a JSON file lie in it, and the first of them. */
export interface JsonLayout {
  readonly form: JsonForm;
  readonly first: readonly unknown[];
}

/** Documents that are looked at to tell what a file is. */
export const LOOKED_AT = 50;
/** A line that begins a document of several lines. */
const OPENS = /[{[,]\s*$/;

/** Looked at in pieces that are as small as most documents are. */
const PEEK_BYTES = 256 << 10;
const PEEKED_BYTES = 1 << 20;

/** Tells lines, an array, and documents over several lines apart. */
export async function layoutOf(file: NamedBlob, signal?: AbortSignal, pieceBytes?: number): Promise<JsonLayout> {
  const head = textOf(new Uint8Array(await file.blob.slice(0, 64).arrayBuffer()));
  const form = head.startsWith('[') ? 'array' : await formOf(file, signal, pieceBytes ?? PEEK_BYTES);
  if (pieceBytes !== undefined || file.blob.size <= PEEKED_BYTES)
    return { form, first: await firstOf(file, form, signal, pieceBytes) };
  const some = await firstOf(file, form, signal, PEEK_BYTES, PEEKED_BYTES / file.blob.size);
  return { form, first: some.length > 0 ? some : await firstOf(file, form, signal) };
}

async function formOf(file: NamedBlob, signal?: AbortSignal, pieceBytes?: number): Promise<JsonForm> {
  for await (const { text } of decodeText(file, signal, pieceBytes)) {
    const line = text.trimStart().split(/\r\n|\n|\r/, 1)[0];
    if (parsed(line) !== undefined) return 'lines';
    // A line that is cut off, or damaged, is no sign of another form.
    return OPENS.test(line) || /\}\s*\{/.test(line) ? 'documents' : 'lines';
  }
  return 'lines';
}

/** The value of a text; undefined if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return parseExact(text);
    } catch {
      return undefined;
    }
  }
}

/** @param until the fraction of the file after which nothing more is read */
async function firstOf(
  file: NamedBlob,
  form: JsonForm,
  signal?: AbortSignal,
  pieceBytes?: number,
  until = 1,
): Promise<unknown[]> {
  const first: unknown[] = [];
  for await (const { rows, fraction } of jsonDocuments(file, form, signal, pieceBytes)) {
    for (const row of rows.slice(0, LOOKED_AT - first.length)) {
      const value = parsed(row);
      if (value !== undefined) first.push(value);
    }
    if (first.length >= LOOKED_AT || fraction >= until) break;
  }
  return first;
}
