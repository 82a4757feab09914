import { fileFailure, throwIfCancelled } from '../failures.ts';
import type { FormatReader, RawColumn } from '../reader.ts';
import type { NamedBlob } from '../types.ts';
import type { OpenFileOptions } from './format.ts';
import { JsonColumns } from './jsonColumns.ts';
import { jsonDocuments, NOUNS, type JsonChunk, type JsonForm } from './jsonDocuments.ts';
import { jsonText, mayLoseDigits, parseExact } from './jsonExact.ts';
import { layoutOf, parsed } from './jsonLayout.ts';
import { wrappingOf } from './jsonWrapped.ts';
import type { JsonColumn } from './jsonKeys.ts';
import { openShaped, Unread, type DocumentChunk } from './shapeReader.ts';
import { shapeOf } from '../shapes/list.ts';
import { rowReader, type RowColumns } from './rows.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Rows with faults of their own that are kept in memory. */
const MAX_FAULTS = 100_000;

/** Opens newline-delimited JSON, one object per event, or a JSON array of such objects. */
export async function openNdjson(
  file: NamedBlob,
  { signal, onFraction, events, pieceBytes }: OpenFileOptions & { pieceBytes?: number } = {},
): Promise<FormatReader> {
  const { path } = file;
  const { form, first: some } = await layoutOf(file, signal, pieceBytes);
  const inner = form === 'array' || shapeOf(some) ? null : wrappingOf(file, form, some);
  const shape = shapeOf(inner?.first ?? some);
  const documents = (stop?: AbortSignal): AsyncIterable<JsonChunk> =>
    inner ? inner.documents(stop) : jsonDocuments(file, form, stop, pieceBytes);
  if (shape) {
    return openShaped(
      { path, shape, documents: parsedDocuments(documents, inner ? 'array' : form) },
      {
        signal,
        onFraction,
        events,
      },
    );
  }
  const isArray = form === 'array';
  const noun = inner ? NOUNS.array : NOUNS[form];

  const found = new JsonColumns(noun);
  let rows = 0;
  let first: string | undefined;
  let isFirstCut = false;
  for await (const chunk of documents(signal)) {
    throwIfCancelled(signal, `reading ${path}`);
    isFirstCut ||= first === undefined && chunk.isCut && chunk.rows.length === 1;
    first ??= chunk.rows[0];
    for (const text of chunk.rows) found.add(text, rows++);
    if (found.tooMany)
      throw fileFailure(
        path,
        `its first ${rows.toLocaleString('en-US')} rows have more than 10,000 columns`,
        'Put keys that differ from row to row into an object of their own',
      );
    if (found.faults.size > MAX_FAULTS) {
      const [[row, fault]] = found.faults;
      throw fileFailure(
        path,
        `${MAX_FAULTS.toLocaleString('en-US')} rows cannot be used; row ${row + 1}: ${fault}`,
        'Mend what wrote it',
      );
    }
    onFraction?.(chunk.fraction);
  }
  throwIfCancelled(signal, `reading ${path}`);
  const columns = found.columns();
  const isExact = found.exact;

  function parse(text: string, isCut: boolean): JsonObject | string {
    let value: unknown;
    try {
      value = isExact && mayLoseDigits(text) ? parseExact(text) : (JSON.parse(text) as unknown);
    } catch {
      try {
        value = parseExact(text);
      } catch {
        if (!isCut) return `${noun} is not JSON`;
        return text.trim() === '' ? 'the file ends before its array does' : `the file ends in the middle of ${noun}`;
      }
    }
    return isObject(value) ? value : `${noun} is not a JSON object`;
  }

  if (found.objects === 0 && first !== undefined)
    throw noObject(path, isArray, found.faults.get(0) ?? parse(first, isFirstCut));

  const severalPaths = columns.filter(({ paths }) => paths.length > 1);
  function twiceIn(object: JsonObject): string | null {
    const twice = severalPaths.find(
      ({ paths }) => paths.filter((path) => within(object, path) !== undefined).length > 1,
    );
    return twice ? `${noun} has the key "${twice.field.name}" twice` : null;
  }

  function columnsOf(texts: readonly string[], start: number, at: readonly number[], chunk: JsonChunk): RowColumns {
    const faults = new Map<number, string>();
    const wanted = at.map((field) => columns[field]);
    const values = wanted.map(() => new Array<unknown>(texts.length).fill(null));
    const last = chunk.rows.at(-1);
    texts.forEach((text, i) => {
      const object = found.faults.get(start + i) ?? parse(text, chunk.isCut && text === last);
      const fault = typeof object === 'string' ? object : twiceIn(object);
      if (fault !== null) faults.set(i, fault);
      else wanted.forEach((column, c) => (values[c][i] = valueOf(object as JsonObject, column, isExact)));
    });
    return { columns: values as RawColumn[], faults };
  }
  const reader = rowReader<string, JsonChunk>({
    path,
    fields: columns.map(({ field }) => field),
    rows: documents,
    columns: columnsOf,
  });
  return inner ? { ...reader, notes: [inner.note] } : reader;
}

/** The documents of a file, parsed. */
const parsedDocuments = (texts: (signal?: AbortSignal) => AsyncIterable<JsonChunk>, form: JsonForm) =>
  async function* (signal?: AbortSignal): AsyncIterable<DocumentChunk> {
    for await (const { rows, isCut, fraction } of texts(signal)) {
      const last = rows.length - 1;
      const documents = rows.map((text, i): unknown => {
        const value = parsed(text);
        if (value !== undefined) return value;
        return new Unread(
          isCut && i === last ? `the file ends in the middle of ${NOUNS[form]}` : `${NOUNS[form]} is not JSON`,
        );
      });
      yield { documents, fraction };
    }
  };

/** @param fault of the first value of a file that holds no object */
function noObject(path: string, isArray: boolean, fault: unknown): Error {
  const isElement = String(fault).endsWith('is not a JSON object');
  if (isArray)
    return fileFailure(
      path,
      isElement ? 'the elements of its array are not JSON objects' : 'it starts like a JSON array but is not JSON',
      'Write one JSON object a line, or a whole JSON array',
    );
  return fileFailure(path, `${String(fault)} (row 1)`, 'Write one JSON object a line');
}

const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The value of a column in a row; null if it is missing. */
function valueOf(object: JsonObject, column: JsonColumn, isExact: boolean): unknown {
  let value: unknown;
  for (const path of column.paths) value ??= within(object, path);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  // Coordinates are floats, whatever their digits.
  if (column.isVector && Array.isArray(value)) return isExact ? value.map(plainNumber) : value;
  return textOfMessage(value) ?? jsonText(value);
}

const plainNumber = (value: unknown): unknown =>
  typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value;

function within(object: JsonObject, path: readonly string[]): unknown {
  let value: unknown = object;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** The text of `{"type": "text", "text": "..."}`, as messages have it; null of any other object. */
function textOfMessage(value: object): string | null {
  const { type, text } = value as { type?: unknown; text?: unknown };
  return type === 'text' && typeof text === 'string' && Object.keys(value).length === 2 ? text : null;
}
