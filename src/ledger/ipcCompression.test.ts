import { readFileSync } from 'node:fs';
import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf, inflateIpc } from './ipcCompression.ts';

/** The stream of messages of a fixture, without the magic of a file. */
const messages = (name: string) =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url))).subarray(
    name.endsWith('.arrow') ? 8 : 0,
  );

async function* cut(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function inflated(bytes: Uint8Array, size: number): Promise<arrow.Table> {
  const parts: Uint8Array[] = [];
  for await (const part of inflateIpc(cut(bytes, size))) parts.push(part);
  return arrow.tableFromIPC(parts);
}

describe('compressed Arrow IPC', () => {
  it('names the codec of the first batch', async () => {
    expect(await codecOf(cut(messages('lz4.arrow'), 100))).toBe('lz4');
    expect(await codecOf(cut(messages('zstd.arrows'), 100))).toBe('zstd');
    expect(await codecOf(cut(messages('plain.arrows'), 100))).toBeNull();
  });

  it('inflates to the rows of the uncompressed file, however the bytes arrive', async () => {
    const plain = arrow.tableFromIPC(messages('plain.arrows')).toArray().map(String);
    expect(plain).toHaveLength(12);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('lz4.arrow', 'zstd.arrows', 'plain.arrows'),
        fc.integer({ min: 1, max: 3000 }),
        async (name, size) => {
          expect((await inflated(messages(name), size)).toArray().map(String)).toEqual(plain);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('a stream that is cut off within a message, or damaged, is refused', async () => {
    const whole = messages('lz4.arrow');
    await expect(inflated(whole.subarray(0, 900), 64)).rejects.toThrow('the stream ends');
    const damaged = messages('zstd.arrows').slice();
    damaged.fill(0, damaged.length - 120, damaged.length - 40);
    await expect(inflated(damaged, 64)).rejects.toThrow();
  });
});
