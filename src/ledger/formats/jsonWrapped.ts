import { LEDGER_SCHEMA, type LedgerColumnName } from '../../core/ledgerSchema.ts';
import { fileFailure, throwIfCancelled } from '../failures.ts';
import { shapeOf } from '../shapes/list.ts';
import type { NamedBlob } from '../types.ts';
import { elementsOf, jsonDocuments, type JsonChunk, type JsonForm } from './jsonDocuments.ts';
import { endOfString, jsonText, mayLoseDigits, parseExact } from './jsonExact.ts';
import { LOOKED_AT } from './jsonLayout.ts';

/** Rows that lie within the documents of a file: the elements of a list, or a table by its columns. */
export interface Wrapping {
  /** The first rows. */
  readonly first: readonly unknown[];
  readonly note: string;
  documents(signal?: AbortSignal): AsyncIterable<JsonChunk>;
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isListOfObjects = (value: unknown): value is readonly unknown[] => Array.isArray(value) && isObject(value[0]);

/** What an event has beside a list, such as one of tool calls. */
const EVENT_KEYS = ['event_id', 'agent_id', 'provider_id', 'text', 'content', 'embedding'];

const namesOf = (columns: readonly LedgerColumnName[]): ReadonlySet<string> =>
  new Set(columns.flatMap((column) => [column, ...LEDGER_SCHEMA[column].aliases]));
const SPEAKERS = namesOf(['provider_id', 'agent_id', 'role']);
const SAID = namesOf(['text', 'embedding']);

/** True if keys name who speaks, and what. */
function areOfEvent(keys: readonly string[]): boolean {
  const folded = keys.map((key) => key.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase());
  return folded.some((key) => SPEAKERS.has(key)) && folded.some((key) => SAID.has(key));
}

type Path = readonly string[];
const nameOf = (path: Path): string => path.join('.');

/** How deep a list may lie in a document. */
const DEEPEST = 5;

/** Where lists of objects lie in a document, not within other lists. */
function listsIn(value: unknown, path: Path = []): Path[] {
  if (isListOfObjects(value)) return [path];
  if (!isObject(value) || path.length === DEEPEST) return [];
  return Object.entries(value).flatMap(([key, inner]) => listsIn(inner, [...path, key]));
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value);

/** Keys of an object and of those within it. */
const keysOf = (object: JsonObject): string[] =>
  Object.entries(object).flatMap(([key, value]) => [key, ...(isObject(value) ? Object.keys(value) : [])]);

const holdsEvents = (list: unknown): boolean =>
  isListOfObjects(list) && (areOfEvent(keysOf(list[0] as JsonObject)) || shapeOf(list.slice(0, 5)) !== null);

/** The rows within the documents of a file; null where these are rows themselves. */
export function wrappingOf(file: NamedBlob, form: JsonForm, documents: readonly unknown[]): Wrapping | null {
  const objects = documents.filter(isObject);
  if (objects.length === 0 || objects.some((object) => EVENT_KEYS.some((key) => isPlain(object[key])))) return null;
  const table = objects.length === 1 && documents.length === 1 ? tableOf(objects[0]) : null;
  if (table)
    return {
      first: table.slice(0, LOOKED_AT),
      note: 'The file is one object of columns or of named rows, as pandas writes tables: its rows are read.',
      documents: tableRows(file, form),
    };
  const path = listOf(file, objects);
  if (path === null) return null;
  const beside = besideOf(objects[0], path);
  const others = beside.slice(0, 5).map((name) => `"${name}"`);
  return {
    first: objects.flatMap((object) => (at(object, path) ?? []) as unknown[]).slice(0, LOOKED_AT),
    note:
      `Events are read from the list "${nameOf(path)}"` +
      (others.length === 0
        ? '.'
        : `; what stands beside it is not: ${others.join(', ')}${beside.length > 5 ? ', ...' : ''}.`),
    documents: (signal) => elementsAt(file, form, path, signal),
  };
}

const isPlain = (value: unknown): boolean => value !== undefined && (typeof value !== 'object' || value === null);

/** Where the one list lies that holds the events of every document; null where the documents hold none. */
function listOf(file: NamedBlob, objects: readonly JsonObject[]): Path | null {
  const paths = listsIn(objects.find((object) => listsIn(object).length > 0));
  if (paths.length === 0) return null;
  const ofEvents = paths.filter((path) => objects.some((object) => holdsEvents(at(object, path))));
  if (objects.length > 1) {
    // Rows that have lists are rows.
    const [path, ...more] = ofEvents;
    const isThroughout = objects.every((object) => Array.isArray(at(object, path ?? [])));
    return path && more.length === 0 && isThroughout && !areOfEvent(Object.keys(objects[0])) ? path : null;
  }
  if (ofEvents.length === 1 || (paths.length === 1 && paths[0].length === 1)) return ofEvents[0] ?? paths[0];
  if (areOfEvent(Object.keys(objects[0]))) return null;
  if (paths.length === 1) return paths[0];
  const named = (ofEvents.length > 0 ? ofEvents : paths).map((path) => `"${nameOf(path)}"`);
  throw fileFailure(
    file.path,
    `it holds ${named.length} lists of objects (${named.slice(0, 5).join(', ')}${named.length > 5 ? ', ...' : ''}), ` +
      'and nothing tells which of them holds the events',
    'Write the list of events to a file of its own',
  );
}

/** What lies beside a list in a document. */
function besideOf(object: JsonObject, path: Path): string[] {
  return path.flatMap((key, depth) => {
    const parent = at(object, path.slice(0, depth)) as JsonObject;
    return Object.keys(parent).flatMap((name) => (name === key ? [] : [nameOf([...path.slice(0, depth), name])]));
  });
}

const skipBlanks = (text: string, from: number): number => {
  let place = from;
  while (text.charCodeAt(place) <= 32) place++;
  return place;
};

/** Where a value ends that begins at a place; the end of a text that is cut off. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let place = from; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code === 34) {
      const end = endOfString(text, place + 1);
      if (end < 0) return text.length;
      place = end;
    } else if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) {
      if (depth === 0) return place;
      depth--;
    } else if (code !== 44 || depth > 0) continue;
    else return place;
    if (depth === 0) return place + 1;
  }
  return text.length;
}

/** The text of the value at a path of a document; null if there is none. */
function textAt(text: string, path: Path): string | null {
  let place = skipBlanks(text, 0);
  for (const wanted of path) {
    if (text[place] !== '{') return null;
    let found = false;
    for (place = skipBlanks(text, place + 1); text[place] === '"';) {
      const end = endOfString(text, place + 1);
      if (end < 0) return null;
      const key = JSON.parse(text.slice(place, end + 1)) as string;
      place = skipBlanks(text, skipBlanks(text, end + 1) + 1);
      if ((found = key === wanted)) break;
      place = skipBlanks(text, endOfValue(text, place));
      if (text[place] === ',') place = skipBlanks(text, place + 1);
    }
    if (!found) return null;
  }
  return text.slice(place, endOfValue(text, place));
}

async function* elementsAt(
  file: NamedBlob,
  form: JsonForm,
  path: Path,
  signal: AbortSignal | undefined,
): AsyncIterable<JsonChunk> {
  for await (const chunk of jsonDocuments(file, form, signal)) {
    const rows: string[] = [];
    let isCut = false;
    for (const text of chunk.rows) {
      const list = textAt(text, path);
      const cut = list?.startsWith('[') ? elementsOf(file.path, list) : { rows: [text], isCut: false };
      rows.push(...cut.rows);
      isCut = cut.isCut;
    }
    yield { ...chunk, rows, isCut };
  }
}

/** The rows of a table that is written as one object, as pandas does unless told otherwise; null if it is none. */
function tableOf(object: JsonObject): readonly JsonObject[] | null {
  const { columns, data } = object;
  if (Array.isArray(columns) && Array.isArray(data) && areOfEvent(columns.map(String)) && data.every(Array.isArray))
    return data.map((row) => Object.fromEntries(columns.map((name, i) => [String(name), (row as unknown[])[i]])));
  const values = Object.values(object);
  if (values.length < 2) return null;
  if (values.every(isObject) && values.every((row) => areOfEvent(Object.keys(row)))) return values;
  if (!areOfEvent(Object.keys(object)) || !values.every((value) => typeof value === 'object' && value !== null))
    return null;
  const keys = Object.keys(values[0]);
  if (!values.every((value) => Object.keys(value).join() === keys.join())) return null;
  return keys.map((key) =>
    Object.fromEntries(Object.entries(object).map(([name, column]) => [name, (column as JsonObject)[key]])),
  );
}

/** The rows of a table, which are kept: a document is not larger than memory has room for. */
function tableRows(file: NamedBlob, form: JsonForm): Wrapping['documents'] {
  let kept: readonly JsonChunk[] | null = null;
  return async function* (signal) {
    if (kept === null) {
      const found: JsonChunk[] = [];
      for await (const chunk of jsonDocuments(file, form, signal)) {
        const rows = chunk.rows.flatMap((text) => tableOf(parsed(text) as JsonObject)?.map(jsonText) ?? []);
        found.push({ ...chunk, rows });
      }
      throwIfCancelled(signal, `reading ${file.path}`);
      kept = found;
    }
    yield* kept;
  };
}

function parsed(text: string): unknown {
  try {
    return mayLoseDigits(text) ? parseExact(text) : JSON.parse(text);
  } catch {
    return parseExact(text);
  }
}
