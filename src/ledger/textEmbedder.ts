import type { EmbeddingModel } from '../core/embeddingModel.ts';

/** A model of the user's choice, as the reader of a ledger needs it: it keeps vectors by texts. */
export interface TextEmbedder {
  readonly model: EmbeddingModel;
  keyOf(text: string): string;
  has(key: string): boolean;
  /** What is known of a text that is kept. */
  lengthOf(key: string): 'whole' | 'pieces' | 'cut';
  /**
   * Embeds texts and keeps them; what is done stays, also where it is cancelled.
   * @param onDone called with how many more are done
   */
  embed(
    texts: readonly { readonly key: string; readonly text: string }[],
    options: { readonly signal?: AbortSignal; readonly onDone: (count: number) => void },
  ): Promise<void>;
  /** What is to be said of how the texts were embedded, as a sentence without its full stop; null: nothing. */
  note?(): string | null;
  /** Writes vectors of texts one after the other; all of them must be kept. */
  read(keys: readonly string[], out: Float32Array): Promise<void>;
}
