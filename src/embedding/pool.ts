import type { EmbeddingSettings } from '../core/embeddingModel.ts';

/** One vector of those of a piece's tokens, row-major tokens x dimension. */
export function pool(
  rows: Float32Array,
  tokens: number,
  dimension: number,
  pooling: EmbeddingSettings['pooling'],
): Float64Array {
  if (pooling === 'cls' || pooling === 'model') return Float64Array.from(rows.subarray(0, dimension));
  const out = new Float64Array(dimension).fill(pooling === 'max' ? -Infinity : 0);
  for (let t = 0; t < tokens; t++)
    for (let d = 0; d < dimension; d++) {
      const value = rows[t * dimension + d];
      if (pooling === 'max') out[d] = Math.max(out[d], value);
      else out[d] += value / tokens;
    }
  return out;
}

/** The mean of vectors by weight, of unit length; zeros where there is nothing to point to. */
export function unitMean(vectors: readonly Float64Array[], weights: readonly number[]): Float32Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, i) => {
    for (let d = 0; d < sum.length; d++) sum[d] += vector[d] * weights[i];
  });
  const norm = Math.hypot(...sum);
  return Float32Array.from(sum, (value) => (norm > 0 ? value / norm : 0));
}
