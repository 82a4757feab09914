import { formatCount, formatNumber } from '../../core/format.ts';
import { median } from '../../core/statistics.ts';
import { STYLE_FEATURES } from '../change/style.ts';
import { cliffsDelta } from './effect.ts';
import type { CharacteristicTerm, TextProfile, WordsResult } from './types.ts';

export interface WordsOptions {
  /** Terms wanted on each side, and as many function words. */
  readonly terms?: number;
  /** Keeps terms that are digits only; true by default. */
  readonly numbers?: boolean;
}

/**
 * Terms rarer than this in window and reference together are not listed: a z of one or two occurrences says nothing.
 */
const MIN_COUNT = 3;
/**
 * Total weight of the prior, in tokens: Monroe, Colaresi & Quinn set it by the length of a typical text; 500 words of
 * prior shrink rare terms.
 */
const PRIOR_TOKENS = 500;
/** Vocabularies are compared at no more tokens than this. */
const MAX_SAMPLE = 20_000;

/** Groups of words of style that are grammar: pronouns, articles, auxiliaries, prepositions, conjunctions. */
const GRAMMAR = 'i you we modal will the a to prep conj be have this neg if'.split(' ');
const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  STYLE_FEATURES.flatMap((one) => (one.kind === 'words' && GRAMMAR.includes(one.name) ? one.words : [])),
);

const TOKEN = /[\p{L}\p{N}]+(?:[''’_-][\p{L}\p{N}]+)*/gu;
const DIGITS = /^\p{N}+$/u;

/** Lower-case words of a text: letters and digits of any script, with apostrophes, hyphens and underscores inside. */
export function tokenize(text: string, numbers = true): string[] {
  const tokens = text.normalize('NFC').toLowerCase().match(TOKEN) ?? [];
  return numbers ? tokens : tokens.filter((token) => !DIGITS.test(token));
}

/**
 * Log-odds ratio of a term with an informative Dirichlet prior and its z (Monroe, Colaresi & Quinn 2008, eqs 16, 20 and
 * 22).
 * @param y occurrences, of `n` tokens, in the window (1) and reference (2)
 * @param prior pseudo-count of the term, of `priorTokens` in all
 */
export function logOdds(
  y1: number,
  n1: number,
  y2: number,
  n2: number,
  prior: number,
  priorTokens: number,
): { readonly logOdds: number; readonly z: number } {
  const odds = (y: number, n: number) => Math.log((y + prior) / (n + priorTokens - y - prior));
  const delta = odds(y1, n1) - odds(y2, n2);
  return { logOdds: delta, z: delta / Math.sqrt(1 / (y1 + prior) + 1 / (y2 + prior)) };
}

/**
 * Terms that set the window's texts apart from the reference's, with length and vocabulary beside them. The prior of a
 * term is its share of window and reference together, so words that are frequent everywhere need no stop list. Null and
 * blank texts take no part.
 */
export function compareWords(
  window: readonly (string | null)[],
  reference: readonly (string | null)[],
  { terms = 30, numbers = true }: WordsOptions = {},
): WordsResult {
  const own = read(window, numbers);
  const other = read(reference, numbers);
  const all = own.tokens.length + other.tokens.length;
  const scored: CharacteristicTerm[] = [];
  for (const term of new Set([...own.counts.keys(), ...other.counts.keys()])) {
    const y1 = own.counts.get(term) ?? 0;
    const y2 = other.counts.get(term) ?? 0;
    // A term that is all there is has no odds against anything.
    if (y1 + y2 < MIN_COUNT || y1 + y2 === all) continue;
    const prior = (PRIOR_TOKENS * (y1 + y2)) / all;
    scored.push({
      term,
      window: y1,
      reference: y2,
      isFunction: FUNCTION_WORDS.has(term),
      ...logOdds(y1, own.tokens.length, y2, other.tokens.length, prior, PRIOR_TOKENS),
    });
  }
  scored.sort((a, b) => b.z - a.z || (a.term < b.term ? -1 : 1));
  const sample = Math.min(MAX_SAMPLE, own.tokens.length, other.tokens.length);
  const lengthEffect = cliffsDelta(own.characters, other.characters);
  const comparable = own.tokens.length > 0 && other.tokens.length > 0;
  return {
    more: comparable
      ? first(
          scored.filter((t) => t.z > 0),
          terms,
        )
      : [],
    less: comparable ? first(scored.filter((t) => t.z < 0).reverse(), terms) : [],
    window: profile(own, sample),
    reference: profile(other, sample),
    sample,
    lengthEffect,
    notes: notesOf(own, other, sample, lengthEffect),
  };
}

/** The first of either kind, in their order, so that function words crowd nothing out. */
function first(ranked: readonly CharacteristicTerm[], terms: number): CharacteristicTerm[] {
  const left = { function: terms, content: terms };
  return ranked.filter(({ isFunction }) => left[isFunction ? 'function' : 'content']-- > 0);
}

interface Texts {
  readonly tokens: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  readonly characters: readonly number[];
  readonly words: readonly number[];
}

function read(texts: readonly (string | null)[], numbers: boolean): Texts {
  const tokens: string[] = [];
  const counts = new Map<string, number>();
  const characters: number[] = [];
  const words: number[] = [];
  for (const text of texts) {
    if (text === null || text.trim() === '') continue;
    const own = tokenize(text, numbers);
    characters.push(codePoints(text));
    words.push(own.length);
    for (const token of own) {
      tokens.push(token);
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  }
  return { tokens, counts, characters, words };
}

function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
}

/** Vocabulary grows with length, so types are counted among the first `sample` tokens. */
function profile({ tokens, characters, words }: Texts, sample: number): TextProfile {
  const types = new Set(tokens.slice(0, sample)).size;
  return {
    texts: characters.length,
    tokens: tokens.length,
    characters: median(characters),
    words: median(words),
    types,
    typeTokenRatio: sample > 0 ? types / sample : Number.NaN,
  };
}

function notesOf(own: Texts, other: Texts, sample: number, lengthEffect: number): string[] {
  if (own.characters.length === 0 || other.characters.length === 0) {
    return [
      `${own.characters.length === 0 ? 'The window' : 'The reference'} has no text: there is nothing to compare.`,
    ];
  }
  const notes = [
    `Vocabulary is counted among the first ${formatCount(sample)} words of either side, since it grows with length.`,
  ];
  if (Math.abs(lengthEffect) >= 0.33) {
    notes.push(
      `Texts of the window are ${lengthEffect > 0 ? 'longer' : 'shorter'} ` +
        `(Cliff's delta ${formatNumber(lengthEffect)}): ` +
        'part of what changed is how much is said, and embeddings see that too.',
    );
  }
  return notes;
}
