import type { EmbeddingBatch } from './types.ts';

/**
 * The built-in embedder: hashed word and character n-grams (Weinberger et al. 2009, feature hashing), TF-IDF weights, a signed random projection
 * (Achlioptas 2003) to 64 dimensions, unit length. Deterministic: 32-bit integer arithmetic and IEEE doubles only, no library, no download.
 *
 * - Features of a text: it is lower-cased and split into runs of letters, digits and marks (words); single words, pairs of neighbouring words, and
 *   the 3- and 4-grams of every word between boundary marks ("^word$"); for a text without any word, its characters.
 * - Hash: FNV-1a over UTF-16 code units, finished by the 32-bit mixer of MurmurHash3, taken modulo 2^18 buckets.
 * - Weight: (1 + ln tf) * idf, idf = ln((1 + N) / (1 + df)) + 1 over the N reference texts only, so that it is causal: of an event nothing is used but
 *   the event and the reference period (spec 2).
 * - Projection: entry (bucket, d) is +1 or -1, the d-th bit of a stream of splitmix32 seeded by (SEED xor bucket's mix).
 */
export const EMBEDDER_DIMENSION = 64;
const BUCKET_BITS = 18;
const BUCKETS = 1 << BUCKET_BITS;
const SEED = 0x7a071e55;

/** Finishing mixer of MurmurHash3 (Appleby 2011). */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** splitmix32: the state advances by the golden ratio, the output is its mix. */
const next = (state: number): number => (state + 0x9e3779b9) | 0;

function hashRange(text: string, from: number, to: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 255), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash;
}

const WORD_KIND = 1;
const PAIR_KIND = 2;
const GRAM_KIND = 3;
const WORDS = /[\p{L}\p{N}\p{M}]+/gu;

/** Adds the features of a text to `counts` (bucket -> occurrences); `counts` is emptied first. */
export function countFeatures(text: string, counts: Map<number, number>): void {
  counts.clear();
  const add = (hash: number): void => {
    const bucket = mix(hash) & (BUCKETS - 1);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  };
  const words = text.toLowerCase().match(WORDS) ?? [...text.replace(/\s+/g, '')];
  let previous = 0;
  words.forEach((word, i) => {
    const hash = hashRange(word, 0, word.length, WORD_KIND);
    add(hash);
    if (i > 0) add(Math.imul(previous, 31) ^ hash ^ PAIR_KIND);
    previous = hash;
    const marked = `^${word}$`;
    for (let size = 3; size <= 4; size++) for (let at = 0; at + size <= marked.length; at++) add(hashRange(marked, at, at + size, GRAM_KIND));
  });
}

/** Document frequencies of the reference texts. */
export interface Idf {
  readonly documents: number;
  /** Weight of each of the 2^18 buckets. */
  readonly weight: Float64Array;
}

/** Inverse document frequencies over the reference texts (null texts are not documents). */
export function fitIdf(): { add(text: string): void; finish(): Idf } {
  const frequency = new Uint32Array(BUCKETS);
  const counts = new Map<number, number>();
  let documents = 0;
  return {
    add: (text) => {
      countFeatures(text, counts);
      documents++;
      for (const bucket of counts.keys()) frequency[bucket]++;
    },
    finish: () => ({ documents, weight: Float64Array.from(frequency, (df) => Math.log((1 + documents) / (1 + df)) + 1) }),
  };
}

/** Writes the unit-length embedding of `text` to `out[at .. at + 64)`. */
export function embed(text: string, idf: Idf, out: Float32Array, at: number, counts = new Map<number, number>()): void {
  countFeatures(text, counts);
  const sum = new Float64Array(EMBEDDER_DIMENSION);
  for (const [bucket, tf] of counts) {
    const weight = (1 + Math.log(tf)) * idf.weight[bucket];
    let state = SEED ^ mix(bucket + 1);
    for (let word = 0; word < EMBEDDER_DIMENSION; word += 32) {
      state = next(state);
      const bits = mix(state);
      for (let d = 0; d < 32; d++) sum[word + d] += (bits >>> d) & 1 ? weight : -weight;
    }
  }
  let norm = 0;
  for (let d = 0; d < EMBEDDER_DIMENSION; d++) norm += sum[d] * sum[d];
  const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
  for (let d = 0; d < EMBEDDER_DIMENSION; d++) out[at + d] = sum[d] * scale;
}

/** Embeds texts as a batch over the given canonical rows. */
export function embedBatch(texts: readonly string[], rows: Int32Array, idf: Idf): EmbeddingBatch {
  const vectors = new Float32Array(texts.length * EMBEDDER_DIMENSION);
  const counts = new Map<number, number>();
  texts.forEach((text, i) => embed(text, idf, vectors, i * EMBEDDER_DIMENSION, counts));
  return { rows, vectors };
}

/** Number of reference events of a ledger of n events (spec 11). */
export function referenceRows(n: number, referenceEvents: number): number {
  return n < 200 ? n : Math.min(Math.max(200, Math.min(referenceEvents, Math.floor(0.2 * n))), n);
}
