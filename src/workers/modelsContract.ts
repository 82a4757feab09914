import type { Runtime } from '../core/embeddingModel.ts';
import type { OnProgress } from '../core/progress.ts';
import type { KeptModel } from '../embedding/keptModels.ts';
import type { NamedBlob } from '../ledger/types.ts';
import { PROGRESS, question } from './service/contract.ts';

/** A kept model as the page lists it. */
export interface ListedModel extends KeptModel {
  readonly isDefault: boolean;
  /** Bytes of the vectors that are kept of it. */
  readonly vectors: number;
}

/** Where a model is fetched from. */
export interface ModelAddress {
  readonly url: string;
  readonly name: string;
  readonly licence: string | null;
}

/** What the worker that keeps models is asked. Ending it ends what it is doing. */
export const MODELS_CONTRACT = {
  list: question<() => Promise<readonly ListedModel[]>>({ doing: 'listing the embedding models' }),
  /** Files of a folder, or chosen one by one. @returns the id of the model */
  addFiles: question<(files: readonly NamedBlob[], onProgress: OnProgress) => Promise<string>>({
    doing: 'adding an embedding model',
    callbacks: { 1: PROGRESS },
  }),
  addAddress: question<(address: ModelAddress, onProgress: OnProgress) => Promise<string>>({
    doing: 'fetching an embedding model',
    callbacks: { 1: PROGRESS },
  }),
  /** With its vectors. */
  remove: question<(id: string) => Promise<void>>({ doing: 'removing an embedding model' }),
  /** What runs a model. */
  setRuntime: question<(id: string, runtime: Runtime) => Promise<void>>({ doing: 'choosing what runs a model' }),
  /** Which model ledgers of texts are opened with; null: the built-in embedder. */
  setDefault: question<(id: string | null) => Promise<void>>({ doing: 'choosing an embedding model' }),
};
