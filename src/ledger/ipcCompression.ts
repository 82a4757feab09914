import { decompress as inflateZstd } from 'fzstd';
import { inflateLz4Frame } from './formats/lz4.ts';

/** Compression of the buffers of record batches (Arrow columnar format, "Buffer compression"). */
export type IpcCodec = 'lz4' | 'zstd';

const CONTINUATION = 0xffffffff;
const DICTIONARY_BATCH = 2;
const RECORD_BATCH = 3;
const CODECS: readonly IpcCodec[] = ['lz4', 'zstd'];

/** A message of the stream: its metadata (a flatbuffer) and what it says of its body. */
interface Message {
  readonly metadata: DataView;
  readonly bodyLength: number;
  /** Of a record or dictionary batch: the position of its table in the metadata. */
  readonly batch: number | null;
}

/** Codec of the first batch of an Arrow IPC stream; null where it is not compressed, or has none. */
export async function codecOf(stream: AsyncIterable<Uint8Array>): Promise<IpcCodec | null> {
  const bytes = new ByteReader(stream);
  for (let message = await nextMessage(bytes); message; message = await nextMessage(bytes)) {
    if (message.batch !== null) return codecAt(message.metadata, message.batch);
    await bytes.take(message.bodyLength);
  }
  return null;
}

/**
 * The same Arrow IPC stream without compression, a message at a time.
 * @throws RangeError or Error where the stream ends within a message or a buffer does not decompress to the length it
 * states
 */
export async function* inflateIpc(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const bytes = new ByteReader(stream);
  for (let message = await nextMessage(bytes); message; message = await nextMessage(bytes)) {
    const body = await bytes.take(message.bodyLength);
    const codec = message.batch === null ? null : codecAt(message.metadata, message.batch);
    const plain = codec === null ? body : inflateBody(message, codec, body);
    const head = new DataView(new ArrayBuffer(8));
    head.setUint32(0, CONTINUATION, true);
    head.setInt32(4, message.metadata.byteLength, true);
    yield new Uint8Array(head.buffer);
    yield new Uint8Array(message.metadata.buffer);
    if (plain.length > 0) yield plain;
  }
}

/** Null at the end-of-stream marker, or where the stream ends. */
async function nextMessage(bytes: ByteReader): Promise<Message | null> {
  if (await bytes.atEnd()) return null;
  let length = view(await bytes.take(4)).getUint32(0, true);
  if (length === CONTINUATION) length = view(await bytes.take(4)).getUint32(0, true);
  if (length === 0) return null;
  const metadata = view((await bytes.take(length)).slice());
  const root = metadata.getUint32(0, true);
  const bodyAt = field(metadata, root, 3);
  const type = field(metadata, root, 1);
  const kind = type === null ? 0 : metadata.getUint8(type);
  const header = target(metadata, root, 2);
  const batch =
    header === null
      ? null
      : kind === RECORD_BATCH
        ? header
        : kind === DICTIONARY_BATCH
          ? target(metadata, header, 1)
          : null;
  return { metadata, batch, bodyLength: bodyAt === null ? 0 : Number(metadata.getBigInt64(bodyAt, true)) };
}

function codecAt(metadata: DataView, batch: number): IpcCodec | null {
  const compression = target(metadata, batch, 3);
  if (compression === null) return null;
  const at = field(metadata, compression, 0);
  const code = at === null ? 0 : metadata.getInt8(at);
  const codec = CODECS[code];
  if (!codec) throw new Error(`codec ${code} is not known`);
  return codec;
}

/**
 * Inflates every buffer of a batch and rewrites its metadata in place: offsets and lengths of the buffers, length of
 * the body, no compression.
 */
function inflateBody({ metadata, batch }: Message, codec: IpcCodec, body: Uint8Array): Uint8Array {
  const vector = target(metadata, batch!, 2);
  const count = vector === null ? 0 : metadata.getUint32(vector, true);
  const parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let end = 0;
  for (let b = 0; b < count; b++) {
    const entry = vector! + 4 + 16 * b;
    const offset = Number(metadata.getBigInt64(entry, true));
    const length = Number(metadata.getBigInt64(entry + 8, true));
    if (offset < 0 || length < 0 || offset + length > body.length)
      throw new RangeError(`buffer ${b} lies outside its batch`);
    const bytes = inflateBuffer(body.subarray(offset, offset + length), codec);
    metadata.setBigInt64(entry, BigInt(end), true);
    metadata.setBigInt64(entry + 8, BigInt(bytes.length), true);
    parts.push({ at: end, bytes });
    end += (bytes.length + 7) & ~7;
  }
  const plain = new Uint8Array(end);
  for (const { at, bytes } of parts) plain.set(bytes, at);
  metadata.setBigInt64(field(metadata, metadata.getUint32(0, true), 3)!, BigInt(end), true);
  metadata.setUint16(slot(metadata, batch!, 3), 0, true);
  return plain;
}

/** A buffer begins with its inflated length, i64; -1 says that it is not compressed after all. */
function inflateBuffer(buffer: Uint8Array, codec: IpcCodec): Uint8Array {
  if (buffer.length === 0) return buffer;
  const length = Number(view(buffer).getBigInt64(0, true));
  const content = buffer.subarray(8);
  if (length === -1) return content;
  const inflated = codec === 'lz4' ? inflateLz4Frame(content, length) : inflateZstd(content, new Uint8Array(length));
  if (inflated.length !== length) throw new RangeError(`a buffer of ${length} bytes inflated to ${inflated.length}`);
  return inflated;
}

/** Position of field `index` in the vtable of the flatbuffer table at `table`. */
const slot = (data: DataView, table: number, index: number): number =>
  table - data.getInt32(table, true) + 4 + 2 * index;

/** Position of a field's value; null where it has its default. */
function field(data: DataView, table: number, index: number): number | null {
  const at = slot(data, table, index);
  const vtable = table - data.getInt32(table, true);
  const offset = at < vtable + data.getUint16(vtable, true) ? data.getUint16(at, true) : 0;
  return offset === 0 ? null : table + offset;
}

/** Position of the table or vector that a field refers to. */
function target(data: DataView, table: number, index: number): number | null {
  const at = field(data, table, index);
  return at === null ? null : at + data.getUint32(at, true);
}

const view = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView => new DataView(buffer, byteOffset, byteLength);

/** Takes exact counts of bytes from chunks of any size. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held = new Uint8Array(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async atEnd(): Promise<boolean> {
    while (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#held = new Uint8Array(next.value);
    }
    return false;
  }

  async take(count: number): Promise<Uint8Array> {
    if (this.#held.length < count) {
      const parts = [this.#held];
      let have = this.#held.length;
      while (have < count) {
        const next = await this.#chunks.next();
        if (next.done) throw new RangeError(`the stream ends ${count - have} bytes early`);
        parts.push(new Uint8Array(next.value));
        have += next.value.length;
      }
      this.#held = new Uint8Array(have);
      let at = 0;
      for (const part of parts) {
        this.#held.set(part, at);
        at += part.length;
      }
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }
}
