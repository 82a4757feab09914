import type { EmbeddingSource } from '../ledger/types.ts';
import type { GeneratedLedger } from './ledger.ts';

/** The embeddings of a generated ledger as a file's are read: pauses have none. */
export function embeddingsOf({ columns: { n, isVoid }, embeddings, dimension }: GeneratedLedger): EmbeddingSource {
  const rows = Int32Array.from({ length: n }, (_, row) => row).filter((row) => !isVoid[row]);
  return {
    dimension,
    async *batches({ only }) {
      const wanted = only ? rows.filter((row) => only[row] !== 0) : rows;
      yield { rows: wanted, vectors: pickRows(embeddings, dimension, wanted) };
    },
  };
}

/** The rows `at` of a row-major matrix; the matrix itself where that is all of them. */
export function pickRows(x: Float32Array, width: number, at: Int32Array): Float32Array {
  if (at.length * width === x.length) return x;
  const picked = new Float32Array(at.length * width);
  at.forEach((row, i) => picked.set(x.subarray(row * width, (row + 1) * width), i * width));
  return picked;
}
