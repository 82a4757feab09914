import { modelFailure, type ModelFolder } from './folder.ts';
import { createTokenizer } from './tokens.ts';
import { unitMean } from './pool.ts';
import type { ModelFile, TextModel } from './types.ts';

/** A matrix or list in a safetensors file, as numbers. */
interface Stored {
  readonly shape: readonly number[];
  at(index: number): number;
}

const READ: Readonly<Record<string, readonly [bytes: number, (view: DataView, at: number) => number]>> = {
  F32: [4, (view, at) => view.getFloat32(at, true)],
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F16: [2, (view, at) => half(view.getUint16(at, true))],
  I8: [1, (view, at) => view.getInt8(at)],
  I64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  I32: [4, (view, at) => view.getInt32(at, true)],
};

/** IEEE 754 binary16. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -magnitude : magnitude;
}

const damaged = (path: string): Error => modelFailure(path, 'it is no whole safetensors file', 'Take it anew');

/** Reads a safetensors file: a JSON header of names, types and places, and the numbers. */
function readSafetensors({ path, bytes }: ModelFile): ReadonlyMap<string, Stored> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Infinity;
  if (!(8 + header <= bytes.length)) throw damaged(path);
  const found = new Map<string, Stored>();
  let entries: Readonly<Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>>;
  try {
    entries = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + header))) as typeof entries;
  } catch {
    throw damaged(path);
  }
  for (const [name, { dtype, shape, data_offsets: place }] of Object.entries(entries)) {
    const read = READ[dtype];
    if (name === '__metadata__' || !read) continue;
    const [size, get] = read;
    const count = shape.reduce((product, n) => product * n, 1);
    const from = 8 + header + place[0];
    if (place[1] - place[0] !== count * size || 8 + header + place[1] > bytes.length) throw damaged(path);
    found.set(name, { shape, at: (index) => get(view, from + index * size) });
  }
  return found;
}

/**
 * A static model as model2vec writes it: a vector a token, by a weight where there is one, and their mean. It has no
 * limit of length.
 */
export function createStaticModel(folder: ModelFolder): TextModel {
  const { weights: file, settings } = folder;
  const stored = readSafetensors(file);
  const matrix = stored.get('embeddings') ?? stored.get('embedding.weight');
  if (matrix?.shape.length !== 2)
    throw modelFailure(
      file.path,
      'it has no matrix "embeddings"',
      'Only static models (model2vec) are read from safetensors: choose the ONNX export of this one',
    );
  const [rows, dimension] = matrix.shape;
  const [mapping, weights] = [stored.get('mapping'), stored.get('weights')];
  const tokensOf = createTokenizer(folder.tokenizer, folder.tokenizerConfig);
  const unknown = unknownId(folder.tokenizer);
  const embed: TextModel['embed'] = (text) => {
    const ids = tokensOf(text).ids.filter((id) => id !== unknown);
    const sum = new Float64Array(dimension);
    for (const id of ids) {
      const row = mapping ? mapping.at(id) : id;
      if (!(row >= 0 && row < rows)) throw modelFailure(file.path, `it has no vector of token ${id}`, 'Take it anew');
      const weight = weights ? weights.at(id) : 1;
      for (let d = 0; d < dimension; d++) sum[d] += weight * matrix.at(row * dimension + d);
    }
    return Promise.resolve({ vector: unitMean([sum], [1]), tokens: ids.length });
  };
  return { name: folder.name, dimension, settings, specials: 0, embed, release: () => Promise.resolve() };
}

/** model2vec leaves unknown tokens out. */
function unknownId(tokenizer: object): number | null {
  const { model } = tokenizer as { model?: { unk_id?: number; unk_token?: string; vocab?: Record<string, number> } };
  if (typeof model?.unk_id === 'number') return model.unk_id;
  return model?.unk_token !== undefined ? (model.vocab?.[model.unk_token] ?? null) : null;
}
