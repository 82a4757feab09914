import { TautlineFailure } from '../core/errors.ts';

const PAGE = 65_536;
const ALIGNMENT = 16;
/** One page short of 4 GiB, so that an end pointer still fits 32 bits. */
export const MAX_BYTES = 65_535 * PAGE;
/** Growing costs a copy of the memory in some engines: never grow by less than this. */
const MIN_GROWTH = 16 * 1024 * 1024;

export type ArenaArray = Float64Array | Float32Array | Int32Array | Uint8Array;

/** A typed stretch of wasm memory. `view()` is valid until the next allocation; ask again after one. */
export interface Block<A extends ArenaArray> {
  readonly ptr: number;
  /** Elements, not bytes. */
  readonly length: number;
  view(): A;
}

type ArrayConstructor<A extends ArenaArray> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A;
};

/**
 * Bump allocator over a module's linear memory, from `heapBase` up, every block 16-byte aligned. Memory is not zeroed:
 * it holds what was there before. Use it as a stack: `mark`, allocate, run, `release`; never hold a mark across an
 * `await` on a shared instance (`KernelModule.fork` gives a private one).
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #base: number;
  #top: number;

  constructor(memory: WebAssembly.Memory, heapBase: number) {
    this.#memory = memory;
    this.#base = align(heapBase);
    this.#top = this.#base;
  }

  /** Bytes in use above the base. */
  get used(): number {
    return this.#top - this.#base;
  }

  /** Makes room for `bytes` more in one step, so that the allocations which follow do not grow the memory. */
  reserve(bytes: number): void {
    this.#ensure(checkedEnd(this.#top, bytes));
  }

  /**
   * @returns pointer to `bytes` uninitialised bytes, 16-byte aligned. Throws kind "memory" when the memory cannot grow.
   */
  alloc(bytes: number): number {
    const ptr = this.#top;
    const end = checkedEnd(ptr, bytes);
    this.#ensure(end);
    this.#top = end;
    return ptr;
  }

  f64(length: number): Block<Float64Array> {
    return this.#block<Float64Array>(Float64Array, length);
  }

  f32(length: number): Block<Float32Array> {
    return this.#block<Float32Array>(Float32Array, length);
  }

  i32(length: number): Block<Int32Array> {
    return this.#block<Int32Array>(Int32Array, length);
  }

  u8(length: number): Block<Uint8Array> {
    return this.#block<Uint8Array>(Uint8Array, length);
  }

  /** Copies an array in. */
  f64From(values: ArrayLike<number>): Block<Float64Array> {
    return filled(this.f64(values.length), values);
  }

  f32From(values: ArrayLike<number>): Block<Float32Array> {
    return filled(this.f32(values.length), values);
  }

  i32From(values: ArrayLike<number>): Block<Int32Array> {
    return filled(this.i32(values.length), values);
  }

  u8From(values: ArrayLike<number>): Block<Uint8Array> {
    return filled(this.u8(values.length), values);
  }

  /** Where `values` lie in this memory, for kernels that only read them; null if they lie in another. */
  find(values: ArenaArray): number | null {
    return values.buffer === this.#memory.buffer ? values.byteOffset : null;
  }

  /** The current top, for `release`. */
  mark(): number {
    return this.#top;
  }

  /** Frees everything allocated since `mark`. */
  release(mark: number): void {
    if (!(mark >= this.#base && mark <= this.#top)) {
      throw new TautlineFailure({
        kind: 'internal',
        problem: `arena mark ${mark} is not between ${this.#base} and ${this.#top}`,
        advice: 'Release marks in reverse order.',
      });
    }
    this.#top = mark;
  }

  /** Runs `work` and frees whatever it allocated; `work` must be synchronous. */
  scope<T>(work: () => T): T {
    const mark = this.mark();
    try {
      return work();
    } finally {
      this.release(mark);
    }
  }

  #block<A extends ArenaArray>(Type: ArrayConstructor<A>, length: number): Block<A> {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new TautlineFailure({
        kind: 'internal',
        problem: `cannot allocate ${length} elements`,
        advice: 'Lengths are whole numbers from 0.',
      });
    }
    const ptr = this.alloc(length * Type.BYTES_PER_ELEMENT);
    const memory = this.#memory;
    let cached: A | null = null;
    return {
      ptr,
      length,
      view: () => {
        if (cached === null || cached.buffer !== memory.buffer) cached = new Type(memory.buffer, ptr, length);
        return cached;
      },
    };
  }

  #ensure(end: number): void {
    const capacity = this.#memory.buffer.byteLength;
    if (end <= capacity) return;
    const wanted = Math.min(MAX_BYTES, Math.max(end, capacity + MIN_GROWTH));
    for (const bytes of [wanted, end]) {
      try {
        this.#memory.grow(Math.ceil((bytes - capacity) / PAGE));
        return;
      } catch {
        // The generous step failed: the exact one may still fit.
      }
    }
    throw outOfMemory(end);
  }
}

function filled<A extends ArenaArray>(block: Block<A>, values: ArrayLike<number>): Block<A> {
  block.view().set(values);
  return block;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Plain number arithmetic: exact far beyond 32 bits, so nothing wraps before it is compared. */
function checkedEnd(top: number, bytes: number): number {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new TautlineFailure({
      kind: 'internal',
      problem: `cannot allocate ${bytes} bytes`,
      advice: 'Sizes are whole numbers from 0.',
    });
  }
  const end = align(top + bytes);
  if (end > MAX_BYTES) throw outOfMemory(end);
  return end;
}

function outOfMemory(bytes: number): TautlineFailure {
  return new TautlineFailure({
    kind: 'memory',
    problem:
      `the numeric kernels need ${(bytes / 2 ** 20).toFixed(0)} MiB, ` +
      `more than this machine gives them (at most ${(MAX_BYTES / 2 ** 20) | 0} MiB)`,
    advice: 'Close other tabs, choose fewer axes (k), or open a part of the ledger.',
  });
}
