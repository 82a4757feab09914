import type { EmbeddingModel, Runtime } from '../core/embeddingModel.ts';
import { modelFailure, readFolder, type ModelFolder } from './folder.ts';
import type { GpuTrial } from './gpu.ts';
import { filesIn, ownFolder, writeOwn } from './opfs.ts';

/** A model that this browser keeps. */
export interface KeptModel {
  /** Of its probe, the first characters. */
  readonly id: string;
  readonly model: EmbeddingModel;
  /** Special tokens about each piece of a text. */
  readonly specials: number;
  /** Where it came from: "dropped files", or an address. */
  readonly source: string;
  readonly licence: string | null;
  readonly bytes: number;
  /** Characters of text that one thread embedded in a second when it was added. */
  readonly speed: number;
  /** What came of trying it on the graphics card when it was added. */
  readonly gpu: GpuTrial;
  /** What runs it. */
  readonly runtime: Runtime;
}

const MODELS = 'embedding-models';
const VECTORS = 'embedding-vectors';
const MANIFEST = 'kept.json';
const DEFAULT = 'default.json';

/** Of one that was added before cards were tried. */
const UNTRIED: Pick<KeptModel, 'gpu' | 'runtime'> = {
  gpu: { speed: null, reason: 'it was not tried when the model was added' },
  runtime: 'wasm',
};

/** Paths are kept flat: a name with a slash is none in this storage. */
const flat = (path: string): string => path.replaceAll('/', '__');
const deep = (name: string): string => name.replaceAll('__', '/');

const textOf = async (folder: FileSystemDirectoryHandle, name: string): Promise<string | null> => {
  const handle = await folder.getFileHandle(name).catch(() => null);
  return handle && (await handle.getFile()).text();
};

/** Keeps a model's files; the manifest is written last, so that one that was ended is none. */
export async function keepModel(kept: KeptModel, { files }: ModelFolder): Promise<void> {
  const folder = await ownFolder(MODELS, kept.id);
  for (const { path, bytes } of files) await writeOwn(folder, flat(path), bytes);
  await writeOwn(folder, MANIFEST, new TextEncoder().encode(JSON.stringify(kept)));
}

/** Every model that is kept, by name. */
export async function keptModels(): Promise<KeptModel[]> {
  const found: KeptModel[] = [];
  for await (const [, handle] of (await ownFolder(MODELS)).entries()) {
    if (handle.kind !== 'directory') continue;
    const text = await textOf(handle, MANIFEST);
    if (text !== null) found.push({ ...UNTRIED, ...(JSON.parse(text) as KeptModel) });
  }
  return found.sort((a, b) => a.model.name.localeCompare(b.model.name));
}

/** @throws TautlineFailure of kind file where it is not kept any more */
export async function keptModel(id: string): Promise<KeptModel> {
  const found = (await keptModels()).find((one) => one.id === id);
  if (found) return found;
  throw modelFailure(
    'The embedding model',
    'it is not kept in this browser any more',
    'Add it again, or open the ledger with the built-in embedder',
  );
}

/** Chooses what runs a kept model. */
export async function setRuntime(id: string, runtime: Runtime): Promise<void> {
  const kept: KeptModel = { ...(await keptModel(id)), runtime };
  await writeOwn(await ownFolder(MODELS, id), MANIFEST, new TextEncoder().encode(JSON.stringify(kept)));
}

/** A kept model's files, read. */
export async function keptFolder(id: string): Promise<ModelFolder> {
  const { model } = await keptModel(id);
  const folder = await ownFolder(MODELS, id);
  const names = (await filesIn(folder)).map(({ name }) => name).filter((name) => name !== MANIFEST);
  const files = await Promise.all(
    names.map(async (name) => {
      const file = await (await folder.getFileHandle(name)).getFile();
      return { path: deep(name), bytes: new Uint8Array(await file.arrayBuffer()) };
    }),
  );
  return readFolder(files, model.name);
}

/** Removes a model with the vectors that it made. */
export async function removeModel(id: string): Promise<void> {
  for (const of of [MODELS, VECTORS])
    await (await ownFolder(of)).removeEntry(id, { recursive: true }).catch(() => undefined);
  if ((await defaultModel()) === id) await setDefaultModel(null);
}

export const vectorsFolder = (id: string): Promise<FileSystemDirectoryHandle> => ownFolder(VECTORS, id);

/** Bytes of the vectors that are kept of a model. */
export async function vectorBytes(id: string): Promise<number> {
  return (await filesIn(await vectorsFolder(id))).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The model that ledgers of texts are embedded with where nothing else is asked for; null: the built-in embedder. */
export async function defaultModel(): Promise<string | null> {
  const text = await textOf(await ownFolder(MODELS), DEFAULT);
  return text === null ? null : (JSON.parse(text) as { id: string | null }).id;
}

export async function setDefaultModel(id: string | null): Promise<void> {
  await writeOwn(await ownFolder(MODELS), DEFAULT, new TextEncoder().encode(JSON.stringify({ id })));
}
