/** What made the vectors of a ledger's texts: by this one model is told from another. */
export interface EmbeddingModel {
  readonly name: string;
  /** SHA-256 of its embeddings of eight fixed texts, rounded to 1/100. */
  readonly probe: string;
  readonly dimension: number;
  readonly settings: EmbeddingSettings;
}

/** How a model's vectors are made of texts. */
export interface EmbeddingSettings {
  /** `transformer`: an ONNX graph; `static`: one vector a token, as model2vec has them. */
  readonly kind: 'transformer' | 'static';
  readonly pooling: 'mean' | 'cls' | 'max' | 'model';
  /** Tokens that the model reads at once, its special ones included. */
  readonly limit: number;
  /** Which of its files says so. */
  readonly limitFrom: string;
  /** A text of more tokens is read in so many pieces at most, whose vectors are averaged by their tokens. */
  readonly mostPieces: number;
}

/** In place of the id of a model: the built-in embedder. */
export const BUILT_IN = 'built-in';

/** What became of the texts of a ledger. */
export interface EmbeddedTexts {
  readonly events: number;
  /** Texts that are not the same as another. */
  readonly texts: number;
  /** Of these: longer than the model reads at once, so averaged over pieces. */
  readonly inPieces: number;
  /** Of these: longer than all pieces, so that their end was not read. */
  readonly cut: number;
  /** How many were computed now; the others were kept from before. */
  readonly computed: number;
  /** What is to be known of how, as a sentence without its full stop. */
  readonly note?: string;
}

/** The key under which Parquet files of ours keep what made their vectors. */
export const MODEL_METADATA_KEY = 'tautline.embedding_model';

/** What runs a model: the processor by WebAssembly, or the graphics card. */
export type Runtime = 'wasm' | 'webgpu';

/** Threads at most: each holds the model. */
export const MOST_THREADS = 4;
/** Threads share memory and caches. */
const SHARED = 0.8;

/** How many times as quick as one thread those are that so many cores give. */
export function threadsOf(cores: number): number {
  const threads = Math.min(MOST_THREADS, Math.max(1, cores));
  return threads > 1 ? threads * SHARED : 1;
}
