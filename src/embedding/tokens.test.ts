import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTokenizer } from './tokens.ts';

interface Fixture {
  readonly pieces: readonly (readonly [id: number, piece: string, score: number])[];
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}
const { pieces, texts, ids } = JSON.parse(
  readFileSync(new URL('./fixtures/unigram.json', import.meta.url), 'utf8'),
) as Fixture;

/** As multilingual models on the Hugging Face hub have it, but for the pieces that no text here has. */
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: ['<s>', '<pad>', '</s>', '<unk>'].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Precompiled', precompiled_charsmap: null },
      { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
    ],
  },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '<s>', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '</s>', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] },
      '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] },
    },
  },
  decoder: null,
  model: { type: 'Unigram', unk_id: 3, vocab: pieces.map(([, piece, score]) => [piece, score]), byte_fallback: false },
};

describe('a tokenizer of a multilingual model (SentencePiece, Unigram)', () => {
  const tokensOf = createTokenizer(tokenizer, { tokenizer_class: 'XLMRobertaTokenizer' });

  it.each(texts.map((text, i) => [text, ids[i]] as const))('cuts %j as Python does', (text, expected) => {
    const { ids: found, before, after } = tokensOf(text);
    expect(found.map((id) => pieces[id][0])).toEqual(expected);
    expect([before, after]).toEqual([[0], [2]]);
  });
});
