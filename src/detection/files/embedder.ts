import * as v from 'valibot';
import { integer, choice, must, text } from './schema.ts';

/** SHA-256, hexadecimal. */
export const hash = v.pipe(text, v.regex(/^[0-9a-f]{64}$/, must('a SHA-256 in hexadecimal')));

const ENTRIES = {
  name: v.pipe(
    text,
    v.description(
      'file: the embeddings of the ledger; built-in: made of its texts by Tautline; else a model by its name',
    ),
  ),
  probe: v.pipe(
    v.nullable(hash),
    v.description(
      'SHA-256 of its embeddings of eight fixed texts: another embedder has another. ' +
        'null: the embeddings are those of the file, or it was not known',
    ),
  ),
};

/** What made the vectors of a ledger: by its name, and by the probe where that is known. */
export const madeBySchema = v.object(ENTRIES);
export type MadeBy = Readonly<v.InferOutput<typeof madeBySchema>>;

const settingsSchema = v.object({
  kind: v.pipe(choice(['transformer', 'static']), v.description('static: one vector a token, as model2vec has them')),
  pooling: v.pipe(choice(['mean', 'cls', 'max', 'model']), v.description('How the vectors of tokens become one')),
  limit: v.pipe(integer(1), v.description('Tokens read at once, special ones included')),
  limitFrom: v.pipe(text, v.description('Which file of the model says so')),
  mostPieces: v.pipe(integer(1), v.description('A longer text is read in so many pieces at most, which are averaged')),
});

/** The entries of an embedder in a bundle, but for what only the built-in one has. */
export const EMBEDDER_ENTRIES = {
  ...ENTRIES,
  settings: v.pipe(
    v.optional(v.nullable(settingsSchema), null),
    v.description('How a model makes vectors of texts; absent or null: no such model, or not known'),
  ),
};
