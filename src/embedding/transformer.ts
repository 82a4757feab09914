import type { EmbeddingSettings } from '../core/embeddingModel.ts';
import { modelFailure, type ModelFolder } from './folder.ts';
import { piecesOf } from './pieces.ts';
import { pool, unitMean } from './pool.ts';
import { createTokenizer } from './tokens.ts';
import type { ModelSession, StartSession, Tensor, TextModel } from './types.ts';

/** Outputs that are one vector a text already, and ones with a vector a token, in the order in which they are taken. */
const POOLED = ['sentence_embedding', 'embeddings', 'text_embeds'];
const BY_TOKEN = ['last_hidden_state', 'token_embeddings', 'hidden_states'];

/** What each input that a graph may ask for is given for a piece. */
const FEEDS: Readonly<Record<string, (ids: readonly number[]) => BigInt64Array>> = {
  input_ids: (ids) => BigInt64Array.from(ids, BigInt),
  attention_mask: (ids) => new BigInt64Array(ids.length).fill(1n),
  token_type_ids: (ids) => new BigInt64Array(ids.length),
  position_ids: (ids) => BigInt64Array.from(ids, (_, i) => BigInt(i)),
};

/**
 * A sentence transformer. A piece is run by itself: graphs of whole numbers round by what else is in the batch, and
 * batches are not quicker in WebAssembly.
 */
export async function createTransformer(folder: ModelFolder, start: StartSession): Promise<TextModel> {
  const { path } = folder.weights;
  const tokensOf = createTokenizer(folder.tokenizer, folder.tokenizerConfig);
  let session: ModelSession;
  try {
    session = await start(folder.weights.bytes);
  } catch (thrown) {
    throw modelFailure(
      path,
      `it cannot be run (${thrown instanceof Error ? thrown.message : String(thrown)})`,
      'Choose another model, or a plain ONNX export of it',
    );
  }
  const unknown = session.inputs.find((name) => !(name in FEEDS));
  if (unknown !== undefined)
    throw modelFailure(path, `it asks for "${unknown}"`, 'Choose an ONNX export that reads texts alone');
  const { before, after } = tokensOf('');
  const specials = before.length + after.length;
  const output = outputOf(session, path);
  const settings: EmbeddingSettings = POOLED.includes(output)
    ? { ...folder.settings, pooling: 'model' }
    : folder.settings;
  const room = settings.limit - specials;
  const runPiece = async (ids: readonly number[]): Promise<Float64Array> => {
    const whole = [...before, ...ids, ...after];
    const dims = [1, whole.length];
    const feeds = Object.fromEntries(session.inputs.map((name) => [name, { data: FEEDS[name](whole), dims }]));
    const found = await session.run(feeds, output);
    const [rows, dimension] = shapeOf(found, path);
    return pool(found.data, rows, dimension, settings.pooling);
  };
  const embed: TextModel['embed'] = async (text) => {
    const { ids } = tokensOf(text);
    const pieces = piecesOf(ids, room, settings.mostPieces);
    const vectors: Float64Array[] = [];
    for (const piece of pieces) vectors.push(await runPiece(piece));
    const weights = pieces.map((piece) => piece.length + specials);
    return { vector: unitMean(vectors, weights), tokens: ids.length };
  };
  const { vector } = await embed('a');
  return {
    name: folder.name,
    dimension: vector.length,
    settings,
    specials,
    embed,
    release: () => session.release(),
  };
}

function outputOf({ outputs }: ModelSession, path: string): string {
  const known = [...POOLED, ...BY_TOKEN].find((name) => outputs.includes(name));
  if (known !== undefined) return known;
  if (outputs.length === 1) return outputs[0];
  throw modelFailure(path, `none of its outputs is known (${outputs.join(', ')})`, 'Choose another model');
}

/** Vectors and their length: of one text, by token or of the whole of it. */
function shapeOf({ dims, data }: Tensor<Float32Array>, path: string): readonly [rows: number, dimension: number] {
  const rows = dims.length === 3 ? dims[1] : 1;
  const dimension = dims[dims.length - 1];
  if ((dims.length === 2 || dims.length === 3) && dims[0] === 1 && data.length === rows * dimension && dimension > 0)
    return [rows, dimension];
  throw modelFailure(path, `its output has the shape ${dims.join(' x ')}`, 'Choose a model that embeds texts');
}
