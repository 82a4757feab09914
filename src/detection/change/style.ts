/**
 * How a message is written, as 50 numbers: lengths, marks, and English words that say little of the subject. A channel
 * of its own compares them with the reference.
 */

interface FeatureOf {
  readonly name: string;
  /** As in "question marks -0.9 sd". */
  readonly label: string;
  /** What its value is divided by before features are compared. */
  readonly scale: number;
}

export type StyleFeature = FeatureOf &
  (
    | { readonly kind: 'length' | 'ending' }
    /** Counted by the length of the text; of those that take more than one character, the characters are null. */
    | { readonly kind: 'mark'; readonly characters: string | null }
    /** Counted by the number of words. */
    | { readonly kind: 'words'; readonly words: readonly string[] }
  );

const of = (kind: 'length' | 'ending', name: string, label: string, scale: number): StyleFeature => ({
  kind,
  name,
  label,
  scale,
});
const mark = (name: string, label: string, characters: string | null, scale: number): StyleFeature => ({
  kind: 'mark',
  name,
  label,
  characters,
  scale,
});
/** A word that stands in two groups belongs to the later one. */
const words = (name: string, label: string, scale: number, list: string): StyleFeature => ({
  kind: 'words',
  name,
  label,
  scale,
  words: list.split(' '),
});

/** In the order of the kernel (wasm/style.ts). */
export const STYLE_FEATURES: readonly StyleFeature[] = [
  of('length', 'length', 'message length', 0.826),
  of('length', 'wordlen', 'word length', 0.098),
  of('length', 'sentlen', 'sentence length', 0.464),
  of('ending', 'endq', 'ends in a question', 0.332),
  mark('newline', 'line breaks', '\n', 0.414),
  mark('bullet', 'bullet points', null, 0.276),
  mark('numbered', 'numbered points', null, 0.201),
  mark('bold', 'bold', null, 0.364),
  mark('markup', 'headings, tables and code marks', '#|`', 0.444),
  mark('question', 'question marks', '?', 0.204),
  mark('exclaim', 'exclamation marks', '!', 0.214),
  mark('colon', 'colons', ':', 0.36),
  mark('comma', 'commas', ',', 0.315),
  mark('period', 'full stops', '.', 0.309),
  mark('semicolon', 'semicolons', ';', 0.037),
  mark('hyphen', 'hyphens', '-', 0.484),
  mark('dash', 'dashes', '\u2013\u2014', 0.164),
  mark('paren', 'parentheses', '()', 0.362),
  mark('quote', 'straight quotes and apostrophes', `"'`, 0.454),
  mark('curly', 'curly quotes and apostrophes', '\u2018\u2019\u201c\u201d', 0.181),
  mark('oddspace', 'unusual spaces and hyphens', '\u00a0\u2009\u2011\u202f', 0.184),
  mark('nonascii', 'accents, emoji and other scripts', null, 0.203),
  mark('digit', 'digits', '0123456789', 0.807),
  mark('upper', 'capital letters', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 0.837),
  mark('currency', 'currency and percent signs', '$%€£', 0.264),
  mark('code', 'brackets and signs of code', '{}[]_<>/=\\', 0.384),
  words('i', '"I", "my"', 0.337, "i i'm i've i'll i'd my me"),
  words('you', '"you", "your"', 0.323, "you your you're you've you'll yours"),
  words('we', '"we", "our"', 0.168, "we we're we've we'll our us"),
  words('please', '"please"', 0.222, 'please kindly'),
  words('thanks', '"thank you"', 0.183, 'thank thanks appreciate'),
  words('sorry', '"sorry", "unfortunately"', 0.133, 'sorry apologize apologise apologies unfortunately regret'),
  words('modal', '"would", "could", "may"', 0.267, 'would could may might should'),
  words('will', '"can", "will"', 0.268, "can will cannot can't won't able unable"),
  words('the', '"the"', 0.36, 'the'),
  words('a', '"a", "an"', 0.308, 'a an'),
  words('to', '"to"', 0.338, 'to'),
  words('prep', '"in", "for", "with"', 0.37, 'of in on for with at from by'),
  words('conj', '"and", "or", "but"', 0.306, 'and or but so'),
  words('be', '"is", "are", "was"', 0.325, 'is are was were been being am be'),
  words('have', '"have", "has"', 0.238, 'have has had'),
  words('this', '"this", "that", "it"', 0.296, 'this that these those it its'),
  words('neg', '"not", "no", "don\'t"', 0.291, "not no don't doesn't isn't n't none without"),
  words('if', '"if", "when", "because"', 0.234, 'if when because since unless while'),
  words('help', '"help", "happy to"', 0.251, 'help assist happy glad assistance support'),
  words('any', '"any", "else", "more"', 0.262, 'any anything else further more other additional'),
  words('here', '"here", "now", "then"', 0.243, 'here there now then next currently'),
  words('let', '"let", "need", "want"', 0.291, 'let like want need'),
  words('open', '"sure", "of course", "okay"', 0.288, 'sure certainly great of course absolutely understood okay ok'),
  words('provide', '"provide", "confirm", "check"', 0.264, 'provide confirm proceed know check share'),
];

/** The feature that each word counts for, by its place. */
export const STYLE_GROUPS: ReadonlyMap<string, number> = new Map(
  STYLE_FEATURES.flatMap((feature, place) =>
    feature.kind === 'words' ? feature.words.map((word) => [word, place] as const) : [],
  ),
);

/** Roles whose texts nobody wrote to anybody: instructions, tools, and marks of a run. */
const WITHOUT_STYLE: ReadonlySet<string> = new Set([
  'system',
  'developer',
  'tool',
  'function',
  'tool_call',
  'handoff',
  'termination',
]);

/** Whether an event counts for STYLE; the others pass by. */
export function countsForStyle(role: string | null, text: string | null): boolean {
  return text !== null && text !== '' && !(role !== null && WITHOUT_STYLE.has(role.toLowerCase()));
}

/**
 * What a message says: of a JSON object whose only member is a string that string, once; any other text is itself.
 * Most texts are told apart by a character or two, and only what has that form is parsed.
 */
export function messageIn(text: string): string {
  if (!hasOneString(text)) return text;
  try {
    return Object.values(JSON.parse(text) as Readonly<Record<string, string>>)[0];
  } catch {
    return text;
  }
}

/** Whether it has the form of `{"name": "string"}`; whether the strings are proper ones is for the parser to say. */
function hasOneString(text: string): boolean {
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return false;
  at = endOfString(text, skipSpace(text, at + 1));
  at = skipSpace(text, at);
  if (text[at] !== ':') return false;
  at = endOfString(text, skipSpace(text, at + 1));
  at = skipSpace(text, at);
  return text[at] === '}' && skipSpace(text, at + 1) === text.length;
}

/** After the white space of JSON that begins at `at`. */
function skipSpace(text: string, at: number): number {
  while (at < text.length && ' \t\n\r'.includes(text[at])) at++;
  return at;
}

/** After the string that begins at `at`; the end of the text where there is none. */
function endOfString(text: string, at: number): number {
  if (text[at] !== '"') return text.length;
  for (let quote = at + 1; ; quote++) {
    quote = text.indexOf('"', quote);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
}
