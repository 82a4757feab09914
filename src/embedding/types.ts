import type { EmbeddingSettings } from '../core/embeddingModel.ts';

/** A file of a model's folder. `path` is relative to the folder. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Numbers of one shape. */
export interface Tensor<A = Float32Array | BigInt64Array> {
  readonly data: A;
  readonly dims: readonly number[];
}

/** A started ONNX graph; what runs it is given from outside. */
export interface ModelSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** @throws where an output that is asked for holds no float32 numbers */
  run(feeds: Readonly<Record<string, Tensor<BigInt64Array>>>, output: string): Promise<Tensor<Float32Array>>;
  release(): Promise<void>;
}

/** Starts a graph from the bytes of its file. */
export type StartSession = (graph: Uint8Array) => Promise<ModelSession>;

/** A text as numbers. */
export interface Tokens {
  /** Of the text alone. */
  readonly ids: readonly number[];
  /** What stands before and behind each piece. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A vector and how many tokens its text has, special ones aside. */
export interface Encoded {
  readonly vector: Float32Array;
  readonly tokens: number;
}

/** A model that is ready: texts to unit vectors, one after the other. */
export interface TextModel {
  readonly name: string;
  readonly dimension: number;
  readonly settings: EmbeddingSettings;
  /** Special tokens about each piece. */
  readonly specials: number;
  embed(text: string): Promise<Encoded>;
  /** What its user should know of how it ran, as a sentence without its full stop. */
  note?(): string | null;
  release(): Promise<void>;
}
