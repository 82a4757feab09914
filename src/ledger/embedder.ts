import { PROBES, probeHash } from './probes.ts';
import type { DocumentFrequencies, EmbeddingBatch } from './types.ts';

/**
 * The built-in embedder: hashed word and character n-grams (Weinberger et al. 2009, feature hashing), TF-IDF weights, a
 * signed random projection (Achlioptas 2003) to 64 dimensions, unit length. Deterministic: 32-bit integer arithmetic
 * and IEEE doubles only, no library, no download.
 *
 * - Features of a text: it is lower-cased and split into runs of letters, digits and marks (words); single words, pairs
 * of neighbouring words, and
 *   the 3- and 4-grams of every word between boundary marks ("^word$"); for a text without any word, its characters.
 * - Hash: FNV-1a over UTF-16 code units, finished by the 32-bit mixer of MurmurHash3, taken modulo 2^18 buckets.
 * - Weight: (1 + ln tf) * idf, idf = ln((1 + N) / (1 + df)) + 1 over the N reference texts only, so that it is causal:
 * of an event nothing is used
 *   but the event and the reference period (docs/methods.md 2).
 * - Projection: entry (bucket, d) is +1 or -1, the d-th bit of a stream of splitmix32 seeded by (SEED xor bucket's
 * mix).
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

/** FNV-1a over UTF-16 code units. */
function hashRange(text: string, from: number, to: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

const WORD_KIND = 1;
const PAIR_KIND = 2;
const GRAM_KIND = 3;
const WORDS = /[\p{L}\p{N}\p{M}]+/gu;

/** Occurrences of the buckets of one text at a time. */
export interface FeatureCounts {
  /** Length 2^18; zero but for the touched buckets. */
  readonly counts: Uint32Array;
  /** The first `size` are the buckets of the text, in the order of their first occurrence. */
  touched: Int32Array;
  size: number;
}
export const featureCounts = (): FeatureCounts => ({
  counts: new Uint32Array(BUCKETS),
  touched: new Int32Array(1024),
  size: 0,
});

/** Counts the features of a text into `into`, which forgets the text before. */
export function countFeatures(text: string, into: FeatureCounts): void {
  const { counts } = into;
  for (let i = 0; i < into.size; i++) counts[into.touched[i]] = 0;
  into.size = 0;
  const add = (hash: number): void => {
    const bucket = mix(hash) & (BUCKETS - 1);
    if (counts[bucket]++ > 0) return;
    if (into.size === into.touched.length) {
      const grown = new Int32Array(into.size * 2);
      grown.set(into.touched);
      into.touched = grown;
    }
    into.touched[into.size++] = bucket;
  };
  const words = text.toLowerCase().match(WORDS) ?? Array.from(text.replace(/\s+/g, ''));
  let previous = 0;
  words.forEach((word, i) => {
    const hash = hashRange(word, 0, word.length, WORD_KIND);
    add(hash);
    if (i > 0) add(Math.imul(previous, 31) ^ hash ^ PAIR_KIND);
    previous = hash;
    const marked = `^${word}$`;
    for (let size = 3; size <= 4; size++)
      for (let at = 0; at + size <= marked.length; at++) add(hashRange(marked, at, at + size, GRAM_KIND));
  });
}

/** Document frequencies of the reference texts. */
export interface Idf {
  readonly documents: number;
  /** Weight of each of the 2^18 buckets. */
  readonly weight: Float64Array;
}

const weightOf = (documents: number, df: number): number => Math.log((1 + documents) / (1 + df)) + 1;

/** The weights again, from what a bundle holds of them. */
export function idfOf({ documents, buckets, counts }: DocumentFrequencies): Idf {
  const weight = new Float64Array(BUCKETS).fill(weightOf(documents, 0));
  buckets.forEach((bucket, i) => (weight[bucket] = weightOf(documents, counts[i])));
  return { documents, weight };
}

/** Coordinates are compared to this many parts of 1, so that the last bit of a logarithm tells nothing. */
const PROBE_STEPS = 10_000;

/** By what this embedder is told from another, or from itself with other weights. */
export const probeOf = (idf: Idf): Promise<string> =>
  probeHash(embedBatch(PROBES, Int32Array.from(PROBES.keys()), idf).vectors, PROBE_STEPS);

/** Inverse document frequencies over the reference texts (an event without text is not a document). */
export function fitIdf(): { add(text: string): void; finish(): Idf; frequencies(): DocumentFrequencies } {
  const frequency = new Uint32Array(BUCKETS);
  const features = featureCounts();
  let documents = 0;
  return {
    add: (text) => {
      countFeatures(text, features);
      documents++;
      for (let i = 0; i < features.size; i++) frequency[features.touched[i]]++;
    },
    finish: () => ({ documents, weight: Float64Array.from(frequency, (df) => weightOf(documents, df)) }),
    frequencies() {
      const buckets = Array.from(frequency.keys()).filter((bucket) => frequency[bucket] > 0);
      return { documents, buckets, counts: buckets.map((bucket) => frequency[bucket]) };
    },
  };
}

const NIBBLES = EMBEDDER_DIMENSION / 4;

/** Writes the unit-length embedding of `text` to `out[at .. at + 64)`. */
export function embed(text: string, idf: Idf, out: Float32Array, at: number, features = featureCounts()): void {
  countFeatures(text, features);
  // The signs of a bucket are taken four at a time: weights are summed by the value of the nibble first, which is a
  // quarter of the additions.
  const byNibble = new Float64Array(NIBBLES * 16);
  for (let i = 0; i < features.size; i++) {
    const bucket = features.touched[i];
    const weight = (1 + Math.log(features.counts[bucket])) * idf.weight[bucket];
    let state = SEED ^ mix(bucket + 1);
    for (let word = 0; word < NIBBLES; word += 8) {
      state = next(state);
      let bits = mix(state);
      for (let nibble = word; nibble < word + 8; nibble++, bits >>>= 4) byNibble[nibble * 16 + (bits & 15)] += weight;
    }
  }
  const sum = new Float64Array(EMBEDDER_DIMENSION);
  for (let d = 0; d < EMBEDDER_DIMENSION; d++) {
    const nibble = (d >> 2) * 16;
    for (let value = 0; value < 16; value++)
      sum[d] += (value >> (d & 3)) & 1 ? byNibble[nibble + value] : -byNibble[nibble + value];
  }
  let norm = 0;
  for (let d = 0; d < EMBEDDER_DIMENSION; d++) norm += sum[d] * sum[d];
  const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
  for (let d = 0; d < EMBEDDER_DIMENSION; d++) out[at + d] = sum[d] * scale;
}

/** Embeds texts as a batch over the given canonical rows. */
export function embedBatch(texts: readonly string[], rows: Int32Array, idf: Idf): EmbeddingBatch {
  const vectors = new Float32Array(texts.length * EMBEDDER_DIMENSION);
  const features = featureCounts();
  texts.forEach((text, i) => embed(text, idf, vectors, i * EMBEDDER_DIMENSION, features));
  return { rows, vectors };
}

/** Number of reference events of a ledger of n events (docs/methods.md 11). */
export function referenceRows(n: number, referenceEvents: number): number {
  return n < 200 ? n : Math.min(Math.max(200, Math.min(referenceEvents, Math.floor(0.2 * n))), n);
}
