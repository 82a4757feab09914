/**
 * Where an @name stands in a message: only at its end can it hand control over, by itself or before what it is told
 * ("@auditor — verify this.").
 */
type MentionPlace = 'end' | 'running text' | 'code';

interface FoundMention {
  /** As the agent's name is written in the ledger. */
  readonly agent: string;
  readonly place: MentionPlace;
  /** Position of the @ in the text. */
  readonly at: number;
}

/** Finds mentions of known agents in texts. */
export type MentionFinder = (text: string) => readonly FoundMention[];

/** What may stand between the last mentions and the end of a message: blanks, punctuation, closing marks, "and". */
const AFTERWARDS = /^(?:[\s\p{P}\p{S}]|\band\b)*$/u;
const WORD = /[\p{L}\p{N}_]/u;
/** What stands between an agent that is spoken to and what it is told; a comma before "who" goes on about it. */
const TOLD =
  /^[*_)\]]*(?:\s*(?:—|–|--|:)|\s+-(?=\s)|,(?!\s*(?:who|whose|whom|which|that)\b))\s*(?=[\p{L}\p{N}"'`“‘(*_])/iu;
/** What may stand before an agent that is spoken to: nothing of its sentence, or the words that hand over. */
const BEFORE = /(?:^|\n|[.!?…:;]["'”’)*_]*\s+|\b(?:over|back|off|on) to\s+)[\s>*_"'“‘(•-]*$/iu;
/** Characters before a mention, and after it, that say whether it is spoken to; and how many of the last are tried. */
const NEAR = 200;
const TRIED = 32;
const SENTENCE_END = /[.!?…]["'”’)*_]*\s+(?=\S)/u;

/**
 * A finder of `@name` for these names, without regard to case, the longest name first. An @ after a letter or digit (an
 * address) mentions nobody, and neither does a name that goes on (`@bob` in `@bobby`).
 */
export function mentionFinder(names: Iterable<string>): MentionFinder {
  const known = [...new Set(names)]
    .filter((name) => name.length > 0)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const byStart = new Map<string, { readonly name: string; readonly lower: string }[]>();
  for (const name of known) {
    const lower = name.toLowerCase();
    const group = byStart.get(lower[0]);
    if (group) group.push({ name, lower });
    else byStart.set(lower[0], [{ name, lower }]);
  }
  return (text) => {
    if (!text.includes('@')) return [];
    const lower = text.toLowerCase();
    // Lower-casing can change lengths; names are then sought in the text as it is.
    const searched = lower.length === text.length ? lower : text;
    const code = codeSpans(text);
    const found: { agent: string; at: number; end: number; inCode: boolean }[] = [];
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      if (at > 0 && WORD.test(text[at - 1])) continue;
      const start = at + 1;
      const match = byStart
        .get(searched[start] ?? '')
        ?.find(({ lower: name }) => searched.startsWith(name, start) && !continues(text, start + name.length));
      if (match)
        found.push({
          agent: match.name,
          at,
          end: start + match.lower.length,
          inCode: code.some(([from, to]) => at >= from && at < to),
        });
    }
    let endsAt = text.length;
    const places: MentionPlace[] = [];
    for (let i = found.length - 1; i >= 0; i--) {
      const { at, end, inCode } = found[i];
      if (!inCode && AFTERWARDS.test(text.slice(end, endsAt))) {
        places[i] = 'end';
        endsAt = at;
      } else {
        places[i] = inCode ? 'code' : 'running text';
        endsAt = -1;
      }
      if (endsAt < 0) {
        for (let j = i - 1; j >= 0; j--) places[j] = found[j].inCode ? 'code' : 'running text';
        break;
      }
    }
    if (!places.includes('end')) placeSpokenTo(text, found, places);
    return found.map(({ agent, at }, i) => ({ agent, at, place: places[i] }));
  };
}

interface Span {
  readonly at: number;
  readonly end: number;
  readonly inCode: boolean;
}

/** Puts those at the end whom the last sentence of a text, or a last line of its own, tells something. */
function placeSpokenTo(text: string, found: readonly Span[], places: MentionPlace[]): void {
  for (let last = found.length - 1; last >= Math.max(0, found.length - TRIED); last--) {
    const { end, inCode } = found[last];
    if (inCode || !TOLD.test(text.slice(end, end + NEAR))) continue;
    // Those named together are told together: "@ann and @bob — verify this."
    let first = last;
    while (first > 0 && !found[first - 1].inCode && AFTERWARDS.test(text.slice(found[first - 1].end, found[first].at)))
      first--;
    const before = text.slice(Math.max(0, found[first].at - NEAR), found[first].at);
    if (!BEFORE.test(before) || !isLast(text.slice(end), /\n[\s>*_•-]*$/.test(before))) continue;
    places.fill('end', first, last + 1);
    return;
  }
}

/** Whether what is told is all that follows: the sentence, or the line where that is one of its own. */
function isLast(rest: string, isOwnLine: boolean): boolean {
  const told = rest.trimEnd();
  return !told.includes('\n') && (isOwnLine || !SENTENCE_END.test(told));
}

/** A name goes on with a letter, digit or underscore, or with one of those after a dot or hyphen. */
function continues(text: string, end: number): boolean {
  if (end >= text.length) return false;
  if (WORD.test(text[end])) return true;
  return (text[end] === '-' || text[end] === '.') && end + 1 < text.length && WORD.test(text[end + 1]);
}

/** Spans [from, to) of fenced blocks (to the end of the text where one is not closed) and of inline code. */
export function codeSpans(text: string): readonly (readonly [number, number])[] {
  const spans: [number, number][] = [];
  let at = 0;
  while (at < text.length) {
    const tick = text.indexOf('`', at);
    if (tick < 0) break;
    let length = 1;
    while (text[tick + length] === '`') length++;
    const fence = '`'.repeat(length);
    let close = text.indexOf(fence, tick + length);
    // A closing run has the length of the opening one.
    while (close >= 0 && text[close + length] === '`') {
      let skip = close;
      while (text[skip] === '`') skip++;
      close = text.indexOf(fence, skip);
    }
    if (close < 0) {
      if (length < 3) {
        at = tick + length;
        continue;
      }
      spans.push([tick, text.length]);
      break;
    }
    spans.push([tick, close + length]);
    at = close + length;
  }
  return spans;
}
