import { describe, expect, it } from 'vitest';
import { embeddingTime, sampleFor } from './estimate.ts';

describe('what embedding will take', () => {
  it('goes by characters, speed and threads, of which four at most are started', () => {
    const texts = { texts: 100, characters: 31_500 };
    expect(embeddingTime(texts, 3150, 1)).toBe(10_000);
    expect(embeddingTime(texts, 3150, 2)).toBeCloseTo(6250);
    expect(embeddingTime(texts, 3150, 64)).toBe(embeddingTime(texts, 3150, 4));
  });

  it('is brought down by a sample, of which small streams are whole', () => {
    expect(sampleFor([1000, 1000, 10], 0.5)).toBe(497);
    expect(sampleFor([1000, 1000, 10], 1)).toBe(1000);
    expect(sampleFor([5], 0.01)).toBe(1);
  });
});
