import { expect, it } from 'vitest';
import { embeddingsText } from './reportFacts.ts';

it('a report says what made the vectors, and of a model how it was used', () => {
  const model = {
    name: 'minilm',
    probe: 'cd'.repeat(32),
    dimension: 384,
    settings: { kind: 'transformer', pooling: 'mean', limit: 256, limitFrom: 'config.json', mostPieces: 16 },
  } as const;
  const embedded = { events: 9, texts: 8, inPieces: 3, cut: 2, computed: 8 };
  expect(embeddingsText({ embedder: 'model', model, embedded })).toBe(
    `made from the text by the model minilm: 384 dimensions, probe ${model.probe}, pooling mean, ` +
      '256 tokens at once (config.json), 16 such pieces at most; of 2 texts the end was not read',
  );
  expect(embeddingsText({ embedder: 'file', model })).toMatch(/^from the ledger, made by the model minilm: 384/);
  expect(embeddingsText({ embedder: 'file' })).toContain('does not say what made them');
  expect(embeddingsText({ embedder: 'built-in' })).toContain('the built-in embedder');
  expect(embeddingsText({ embedder: 'none' })).toBe('none');
});
