import type { EmbeddingSettings } from '../core/embeddingModel.ts';
import { TautlineFailure } from '../core/errors.ts';
import { formatCount } from '../core/format.ts';
import type { ModelFile } from './types.ts';

/** Names of the files that are read of a model's folder; the rest of it is left alone. */
const MODEL_FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'sentence_bert_config.json',
  'modules.json',
  '1_Pooling/config.json',
] as const;

/** Pieces that a long text is read in at most. */
const MOST_PIECES = 16;
/** Where no file of a model says how much it reads at once. */
const ASSUMED_LIMIT = 512;
/** Static models have no limit of their own. */
const STATIC_LIMIT = 512;
/** Above this a limit stands for "none", as `transformers` writes it. */
const NO_LIMIT = 1e6;

type Json = Readonly<Record<string, unknown>>;

/** What is known of a model by its files. */
export interface ModelFolder {
  readonly name: string;
  readonly settings: EmbeddingSettings;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  /** The ONNX graph, or the matrix of a static model (safetensors). */
  readonly weights: ModelFile;
  /** The files that the model consists of. */
  readonly files: readonly ModelFile[];
}

export const modelFailure = (file: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'file', file, problem, advice });

const NEEDED =
  'A model is a folder with tokenizer.json and model.onnx (or, of a static model, model.safetensors), and as a rule ' +
  'config.json';

/** Graphs in the order in which they are taken: small numbers are quicker, and as good for this. */
const GRAPHS = ['model_quantized.onnx', 'model_int8.onnx', 'model.onnx'];

/** True of a file that may be part of a model: nothing else has to be read. */
export const isModelFile = (path: string): boolean =>
  MODEL_FILES.some((name) => path === name || path.endsWith(`/${name}`)) ||
  /\.(?:onnx|safetensors)$/.test(path) ||
  /\.onnx_data$/.test(path);

/** Paths relative to the folder that tokenizer.json lies in. */
export function relativeToModel<T extends { readonly path: string }>(files: readonly T[]): T[] {
  const at = files.filter(({ path }) => /(^|\/)tokenizer\.json$/.test(path)).map(({ path }) => path);
  if (at.length === 0) throw modelFailure('The model', 'it has no tokenizer.json', NEEDED);
  const shortest = at.sort((a, b) => a.length - b.length)[0];
  const root = shortest.slice(0, -'tokenizer.json'.length);
  return files.flatMap((file) => (file.path.startsWith(root) ? [{ ...file, path: file.path.slice(root.length) }] : []));
}

/** Whether the text of a config.json is that of a static model, whose ONNX export reads no texts. */
export function isStaticConfig(config: string): boolean {
  try {
    return (JSON.parse(config) as { readonly model_type?: unknown } | null)?.model_type === 'model2vec';
  } catch {
    return false;
  }
}

const MATRIX = 'model.safetensors';

/**
 * The file of a model's weights among paths.
 * @param config the text of its config.json, where it has one
 * @throws TautlineFailure where there is none, or one that is not read
 */
export function chooseWeights(paths: readonly string[], config?: string): string {
  if (config !== undefined && isStaticConfig(config) && paths.includes(MATRIX)) return MATRIX;
  const beside = paths.find((path) => path.endsWith('.onnx_data'));
  if (beside !== undefined)
    throw modelFailure(beside, 'its weights stand beside the graph', 'Choose a model whose .onnx holds them');
  const graphs = paths.filter((path) => path.endsWith('.onnx')).sort((a, b) => a.length - b.length);
  const known = GRAPHS.map((name) => graphs.find((path) => path.split('/').at(-1) === name)).find((path) => path);
  const chosen = known ?? (graphs.length === 1 ? graphs[0] : undefined);
  if (chosen !== undefined) return chosen;
  if (graphs.length > 1)
    throw modelFailure('The model', `it has ${formatCount(graphs.length)} graphs`, 'Leave the one that is to be used');
  if (paths.includes(MATRIX)) return MATRIX;
  throw modelFailure('The model', 'it has no weights', NEEDED);
}

/**
 * Reads what a model's files say.
 * @param files with paths relative to the folder
 * @param folder its name
 */
export function readFolder(files: readonly ModelFile[], folder: string): ModelFolder {
  const json = (path: string): Json | null => {
    const file = files.find((one) => one.path === path);
    if (!file) return null;
    try {
      const read: unknown = JSON.parse(new TextDecoder().decode(file.bytes));
      if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read as Json;
      if (path === 'modules.json') return { modules: read };
    } catch {
      // Said below.
    }
    throw modelFailure(path, 'it is no JSON object', 'Take the file of the model anew');
  };
  const config = json('config.json') ?? {};
  const chosen = chooseWeights(
    files.map(({ path }) => path),
    JSON.stringify(config),
  );
  const weights = files.find(({ path }) => path === chosen)!;
  const tokenizer = json('tokenizer.json');
  if (!tokenizer) throw modelFailure('The model', 'it has no tokenizer.json', NEEDED);
  const isStatic = chosen.endsWith('.safetensors');
  const [limit, limitFrom] = isStatic ? [STATIC_LIMIT, 'none: 512 is taken'] : limitOf(json, tokenizer, config);
  const stated = config._name_or_path;
  return {
    name: folder !== '' ? folder : typeof stated === 'string' && stated !== '' ? stated : 'model',
    settings: {
      kind: isStatic ? 'static' : 'transformer',
      pooling: isStatic ? 'mean' : poolingOf(json('1_Pooling/config.json')),
      limit,
      limitFrom,
      mostPieces: MOST_PIECES,
    },
    tokenizer,
    tokenizerConfig: json('tokenizer_config.json') ?? {},
    weights,
    files: files.filter(({ path }) => path === chosen || (MODEL_FILES as readonly string[]).includes(path)),
  };
}

/**
 * Tokens at once, and the file that says so. The files of one model often disagree: what sentence-transformers goes by
 * is first, and never more than the model has positions for.
 */
function limitOf(json: (path: string) => Json | null, tokenizer: Json, config: Json): [number, string] {
  const usable = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value > 2 && value < NO_LIMIT;
  const truncation = tokenizer.truncation as { readonly max_length?: unknown } | null | undefined;
  const stated: readonly (readonly [unknown, string])[] = [
    [json('sentence_bert_config.json')?.max_seq_length, 'sentence_bert_config.json'],
    [json('tokenizer_config.json')?.model_max_length, 'tokenizer_config.json'],
    [truncation?.max_length, 'tokenizer.json'],
    [config.max_position_embeddings, 'config.json'],
  ];
  const [value, from] = stated.find(([one]) => usable(one)) ?? [ASSUMED_LIMIT, 'none: 512 is taken'];
  const positions = config.max_position_embeddings;
  return usable(positions) && positions < (value as number) ? [positions, 'config.json'] : [value as number, from];
}

function poolingOf(config: Json | null): EmbeddingSettings['pooling'] {
  const names = { pooling_mode_cls_token: 'cls', pooling_mode_max_tokens: 'max' } as const;
  for (const [key, pooling] of Object.entries(names)) if (config?.[key] === true) return pooling;
  if (config && config.pooling_mode_mean_tokens !== true)
    throw modelFailure('1_Pooling/config.json', 'it pools neither by mean, nor first token, nor maximum', OTHER_MODEL);
  return 'mean';
}
const OTHER_MODEL = 'Choose another model';
