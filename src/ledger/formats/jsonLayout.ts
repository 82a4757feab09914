import type { NamedBlob } from '../types.ts';
import { jsonDocuments, type JsonChunk, type JsonForm } from './jsonDocuments.ts';
import { endOfString, parseExact } from './jsonExact.ts';
import { textOf } from './format.ts';
import { decodeText } from './text.ts';

/** How the documents of a JSON file lie in it, and the first of them. */
export interface JsonLayout {
  readonly form: JsonForm;
  readonly first: readonly unknown[];
}

/** Documents that are looked at to tell what a file is. */
const LOOKED_AT = 50;
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

/** The list that a document is wrapped around, as its own text; null if it holds none of objects, or several. */
function wrappedList(text: string): string | null {
  const lists: string[] = [];
  let [depth, from] = [0, -1];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      at = endOfString(text, at + 1);
      if (at < 0) return null;
    } else if (code === 123 || code === 91) {
      depth++;
      if (depth === 2) from = code === 91 ? at : -1;
    } else if (code === 125 || code === 93) {
      if (depth === 2 && from >= 0 && /^\[\s*\{/.test(text.slice(from, from + 64)))
        lists.push(text.slice(from, at + 1));
      depth--;
    }
  }
  return lists.length === 1 ? lists[0] : null;
}

/** The elements of the one list that each document holds. */
export async function* elementsOf(
  file: NamedBlob,
  signal?: AbortSignal,
  pieceBytes?: number,
): AsyncIterable<JsonChunk> {
  for await (const chunk of jsonDocuments(file, 'documents', signal, pieceBytes)) {
    for (const row of chunk.rows) {
      const list = wrappedList(row);
      if (list === null) {
        yield { ...chunk, rows: [row] };
        continue;
      }
      const inner = { path: file.path, blob: new Blob([list]) };
      for await (const { rows } of jsonDocuments(inner, 'array', signal, pieceBytes)) yield { ...chunk, rows };
    }
    yield { ...chunk, rows: [] };
  }
}

/** What an event has beside a list, such as one of tool calls. */
const EVENT_KEYS = ['event_id', 'agent_id', 'provider_id', 'text', 'content', 'embedding'];

/** The list of objects that a file's one document is wrapped around; null if it is an event itself, or none. */
export function wrapped(documents: readonly unknown[]): readonly unknown[] | null {
  const [document, ...others] = documents;
  if (others.length > 0 || document === null || typeof document !== 'object') return null;
  if (EVENT_KEYS.some((key) => key in document)) return null;
  const lists = Object.values(document).filter(
    (value) => Array.isArray(value) && value.length > 0 && typeof value[0] === 'object' && value[0] !== null,
  ) as unknown[][];
  return lists.length === 1 && !Array.isArray(lists[0][0]) ? lists[0].slice(0, LOOKED_AT) : null;
}
