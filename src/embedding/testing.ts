import { mulberry32 } from '../core/random.ts';
import type { ModelFile } from './types.ts';

const VARINT = 0;
const BYTES = 2;

/** A message of protocol buffers: [field number, value]; whole numbers, texts, bytes and messages made by this. */
function message(...fields: readonly (readonly [number, number | string | Uint8Array])[]): Uint8Array {
  const out: number[] = [];
  const varint = (value: number): void => {
    for (; value > 127; value = Math.floor(value / 128)) out.push((value & 127) | 128);
    out.push(value);
  };
  for (const [field, value] of fields) {
    varint(field * 8 + (typeof value === 'number' ? VARINT : BYTES));
    if (typeof value === 'number') varint(value);
    else {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      varint(bytes.length);
      for (const byte of bytes) out.push(byte);
    }
  }
  return Uint8Array.from(out);
}

const FLOAT = 1;
const INT64 = 7;

function valueInfo(name: string, elementType: number, dims: readonly string[]): Uint8Array {
  const shape = message(...dims.map((dim) => [1, message([2, dim])] as const));
  return message([1, name], [2, message([1, message([1, elementType], [2, shape])])]);
}

/**
 * An ONNX graph that looks each token's vector up in a matrix: the smallest that is a transformer by its names.
 * @param input name of its input, @param output name of its output
 */
export function lookupGraph(
  matrix: Float32Array,
  dimension: number,
  input = 'input_ids',
  output = 'last_hidden_state',
) {
  const rows = matrix.length / dimension;
  const tensor = message([1, rows], [1, dimension], [2, FLOAT], [8, 'matrix'], [9, new Uint8Array(matrix.buffer)]);
  const node = message([1, 'matrix'], [1, input], [2, output], [4, 'Gather']);
  const graph = message(
    [1, node],
    [2, 'lookup'],
    [5, tensor],
    [11, valueInfo(input, INT64, ['batch', 'tokens'])],
    [12, valueInfo(output, FLOAT, ['batch', 'tokens', 'values'])],
  );
  return message([1, 8], [7, graph], [8, message([1, ''], [2, 13])]);
}

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789.,!?');
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
/** Every letter, at the start of a word and within one. */
const VOCABULARY = [...SPECIAL, ...LETTERS, ...LETTERS.map((letter) => `##${letter}`)];
export const TINY_DIMENSION = 16;
const TINY_LIMIT = 66;

/** Vectors of the tiny model's tokens. */
export function tinyMatrix(seed: number): Float32Array {
  const random = mulberry32(seed);
  return Float32Array.from({ length: VOCABULARY.length * TINY_DIMENSION }, () => random() * 2 - 1);
}

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const tokenizer = (): object => {
  const special = (id: number) => ({ id: SPECIAL[id], type_id: 0 });
  return {
    version: '1.0',
    truncation: { max_length: 32, strategy: 'LongestFirst', stride: 0 },
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: special(2) }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: special(3) }],
      pair: [],
      special_tokens: Object.fromEntries(
        [2, 3].map((id) => [SPECIAL[id], { id: SPECIAL[id], ids: [id], tokens: [SPECIAL[id]] }]),
      ),
    },
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(VOCABULARY.map((token, id) => [token, id])),
    },
  };
};

/** A whole sentence transformer of some kilobytes: the mean of vectors of letters. */
export function tinyModel(seed = 1): ModelFile[] {
  const folder: Readonly<Record<string, Uint8Array>> = {
    'config.json': text({ model_type: 'bert', max_position_embeddings: 512 }),
    'tokenizer.json': text(tokenizer()),
    'tokenizer_config.json': text({ tokenizer_class: 'BertTokenizer', model_max_length: 512 }),
    'sentence_bert_config.json': text({ max_seq_length: TINY_LIMIT }),
    'modules.json': text([{ idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' }]),
    '1_Pooling/config.json': text({ pooling_mode_mean_tokens: true, pooling_mode_cls_token: false }),
    'model.onnx': lookupGraph(tinyMatrix(seed), TINY_DIMENSION),
  };
  return Object.entries(folder).map(([path, bytes]) => ({ path, bytes }));
}

/** A static model of the same vectors, as model2vec writes it. */
export function tinyStaticModel(seed = 1): ModelFile[] {
  const matrix = tinyMatrix(seed);
  const header = text({
    embeddings: {
      dtype: 'F32',
      shape: [VOCABULARY.length, TINY_DIMENSION],
      data_offsets: [0, matrix.byteLength],
    },
  });
  const bytes = new Uint8Array(8 + header.length + matrix.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(new Uint8Array(matrix.buffer), 8 + header.length);
  return [
    { path: 'config.json', bytes: text({ model_type: 'model2vec', normalize: true }) },
    { path: 'tokenizer.json', bytes: text(tokenizer()) },
    { path: 'model.safetensors', bytes },
  ];
}
