import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TautlineFailure } from '../core/errors.ts';
import { BUILT_KERNELS, loadKernels } from './load.node.ts';
import { testKernels } from './testing.ts';

describe('kernels.wasm', () => {
  it('imports nothing from its host', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(BUILT_KERNELS)))).toEqual([]);
  });

  it('loads from a file and says which file is missing', async () => {
    expect((await loadKernels()).exports.heapBase()).toBeGreaterThanOrEqual(0);
    await expect(loadKernels('/nowhere/kernels.wasm')).rejects.toThrow('/nowhere/kernels.wasm');
  });

  it('forks into an instance with a memory of its own', () => {
    const kernels = testKernels();
    const fork = kernels.fork();
    const mine = kernels.arena.f64From([1, 2]);
    const theirs = fork.arena.f64From([3, 4]);
    expect(theirs.ptr).toBe(mine.ptr);
    expect([...mine.view()]).toEqual([1, 2]);
  });
});

describe('arena', () => {
  it('gives aligned blocks that do not overlap and keep their contents', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('f64', 'f32', 'i32', 'u8'), fc.nat(5000)), { maxLength: 20 }),
        (wanted) => {
          const { arena } = testKernels();
          const blocks = wanted.map(([type, length], i) => {
            const block = arena[type as 'f64'](length);
            block.view().fill(i + 1);
            return block;
          });
          blocks.forEach((block, i) => {
            expect(block.ptr % 16).toBe(0);
            expect(block.view().length).toBe(block.length);
            expect(block.view().every((value) => value === i + 1)).toBe(true);
          });
        },
      ),
    );
  });

  it('refetches views after growth', () => {
    const { arena, memory } = testKernels();
    const block = arena.f64From([7, 8, 9]);
    const before = memory.buffer;
    arena.alloc(memory.buffer.byteLength + 1);
    expect(memory.buffer).not.toBe(before);
    expect([...block.view()]).toEqual([7, 8, 9]);
  });

  it('grows once for a reservation', () => {
    const { arena, memory } = testKernels();
    arena.reserve(40_000_000);
    const reserved = memory.buffer;
    for (let i = 0; i < 40; i++) arena.u8(1_000_000);
    expect(memory.buffer).toBe(reserved);
  });

  it('releases what was allocated since a mark, also when the work throws', () => {
    const { arena } = testKernels();
    const outer = arena.u8(100);
    const used = arena.used;
    expect(() =>
      arena.scope(() => {
        arena.f64(1000);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(arena.used).toBe(used);
    expect(outer.length).toBe(100);
    expect(() => arena.release(arena.mark() + 16)).toThrow(TautlineFailure);
  });

  it('refuses sizes beyond 32 bits, or that are no size, instead of wrapping', () => {
    const { arena } = testKernels();
    for (const bytes of [2 ** 32, 2 ** 32 - 1, 2 ** 40]) expect(kindOf(() => arena.alloc(bytes))).toBe('memory');
    expect(kindOf(() => arena.f64(2 ** 29 + 1))).toBe('memory');
    for (const bytes of [-1, NaN, 1.5, 2 ** 60]) expect(kindOf(() => arena.alloc(bytes))).toBe('internal');
    expect(arena.used).toBe(0);
  });
});

function kindOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return (thrown as TautlineFailure).error.kind;
  }
  return 'nothing thrown';
}
