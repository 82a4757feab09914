import { MODEL_METADATA_KEY, type EmbeddingModel, type EmbeddingSettings } from '../core/embeddingModel.ts';
import { fieldsOf } from '../core/fields.ts';
import type { TableReader } from './reader.ts';

/** What a Parquet file says of the model that made its vectors. */
export const statedModel = (model: EmbeddingModel | undefined): ReadonlyMap<string, string> | null =>
  model ? new Map([[MODEL_METADATA_KEY, JSON.stringify(model)]]) : null;

const KINDS: readonly EmbeddingSettings['kind'][] = ['transformer', 'static'];
const POOLINGS: readonly EmbeddingSettings['pooling'][] = ['mean', 'cls', 'max', 'model'];

function readModel(text: string): EmbeddingModel | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const { name, probe, dimension, settings } = fieldsOf(read);
  const { kind, pooling, limit, limitFrom, mostPieces } = fieldsOf(settings);
  const kinds = KINDS.find((one) => one === kind);
  const poolings = POOLINGS.find((one) => one === pooling);
  if (typeof name !== 'string' || typeof probe !== 'string' || !/^[0-9a-f]{64}$/.test(probe)) return null;
  if (typeof dimension !== 'number' || typeof limit !== 'number' || typeof mostPieces !== 'number') return null;
  if (kinds === undefined || poolings === undefined || typeof limitFrom !== 'string') return null;
  return { name, probe, dimension, settings: { kind: kinds, pooling: poolings, limit, limitFrom, mostPieces } };
}

/**
 * The model that files state: all of them the same.
 * @param dimension of their vectors
 */
export function modelOfFiles(
  readers: readonly Pick<TableReader, 'stated' | 'isEmpty'>[],
  dimension: number,
): { readonly model?: EmbeddingModel; readonly notes: readonly string[] } {
  const texts = readers.filter(({ isEmpty }) => !isEmpty).map(({ stated }) => stated?.(MODEL_METADATA_KEY));
  if (texts.every((text) => text === undefined)) return { notes: [] };
  const models = texts.map((text) => (text === undefined ? null : readModel(text)));
  const [model] = models;
  if (model?.dimension === dimension && models.every((one) => one?.probe === model.probe)) return { model, notes: [] };
  const names = [...new Set(models.map((one) => one?.name ?? 'none that is stated'))].join(', ');
  return {
    notes: [
      `What the files say of the model that made their vectors does not fit together (${names}): it is not known.`,
    ],
  };
}
