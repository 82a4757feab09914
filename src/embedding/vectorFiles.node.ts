import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VectorFiles } from './vectorStore.ts';

/** Vectors in a folder of this machine. */
export function nodeVectorFiles(folder: string): VectorFiles {
  return {
    async list() {
      await mkdir(folder, { recursive: true });
      const names = (await readdir(folder)).filter((name) => name.endsWith('.vectors')).sort();
      return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })));
    },
    async read(name, from, to) {
      const file = await open(join(folder, name));
      try {
        const bytes = new Uint8Array(to - from);
        await file.read(bytes, 0, bytes.length, from);
        return bytes;
      } finally {
        await file.close();
      }
    },
    async write(name, bytes) {
      await writeFile(join(folder, `${name}.part`), bytes);
      await rename(join(folder, `${name}.part`), join(folder, name));
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}
