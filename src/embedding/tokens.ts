import { Tokenizer } from '@huggingface/tokenizers';
import { modelFailure } from './folder.ts';
import type { Tokens } from './types.ts';

/** Any text will do whose tokens are not special. */
const SAMPLE = 'a text';

/** Texts to numbers, by a model's own tokenizer. */
export function createTokenizer(tokenizer: object, config: object): (text: string) => Tokens {
  let made: Tokenizer;
  try {
    made = new Tokenizer(tokenizer, config);
    const { before, after } = surroundings(made);
    return (text) => ({ ids: idsOf(made, text, false), before, after });
  } catch (thrown) {
    throw modelFailure(
      'tokenizer.json',
      `it cannot be used (${thrown instanceof Error ? thrown.message : String(thrown)})`,
      'Choose another model',
    );
  }
}

const idsOf = (tokenizer: Tokenizer, text: string, special: boolean): number[] =>
  tokenizer.encode(text, { add_special_tokens: special }).ids;

/** The special tokens about a text: of a piece of one they stand about the piece. */
function surroundings(tokenizer: Tokenizer): { before: number[]; after: number[] } {
  const plain = idsOf(tokenizer, SAMPLE, false);
  const whole = idsOf(tokenizer, SAMPLE, true);
  for (let at = 0; at + plain.length <= whole.length; at++)
    if (plain.every((id, i) => whole[at + i] === id))
      return { before: whole.slice(0, at), after: whole.slice(at + plain.length) };
  throw new Error('its special tokens are not about the text');
}
