import * as arrow from 'apache-arrow';
import { fileFailure, messageOf, throwIfCancelled } from '../failures.ts';
import type { FormatReader, RawBatch, ReadOptions } from '../reader.ts';
import type { NamedBlob } from '../types.ts';
import { BlobWindow, FILE_MAGIC, messageAt, readFileFooter, type Block, type Message } from './arrowMessages.ts';
import { readSchema, type ArrowField } from './arrowSchema.ts';
import { readBatch, type Batch } from './arrowValidation.ts';

// Slots of a DictionaryBatch in Message.fbs.
const DICTIONARY = { id: 0, data: 1, delta: 2 } as const;

/** What is known of a file before its rows are read. */
interface Opened {
  readonly fields: readonly ArrowField[];
  /** Where the message behind the schema is. */
  readonly next: number;
  /** Where each message is; null in a stream, which does not say so. */
  readonly blocks: { readonly dictionaries: readonly Block[]; readonly batches: readonly Block[] } | null;
}

/** Opens Arrow IPC, file ("Feather") or stream. */
export async function openArrow({ path, blob }: NamedBlob): Promise<FormatReader> {
  const opened = await openSchema(blob).catch((thrown: unknown) => {
    throw arrowFailure(path, thrown);
  });
  const { fields } = opened;
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw duplicateFailure(path, twice);

  async function* read(options: ReadOptions): AsyncIterable<RawBatch> {
    const indices = options.columns.map((name) => fields.findIndex((field) => field.name === name));
    const window = new BlobWindow(blob);
    let first = 0;
    try {
      for await (const batch of batchesOf(window, opened, new Set(indices))) {
        throwIfCancelled(options.signal, `reading ${path}`);
        const columns = indices.map((i) => batch.columns[i]!);
        for (let from = 0; from < batch.rows; from += options.batchRows) {
          const rows = Math.min(options.batchRows, batch.rows - from);
          const whole = rows === batch.rows;
          if (!options.skip?.(first, rows))
            yield { first, rows, columns: whole ? columns : columns.map((data) => data.slice(from, rows)) };
          first += rows;
        }
        options.onFraction?.(window.reached / blob.size);
      }
    } catch (thrown) {
      throw arrowFailure(path, thrown);
    }
  }
  return {
    rows: null,
    read,
    fields: fields.map(({ name, type, typeName }) => ({ name, type, typeName, inferred: false })),
  };
}

const duplicateFailure = (path: string, name: string): Error =>
  fileFailure(
    path,
    `two columns are named "${name.slice(0, 80)}"`,
    'Rename one of them: a column is known by its name',
  );

async function openSchema(blob: Blob): Promise<Opened> {
  const window = new BlobWindow(blob);
  if ((await blob.slice(0, FILE_MAGIC.length).text()) === FILE_MAGIC) {
    const footer = await readFileFooter(window);
    return { fields: footer.fields, next: 0, blocks: footer };
  }
  const first = await messageAt(window, 0, blob.size);
  if (first?.kind !== 'schema') throw new RangeError('it does not begin with a schema');
  return { fields: readSchema(first.header), next: first.end, blocks: null };
}

async function* batchesOf(window: BlobWindow, opened: Opened, wanted: ReadonlySet<number>): AsyncIterable<Batch> {
  const dictionaries = new Map<number, arrow.Vector>();
  for await (const message of opened.blocks ? listed(window, opened.blocks) : streamed(window, opened.next)) {
    const body = await message.body();
    if (message.kind === 'batch') {
      const { header, oldUnions } = message;
      yield readBatch(header, body, opened.fields, dictionaries, oldUnions, (i) => wanted.has(i));
    } else addDictionary(dictionaries, message, body, opened);
  }
}

/** The messages that a file's footer lists: dictionaries first, wherever they are. */
async function* listed(window: BlobWindow, blocks: NonNullable<Opened['blocks']>): AsyncIterable<Message> {
  for (const kind of ['dictionary', 'batch'] as const)
    for (const block of kind === 'batch' ? blocks.batches : blocks.dictionaries) {
      // Some writers count the metadata without the 8 bytes before it.
      const message = await messageAt(window, block.at, Math.min(block.end + 8, window.size));
      if (message?.kind !== kind) throw new RangeError('a message is not where it should be');
      yield message;
    }
}

/** The messages of a stream behind its schema. */
async function* streamed(window: BlobWindow, from: number): AsyncIterable<Message> {
  const { size } = window;
  for (let at = from; at < size;) {
    const message = await messageAt(window, at, size);
    if (message === null) {
      const rest = size - at - 8;
      if (rest > 0) throw new RangeError(`${rest.toLocaleString('en-US')} bytes follow its end`);
      return;
    }
    if (message.kind === 'schema') throw new RangeError('it has a second schema');
    yield message;
    at = message.end;
  }
}

function addDictionary(
  dictionaries: Map<number, arrow.Vector>,
  message: Message,
  body: Uint8Array,
  { fields, blocks }: Opened,
): void {
  const { header, oldUnions } = message;
  const id = header.int64(DICTIONARY.id);
  const field = dictionaryField(fields, id);
  const data = header.table(DICTIONARY.data);
  if (!field || !data) throw new RangeError(`no column has the dictionary ${id}`);
  const values = {
    ...field,
    dictionary: null,
    type: field.type && ((field.type as arrow.Dictionary).dictionary as arrow.DataType),
  };
  const [column] = readBatch(data, body, [values], dictionaries, oldUnions).columns;
  const known = dictionaries.get(id);
  if (known && blocks && header.int8(DICTIONARY.delta) === 0) throw new RangeError(`dictionary ${id} is there twice`);
  if (!column) return;
  const vector = new arrow.Vector([column]);
  dictionaries.set(id, known && header.int8(DICTIONARY.delta) !== 0 ? known.concat(vector) : vector);
}

/** The field, of whatever depth, whose values are in a dictionary. */
function dictionaryField(fields: readonly ArrowField[], id: number): ArrowField | undefined {
  for (const field of fields) {
    const found = field.dictionary?.id === id ? field : dictionaryField(field.children, id);
    if (found) return found;
  }
  return undefined;
}

function arrowFailure(path: string, thrown: unknown): Error {
  if (thrown instanceof Error && thrown.name === 'TautlineFailure') return thrown;
  // What the engine says of reading past an end speaks of its own buffers.
  const isPastEnd = thrown instanceof RangeError && /\b(?:DataView|bounds|typed array)\b/.test(thrown.message);
  const why = isPastEnd ? 'it refers to bytes that it does not have' : messageOf(thrown).slice(0, 300);
  return fileFailure(path, `the Arrow file is truncated or damaged (${why})`, 'Write or download it again');
}
