import { changedFailure } from './failures.ts';
import { TautlineFailure } from '../core/errors.ts';
import type { NamedBlob } from './types.ts';

const STEP_BYTES = 4 << 20;

/** Reads bytes `from` .. `to`: all of them, or throws. */
export type ReadRange = (from: number, to: number) => Promise<ArrayBuffer>;

/** A blob whose bytes are fetched as they are asked for. Not one of the browser's, which it would keep account of. */
export class RangedBlob implements Blob {
  readonly type = '';
  readonly #read: ReadRange;
  readonly #from: number;
  readonly #to: number;

  constructor(read: ReadRange, from: number, to: number) {
    this.#read = read;
    this.#from = from;
    this.#to = to;
  }

  get size(): number {
    return this.#to - this.#from;
  }

  slice(start = 0, end = this.size): Blob {
    const at = (position: number): number =>
      this.#from + Math.min(this.size, Math.max(0, position < 0 ? this.size + position : position));
    return new RangedBlob(this.#read, at(start), Math.max(at(start), at(end)));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.size === 0 ? new ArrayBuffer(0) : this.#read(this.#from, this.#to);
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.arrayBuffer());
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        if (at >= this.size) {
          controller.close();
          return;
        }
        const end = Math.min(this.size, at + STEP_BYTES);
        controller.enqueue(new Uint8Array(await this.slice(at, end).arrayBuffer()));
        at = end;
      },
    });
  }
}

/** What browsers throw where a file is another than when it was chosen, or is gone. */
const CHANGED = new Set(['NotReadableError', 'NotFoundError']);

/** A file that says so by name where its bytes are not those any more that it was opened with. */
export function steady({ path, blob }: NamedBlob): NamedBlob {
  const whole = blob.size;
  const read: ReadRange = async (from, to) => {
    let bytes: ArrayBuffer;
    try {
      bytes = await (from === 0 && to === whole ? blob : blob.slice(from, to)).arrayBuffer();
    } catch (thrown) {
      if (!(thrown instanceof TautlineFailure) && thrown instanceof Error && CHANGED.has(thrown.name))
        throw changedFailure(path);
      throw thrown;
    }
    if (bytes.byteLength !== to - from) throw changedFailure(path);
    return bytes;
  };
  return { path, blob: new RangedBlob(read, 0, whole) };
}
