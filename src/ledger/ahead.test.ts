import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapAhead, readAhead } from './ahead.ts';

describe('reading ahead', () => {
  async function* batchesOf(file: number, length: number, events: string[]): AsyncGenerator<string> {
    try {
      for (let i = 0; i < length; i++) {
        events.push(`read ${file}.${i}`);
        await Promise.resolve();
        yield `${file}.${i}`;
      }
    } finally {
      events.push(`closed ${file}`);
    }
  }

  it('gives every batch of every file, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4)), async (lengths) => {
        const got: string[] = [];
        for await (const [length, batches] of readAhead(
          lengths,
          (n, file) => batchesOf(file, n, []),
          (n) => n << 22,
        )) {
          let seen = 0;
          for await (const batch of batches) {
            got.push(batch);
            seen++;
          }
          expect(seen).toBe(length);
        }
        expect(got).toEqual(lengths.flatMap((n, file) => Array.from({ length: n }, (_, i) => `${file}.${i}`)));
      }),
    );
  });

  it('begins the next two files before the first is used up, and no more of large ones', async () => {
    const events: string[] = [];
    for await (const [file, batches] of readAhead(
      [0, 1, 2, 3, 4],
      (n) => batchesOf(n, 2, events),
      () => 1 << 30,
    )) {
      for await (const batch of batches)
        if (batch === '0.0') expect(events).toEqual(['read 0.0', 'read 1.0', 'read 2.0']);
      if (file === 0) break;
    }
    expect(events.filter((event) => event.startsWith('closed')).sort()).toEqual(['closed 0', 'closed 1', 'closed 2']);
    expect(events).not.toContain('read 3.0');
  });

  it('begins more of small files: those ahead are at most 16, and from the third on at most 24 MiB', async () => {
    const MIB = 1 << 20;
    const begunAhead = async (sizes: readonly number[]): Promise<number[]> => {
      const begun: number[] = [];
      let ahead = -1;
      for await (const [, batches] of readAhead(
        sizes,
        (_, i) => {
          ahead = i;
          return batchesOf(i, 1, []);
        },
        (size) => size,
      )) {
        for await (const batch of batches) expect(batch).toBe(`${begun.length}.0`);
        begun.push(ahead - begun.length);
      }
      return begun;
    };
    expect(await begunAhead(new Array<number>(20).fill(MIB))).toEqual([
      16, 16, 16, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    ]);
    expect(await begunAhead([4, 8, 8, 8, 8, 20, 1, 1, 1].map((mib) => mib * MIB))).toEqual([3, 3, 2, 2, 4, 3, 2, 1, 0]);
  });

  it('fails at the file that fails, after the batches before it', async () => {
    const got: string[] = [];
    const torn: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('torn')) }),
    };
    const read = (file: number): AsyncIterable<string> => (file === 1 ? torn : batchesOf(file, 1, []));
    const all = async () => {
      for await (const [, batches] of readAhead([0, 1, 2], read, () => 1))
        for await (const batch of batches) got.push(batch);
    };
    await expect(all()).rejects.toThrow('torn');
    expect(got).toEqual(['0.0']);
  });
});

describe('mapping ahead', () => {
  it('keeps the order, and never does more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const results = await mapAhead(
      [30, 5, 20, 1, 10],
      2,
      async (ms) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, ms));
        running--;
        return ms * 2;
      },
      (count) => done.push(count),
    );
    expect(results).toEqual([60, 10, 40, 2, 20]);
    expect(most).toBe(2);
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('throws what the first failing item threw', async () => {
    const work = async (i: number) => {
      await new Promise((resolve) => setTimeout(resolve, i === 0 ? 20 : 1));
      throw new Error(`item ${i}`);
    };
    await expect(mapAhead([0, 1], 2, work, () => undefined)).rejects.toThrow('item 0');
  });
});
