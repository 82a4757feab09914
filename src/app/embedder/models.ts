import { create } from 'zustand';
import type { Runtime } from '../../core/embeddingModel.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import type { OnProgress, Progress } from '../../core/progress.ts';
import type { NamedBlob } from '../../ledger/types.ts';
import { actions } from '../../state/store.ts';
import { createModelsClient } from '../../workers/modelsClient.ts';
import type { ListedModel, ModelAddress } from '../../workers/modelsContract.ts';

interface Models {
  /** Null until they have been listed. */
  readonly models: readonly ListedModel[] | null;
  /** What is under way: null, nothing. */
  readonly progress: Progress | null;
  readonly problem: string | null;
}

const client = createModelsClient();

/** The embedding models that this browser keeps. */
export const useModels = create<Models>(() => ({ models: null, progress: null, problem: null }));

async function attempt(doing: string, work: () => Promise<unknown>): Promise<void> {
  useModels.setState({ problem: null });
  try {
    await work();
  } catch (thrown) {
    const error = toTautlineError(thrown, doing);
    if (error.kind !== 'cancelled') useModels.setState({ problem: explain(error) });
  }
  useModels.setState({ progress: null });
}

const list = async (): Promise<void> => useModels.setState({ models: await client.ask.list() });

export const refreshModels = (): Promise<void> => attempt('listing the embedding models', list);

const adding = (phase: string, add: (onProgress: OnProgress) => Promise<string>): Promise<void> =>
  attempt('adding an embedding model', async () => {
    useModels.setState({ progress: { phase, fraction: Number.NaN } });
    // Without it the browser may clear what is kept when the disk is full.
    await navigator.storage.persist?.();
    const added = await add((progress) => useModels.setState({ progress }));
    await list();
    const name = useModels.getState().models?.find(({ id }) => id === added)?.model.name;
    if (name !== undefined) actions.toast('info', `The embedding model ${name} was added.`);
  });

export const addFiles = (files: readonly NamedBlob[]): Promise<void> =>
  adding('Reading', (onProgress) => client.ask.addFiles(files, onProgress));

export const addAddress = (address: ModelAddress): Promise<void> =>
  adding('Fetching', (onProgress) => client.ask.addAddress(address, onProgress));

export const cancelAdding = (): void => client.cancel();

export const removeModel = (id: string): Promise<void> =>
  attempt('removing an embedding model', async () => {
    await client.ask.remove(id);
    await list();
  });

export const setRuntime = (id: string, runtime: Runtime): Promise<void> =>
  attempt('choosing what runs a model', async () => {
    const { models } = useModels.getState();
    useModels.setState({ models: models && models.map((kept) => (kept.id === id ? { ...kept, runtime } : kept)) });
    await client.ask.setRuntime(id, runtime);
    await list();
  });

export const setDefault = (id: string | null): Promise<void> =>
  attempt('choosing an embedding model', async () => {
    const { models } = useModels.getState();
    useModels.setState({ models: models && models.map((kept) => ({ ...kept, isDefault: kept.id === id })) });
    await client.ask.setDefault(id);
    await list();
  });
