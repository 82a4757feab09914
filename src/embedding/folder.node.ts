import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { chooseWeights, isModelFile, modelFailure, readFolder, relativeToModel, type ModelFolder } from './folder.ts';

/** Reads a model from a folder of this machine. @throws TautlineFailure of kind file where it is none */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const names = await readdir(folder, { recursive: true }).catch(() => {
    throw modelFailure(folder, 'the folder cannot be read', 'Name the folder of a model');
  });
  const found = relativeToModel(
    names
      .map((name) => ({ path: name.replaceAll('\\', '/'), at: join(folder, name) }))
      .filter(({ path }) => isModelFile(path)),
  );
  const config = found.find(({ path }) => path === 'config.json');
  const weights = chooseWeights(
    found.map(({ path }) => path),
    config && (await readFile(config.at, 'utf8')),
  );
  const read = found.filter(({ path }) => path === weights || !/\.(?:onnx|safetensors)$/.test(path));
  const files = await Promise.all(
    read.map(async ({ path, at }) => ({ path, bytes: new Uint8Array(await readFile(at)) })),
  );
  return readFolder(files, basename(resolve(folder)));
}
