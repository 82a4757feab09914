import { readSchema, type ArrowField } from './arrowSchema.ts';
import { FlatTable } from './flatbuffer.ts';

/**
 * The messages of Arrow IPC (Arrow columnar format, "Encapsulated message format") in a file whose every number may be
 * wrong: nothing is read or allocated beyond what the file has.
 */

const CHUNK_BYTES = 4 << 20;
export const FILE_MAGIC = 'ARROW1';
/** Where the messages of a file begin: behind the magic number, padded. */
const FILE_START = 8;
const CONTINUATION = -1;
/** Between two messages, and behind the last one, at most the end marker and padding. */
const GAP_BYTES = 72;
const BLOCK_WORDS = 3;
/** The first version of the metadata that is read: 1.0 writes 4 (V5), 0.8 wrote 3 (V4). */
const V4 = 3;

// Slots of Message.fbs and File.fbs.
const MESSAGE = { version: 0, kind: 1, header: 2, body: 3 } as const;
const FOOTER = { version: 0, schema: 1, dictionaries: 2, batches: 3 } as const;
const KINDS = [null, 'schema', 'dictionary', 'batch'] as const;

/** Bytes of a blob, of which some more are read at a time than are asked for. */
export class BlobWindow {
  readonly #blob: Blob;
  #from = 0;
  #bytes = new Uint8Array(0);

  constructor(blob: Blob) {
    this.#blob = blob;
  }
  get size(): number {
    return this.#blob.size;
  }
  /** How far it has been read. */
  get reached(): number {
    return this.#from + this.#bytes.length;
  }

  /** @throws RangeError where the blob ends before */
  async read(from: number, length: number): Promise<Uint8Array> {
    if (from + length > this.size) throw new RangeError('it ends too early');
    if (from < this.#from || from + length > this.reached) {
      const to = Math.min(this.size, from + Math.max(length, CHUNK_BYTES));
      this.#bytes = new Uint8Array(await this.#blob.slice(from, to).arrayBuffer());
      this.#from = from;
      if (this.#bytes.length < length) throw new RangeError('it ends too early');
    }
    return this.#bytes.subarray(from - this.#from, from - this.#from + length);
  }
}

export interface Message {
  readonly kind: 'schema' | 'dictionary' | 'batch';
  readonly header: FlatTable;
  /** Before V5 unions had a validity buffer. */
  readonly oldUnions: boolean;
  /** Where it ends in the file, with its body. */
  readonly end: number;
  body(): Promise<Uint8Array>;
}

/**
 * The message at a position; null for the marker of the end.
 * @param end where it must have ended
 */
export async function messageAt(window: BlobWindow, at: number, end: number): Promise<Message | null> {
  const room = (bytes: number, from: number): void => {
    if (bytes < 0 || from + bytes > end) throw new RangeError('it ends too early');
  };
  const word = async (from: number): Promise<number> => {
    room(4, from);
    const bytes = await window.read(from, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
  };
  const first = await word(at);
  // Before 0.15 a message began with its length.
  const prefix = first === CONTINUATION ? 8 : 4;
  const length = first === CONTINUATION ? await word(at + 4) : first;
  if (length === 0) return null;
  room(length, at + prefix);
  const message = FlatTable.root(await window.read(at + prefix, length));
  const version = message.int16(MESSAGE.version);
  if (version < V4 || version > V4 + 1) throw new RangeError(`a message of the unknown version ${version}`);
  const kind = KINDS[message.int8(MESSAGE.kind)];
  const header = message.table(MESSAGE.header);
  if (!kind || !header) throw new RangeError('a message of an unknown kind');
  const bodyAt = at + prefix + length;
  const bodyLength = message.int64(MESSAGE.body);
  room(bodyLength, bodyAt);
  return {
    kind,
    header,
    oldUnions: version === V4,
    end: bodyAt + bodyLength,
    body: () => window.read(bodyAt, bodyLength),
  };
}

/** Where a message is, and where it ends. */
export interface Block {
  readonly at: number;
  readonly end: number;
}
export interface FileFooter {
  readonly fields: readonly ArrowField[];
  readonly dictionaries: readonly Block[];
  readonly batches: readonly Block[];
}

/**
 * The footer of a file, whose messages must fill what is before it.
 * @throws RangeError where they do not, or where the schema before them is another
 */
export async function readFileFooter(window: BlobWindow): Promise<FileFooter> {
  const { size } = window;
  const trailer = 4 + FILE_MAGIC.length;
  const missing = (): RangeError => new RangeError('its end (the footer) is missing');
  if (size < FILE_START + trailer) throw missing();
  const tail = await window.read(size - trailer, trailer);
  if (String.fromCharCode(...tail.subarray(4)) !== FILE_MAGIC) throw missing();
  const length = new DataView(tail.buffer, tail.byteOffset, 4).getInt32(0, true);
  const at = size - trailer - length;
  if (length <= 0 || at < FILE_START) throw new RangeError(`it states a footer of ${length} bytes`);
  const footer = FlatTable.root(await window.read(at, length));
  const schema = footer.table(FOOTER.schema);
  if (!schema) throw new RangeError('its footer has no schema');
  const fields = readSchema(schema);
  const dictionaries = blocksOf(footer, FOOTER.dictionaries);
  const batches = blocksOf(footer, FOOTER.batches);
  const blocks = [...dictionaries, ...batches].sort((a, b) => a.at - b.at);
  const checkGap = (from: number, to: number): void => {
    if (to < from || to - from > GAP_BYTES) throw new RangeError('its footer does not list all that is in it');
  };
  const begin = blocks[0]?.at ?? at;
  blocks.forEach((block, i) => checkGap(block.end, blocks[i + 1]?.at ?? at));
  if (begin < FILE_START + GAP_BYTES) {
    // apache-arrow leaves the schema before the rows out.
    checkGap(FILE_START, begin);
    return { fields, dictionaries, batches };
  }
  const first = await firstSchema(window, begin);
  if (first.end !== null) checkGap(first.end, begin);
  if (JSON.stringify(readSchema(first.schema)) !== JSON.stringify(fields))
    throw new RangeError('its columns are stated twice, and not alike');
  return { fields, dictionaries, batches };
}

/** The schema at the beginning of a file, and where it ends if that is known. */
async function firstSchema(window: BlobWindow, end: number): Promise<{ schema: FlatTable; end: number | null }> {
  const framed = await messageAt(window, FILE_START, end).catch(() => null);
  if (framed?.kind === 'schema') return { schema: framed.header, end: framed.end };
  // Polars writes it without its length.
  const bare = FlatTable.root(await window.read(FILE_START, end - FILE_START));
  const schema = bare.table(MESSAGE.header);
  if (KINDS[bare.int8(MESSAGE.kind)] !== 'schema' || !schema) throw new RangeError('its first schema is damaged');
  return { schema, end: null };
}

function blocksOf(footer: FlatTable, slot: number): Block[] {
  // A block is a position, the length of the metadata (32 bits, padded) and that of the body.
  const words = footer.int64s(slot, BLOCK_WORDS);
  const blocks: Block[] = [];
  for (let i = 0; i < words.length; i += BLOCK_WORDS) {
    const [at, metadata, body] = words.slice(i, i + BLOCK_WORDS);
    const metadataLength = metadata & 0xffff_ffff;
    if (at < 0 || metadataLength <= 0 || body < 0) throw new RangeError('its footer states a message that cannot be');
    blocks.push({ at, end: at + metadataLength + body });
  }
  return blocks;
}
