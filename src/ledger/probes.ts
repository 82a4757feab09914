import { sha256 } from './sha256.ts';

/** Texts by whose embeddings one embedder is told from another. */
export const PROBES: readonly string[] = [
  'The order was cancelled yesterday.',
  'Could you please confirm your address?',
  "I'm sorry, I can't find that booking!",
  'Error 404: no such file (line 17)',
  '**Total**: $1,234.56 – 3 items',
  'Größe, naïve, 世界, привет',
  'a',
  '!?',
];

/** SHA-256 of the embeddings of the probes, rounded to one part in `steps`, as little-endian int32. */
export function probeHash(vectors: Float32Array, steps: number): Promise<string> {
  const bytes = new DataView(new ArrayBuffer(4 * vectors.length));
  vectors.forEach((value, i) => bytes.setInt32(4 * i, Math.round(value * steps), true));
  return sha256(new Uint8Array(bytes.buffer));
}
