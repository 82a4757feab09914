import { describe, expect, it } from 'vitest';
import { toVectors, looksLikeBase64Vector } from './vectors.ts';

/** Vectors that are written as texts, in every way that libraries write them. */

const bad = (_: number, value: unknown): never => {
  throw new Error(String(value));
};
const read = (text: string): number[] => Array.from(toVectors([text], bad).values, (value) => value + 0);

/** Bytes of numbers. */
function bytesOf(values: readonly number[], width: 4 | 8, isLittle = true): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * width));
  values.forEach((value, i) =>
    width === 4 ? view.setFloat32(i * 4, value, isLittle) : view.setFloat64(i * 8, value, isLittle),
  );
  return new Uint8Array(view.buffer);
}
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe('a vector as text', () => {
  it.each([
    '[1, 0.5, -2]',
    '[1. 0.5\n -2. ]',
    '{1,0.5,-2}',
    '(1, 0.5, -2)',
    '[1, 0.5, -2,]',
    '[[1, 0.5, -2]]',
    'array([ 1. ,  0.5, -2. ], dtype=float32)',
    'np.array([1, 0.5, -2])',
    'Array([1, 0.5, -2], dtype=float32)',
    "tensor([1., 0.5,\n        -2.], device='cuda:0', grad_fn=<MulBackward0>)",
    'tensor([[1, 0.5, -2]])',
    '[np.float64(1.0), np.float64(0.5), np.float32(-2)]',
    base64(bytesOf([1, 0.5, -2], 4)),
    base64(bytesOf([1, 0.5, -2], 4)).replace(/=+$/, ''),
    base64(bytesOf([1, 0.5, -2], 4)).replace(/(.{6})/, '$1\n'),
  ])('%j', (text) => expect(read(text)).toEqual([1, 0.5, -2]));

  it('base64 of URLs', () => {
    const values = [1, -3.0999999580672e-5, 0.25, 7];
    const text = base64(bytesOf(values, 4));
    expect(text).toMatch(/[+/]/);
    expect(read(text.replaceAll('+', '-').replaceAll('/', '_'))).toEqual(Array.from(Float32Array.from(values)));
  });

  it.each([
    ['[0.1 0.2 ... 0.9]', '[0.1 0.2 ... 0.9]'],
    ['array([0.1, 0.2, ..., 0.9])', 'array([0.1, 0.2, ..., 0.9])'],
    ['[0.1, 0.2', '[0.1, 0.2'],
    ['[[1, 2], [3, 4]]', '[[1, 2], [3, 4]]'],
    ['0.1 0.2', '0.1 0.2'],
    ['model-12', 'as base64 6 bytes, no multiple of 4'],
    ['model-12abcdefgh', 'as base64 12 bytes that are no float32 numbers'],
    [base64(new Uint8Array(13)), 'as base64 13 bytes, no multiple of 4'],
    [base64(bytesOf([0.1, -0.2, 0.3, 0.4], 8)), 'as base64 32 bytes of float64'],
    [base64(bytesOf([1, -2, 3, 4], 8)), 'as base64 32 bytes of float64'],
    [base64(bytesOf([0.1, -0.2, 0.3], 4, false)), 'as base64 12 bytes of float32 with the greatest byte first'],
    [base64(bytesOf([0.1, -0.2, 0.3, 0.4], 8, false)), 'as base64 32 bytes of float64 with the greatest byte first'],
  ])('%j is refused', (text, shown) => expect(() => read(text)).toThrow(shown));

  it('of numbers that are not finite, or none but 0, is what it is', () => {
    expect(read(base64(bytesOf([NaN, Infinity, 1], 4)))).toEqual([NaN, Infinity, 1]);
    expect(read(base64(bytesOf([0, 0, 0, 0], 4)))).toEqual([0, 0, 0, 0]);
  });

  it('is told from words', () => {
    expect(looksLikeBase64Vector(base64(bytesOf([0.1, -0.2, 0.3], 4)))).toBe(true);
    for (const text of ['north', 'assistant', 'abcdefghijklmnop', 'a longer text of words'])
      expect(looksLikeBase64Vector(text)).toBe(false);
  });
});
