/** Where vectors are kept: some small files in one folder, each written once. */
export interface VectorFiles {
  list(): Promise<readonly { readonly name: string; readonly bytes: number }[]>;
  read(name: string, from: number, to: number): Promise<Uint8Array>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
}

const MAGIC = 0x31564c54;
const HEADER_BYTES = 16;
const KEY_UNITS = 8;
const KEY_BYTES = 2 * KEY_UNITS;
/** Vectors that wait to be written, and how long they may, ms. */
const MOST_WAITING = 4096;
const LONGEST_WAIT = 10_000;
/** Bytes of vectors that are held to be read again. */
const HELD_BYTES = 64 << 20;

interface Chunk {
  readonly name: string;
  readonly count: number;
  /** Null: they are read again. */
  vectors: Float32Array | null;
}

interface Place {
  readonly chunk: Chunk;
  readonly at: number;
  readonly tokens: number;
}

/**
 * Vectors of texts by the texts' keys, kept as they come: what ends early goes on where it stood. A file has a header
 * (magic, dimension, count), keys of 16 bytes, the texts' tokens and the vectors.
 */
export class VectorStore {
  readonly dimension: number;
  readonly #files: VectorFiles;
  readonly #places = new Map<string, Place>();
  /** Chunks that are held, the longest unused first. */
  readonly #held = new Set<Chunk>();
  #waiting: { key: string; tokens: number; vector: Float32Array }[] = [];
  #since = 0;
  #writing: Promise<void> = Promise.resolve();
  #next = 0;

  private constructor(files: VectorFiles, dimension: number) {
    this.#files = files;
    this.dimension = dimension;
  }

  /** Reads what there is; a file that was not written to its end is removed. */
  static async open(files: VectorFiles, dimension: number): Promise<VectorStore> {
    const store = new VectorStore(files, dimension);
    for (const { name, bytes } of await files.list()) {
      if (!(await store.#take(name, bytes))) await files.remove(name);
    }
    return store;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  get size(): number {
    return this.#places.size;
  }

  /** Tokens of a text that is kept. */
  tokensOf(key: string): number {
    return this.#places.get(key)!.tokens;
  }

  /** Keeps a vector; it is written with others. */
  async add(key: string, tokens: number, vector: Float32Array): Promise<void> {
    if (this.#places.has(key)) return;
    if (this.#waiting.length === 0) this.#since = performance.now();
    this.#waiting.push({ key, tokens, vector });
    if (this.#waiting.length >= MOST_WAITING || performance.now() - this.#since > LONGEST_WAIT) await this.flush();
  }

  /** Writes what waits. */
  flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) this.#writing = this.#writing.then(() => this.#write(waiting));
    return this.#writing;
  }

  /** Vectors of texts, one after the other; all of them must have been written. */
  async read(keys: readonly string[], out: Float32Array): Promise<void> {
    for (const [i, key] of keys.entries()) {
      const { chunk, at } = this.#places.get(key)!;
      const vectors = await this.#vectorsOf(chunk);
      out.set(vectors.subarray(at * this.dimension, (at + 1) * this.dimension), i * this.dimension);
    }
  }

  async #write(waiting: readonly { key: string; tokens: number; vector: Float32Array }[]): Promise<void> {
    const count = waiting.length;
    const vectors = new Float32Array(count * this.dimension);
    const bytes = new Uint8Array(HEADER_BYTES + count * (KEY_BYTES + 4 + 4 * this.dimension));
    new Uint32Array(bytes.buffer, 0, 4).set([MAGIC, this.dimension, count, 0]);
    const keys = new Uint16Array(bytes.buffer, HEADER_BYTES, count * KEY_UNITS);
    const tokens = new Uint32Array(bytes.buffer, HEADER_BYTES + count * KEY_BYTES, count);
    waiting.forEach((one, i) => {
      for (let unit = 0; unit < KEY_UNITS; unit++) keys[i * KEY_UNITS + unit] = one.key.charCodeAt(unit);
      tokens[i] = one.tokens;
      vectors.set(one.vector, i * this.dimension);
    });
    new Float32Array(bytes.buffer, HEADER_BYTES + count * (KEY_BYTES + 4)).set(vectors);
    // Another tab may keep vectors of the same model.
    const name = `${Date.now().toString(36)}-${this.#next++}-${Math.random().toString(36).slice(2, 10)}.vectors`;
    await this.#files.write(name, bytes);
    const chunk: Chunk = { name, count, vectors: null };
    this.#hold(chunk, vectors);
    waiting.forEach(({ key, tokens: length }, at) => this.#places.set(key, { chunk, at, tokens: length }));
  }

  async #take(name: string, bytes: number): Promise<boolean> {
    if (bytes < HEADER_BYTES) return false;
    const header = words(await this.#files.read(name, 0, HEADER_BYTES));
    const [magic, dimension, count] = header;
    const index = count * (KEY_BYTES + 4);
    if (magic !== MAGIC || dimension !== this.dimension || bytes !== HEADER_BYTES + index + count * 4 * dimension)
      return false;
    const read = (await this.#files.read(name, HEADER_BYTES, HEADER_BYTES + index)).slice();
    const keys = new Uint16Array(read.buffer, 0, count * KEY_UNITS);
    const tokens = new Uint32Array(read.buffer, count * KEY_BYTES, count);
    const chunk: Chunk = { name, count, vectors: null };
    for (let at = 0; at < count; at++) {
      const key = String.fromCharCode(...keys.subarray(at * KEY_UNITS, (at + 1) * KEY_UNITS));
      this.#places.set(key, { chunk, at, tokens: tokens[at] });
    }
    return true;
  }

  async #vectorsOf(chunk: Chunk): Promise<Float32Array> {
    if (chunk.vectors) {
      if (this.#held.delete(chunk)) this.#held.add(chunk);
      return chunk.vectors;
    }
    const from = HEADER_BYTES + chunk.count * (KEY_BYTES + 4);
    const bytes = await this.#files.read(chunk.name, from, from + chunk.count * 4 * this.dimension);
    const vectors = new Float32Array(bytes.slice().buffer);
    this.#hold(chunk, vectors);
    return vectors;
  }

  #hold(chunk: Chunk, vectors: Float32Array): void {
    chunk.vectors = vectors;
    this.#held.add(chunk);
    let bytes = 0;
    for (const held of this.#held) bytes += held.vectors!.byteLength;
    for (const held of this.#held) {
      if (bytes <= HELD_BYTES || held === chunk) break;
      bytes -= held.vectors!.byteLength;
      held.vectors = null;
      this.#held.delete(held);
    }
  }
}

const words = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer);
