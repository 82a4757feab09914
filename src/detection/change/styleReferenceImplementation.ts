import { messageIn, STYLE_FEATURES, STYLE_GROUPS, type StyleFeature } from './style.ts';

/** The marks that are more than a character out of a list. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  bullet: /(?<![^\n])[^\S\n]*[-*•]\s/g,
  numbered: /(?<![^\n])[^\S\n]*[0-9]+[.)]\s/g,
  bold: /\*\*/g,
  nonascii: /[^\0-\x7f\u2013\u2014\u2018\u2019\u201c\u201d\u00a0\u2009\u2011\u202f]/gu,
};

/** The features of one text by their definition, not divided by their scales. */
export function styleReference(text: string): number[] {
  const message = messageIn(text);
  const n = Array.from(message).length;
  const words =
    message
      .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      .replaceAll('’', "'")
      .match(/[a-z]+(?:'[a-z]+)?/g) ?? [];
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  const sentences = matches(message, /[.!?](?=\s|$)/g);
  const lengths: Readonly<Record<string, number>> = {
    length: Math.log(1 + n),
    wordlen: Math.log(1 + letters) - Math.log(1 + words.length),
    sentlen: Math.log(1 + words.length) - Math.log(1 + sentences),
    endq: Number(message.trimEnd().endsWith('?')),
  };
  return STYLE_FEATURES.map((feature, place) => {
    if (feature.kind === 'words') {
      const own = words.filter((word) => STYLE_GROUPS.get(word) === place).length;
      return Math.sqrt((20 * own) / (words.length + 10));
    }
    if (feature.kind === 'mark') return Math.sqrt((100 * marks(feature, message)) / (n + 50));
    return lengths[feature.name];
  });
}

function marks({ name, characters }: StyleFeature & { readonly kind: 'mark' }, message: string): number {
  if (characters === null) return matches(message, PATTERNS[name]);
  return Array.from(message).filter((character) => characters.includes(character)).length;
}

const matches = (message: string, pattern: RegExp): number => [...message.matchAll(pattern)].length;
