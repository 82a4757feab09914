import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textKey } from './textKey.ts';
import { nodeVectorFiles } from './vectorFiles.node.ts';
import { VectorStore } from './vectorStore.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-vectors-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (dimension = 3) => VectorStore.open(nodeVectorFiles(folder), dimension);
const vector = (i: number): Float32Array => Float32Array.of(i, i / 2, -i);

/** Vectors of 0..n-1, written in files of `each`. */
async function filled(n: number, each: number): Promise<VectorStore> {
  const store = await open();
  for (let i = 0; i < n; i++) {
    await store.add(textKey(`text ${i}`), i, vector(i));
    if (i % each === each - 1) await store.flush();
  }
  await store.flush();
  return store;
}

async function read(store: VectorStore, ...texts: readonly number[]): Promise<number[]> {
  const out = new Float32Array(3 * texts.length);
  await store.read(
    texts.map((i) => textKey(`text ${i}`)),
    out,
  );
  return Array.from(out);
}

describe('kept vectors', () => {
  it('are there again when the folder is opened anew, in any order', async () => {
    await filled(10, 3);
    expect(await readdir(folder)).toHaveLength(4);
    const again = await open();
    expect(again.size).toBe(10);
    expect(again.tokensOf(textKey('text 7'))).toBe(7);
    expect(await read(again, 9, 0, 4)).toEqual([...vector(9), ...vector(0), ...vector(4)]);
    expect(again.has(textKey('text 10'))).toBe(false);
  });

  it('wait until they are written', async () => {
    const store = await open();
    await store.add(textKey('text 1'), 1, vector(1));
    expect(store.has(textKey('text 1'))).toBe(false);
    await store.flush();
    expect(await read(store, 1)).toEqual(Array.from(vector(1)));
  });

  it('of a file that was not written to its end are made again', async () => {
    await filled(6, 3);
    const [first] = (await readdir(folder)).sort();
    await truncate(join(folder, first), 60);
    const again = await open();
    expect(again.size).toBe(3);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('of another length are not those of this model', async () => {
    await filled(3, 3);
    expect((await open(4)).size).toBe(0);
  });
});

describe('the key of a text', () => {
  // By the Python package mmh3: mmh3.hash_bytes(text, 0, x64arch=False).
  it.each([
    ['', '00000000000000000000000000000000'],
    ['a', '3c9394a71bb056551bb056551bb05655'],
    ['The order was cancelled yesterday.', '83d0a5207f065be1ac7e832db9334fa7'],
    ['Größe, naïve, 世界, привет', '7f926736d1de5c3935f09dab7a50b2a0'],
  ])('of "%s" is MurmurHash3', (text, hex) => {
    const bytes = new Uint8Array(Uint16Array.from(textKey(text), (unit) => unit.charCodeAt(0)).buffer);
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
  });
});
