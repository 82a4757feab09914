import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_CHARACTERS, printable, printableLine, shortened, shown } from './printable.ts';

describe('a printed line', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    [
      'a title or a link',
      '\u001b]8;;http://a.test\u0007here\u001b]8;;\u001b\\',
      '\\u001b]8;;http://a.test\\u0007here\\u001b]8;;\\u001b\\',
    ],
    ['lines', 'a\nfake: b\r\u2028c\u2029d\u0085e\tf\v', 'a\\nfake: b\\r\\u2028c\\u2029d\\u0085e\\tf\\u000b'],
    ['C1 controls', '\u009b2Jx\u009d', '\\u009b2Jx\\u009d'],
    ['directions', 'file\u202egpj.exe\u2066\u200f', 'file\\u202egpj.exe\\u2066\\u200f'],
    ['no width', 'a\u200bb\ufeffc\u00ad\u2060', 'a\\u200bb\\ufeffc\\u00ad\\u2060'],
    ['fillers and tags', '\u3164\u{e0041}', '\\u3164\\u{e0041}'],
    ['half a pair', 'x\ud83dy', 'x\\ud83dy'],
    ['nothing else', 'Zoë 日本 ❤️ 🇫🇷 – C:\\new "é"', 'Zoë 日本 ❤️ 🇫🇷 – C:\\new "é"'],
  ])('shows %s', (_, text, seen) => {
    expect(printable(text)).toBe(seen);
  });

  it('is never longer than it may be, ends as it ended, and cuts no character in two', () => {
    const long = fc.string({ unit: fc.constantFrom('a', '\u001b', '😀', 'é'), minLength: 1, maxLength: 9000 });
    fc.assert(
      fc.property(long, (text) => {
        const line = printableLine(text);
        expect(line.length).toBeLessThanOrEqual(LINE_CHARACTERS);
        expect(line).not.toMatch(/\p{Cs}/u);
        if (printable(text).length <= LINE_CHARACTERS) expect(line).toBe(printable(text));
        else expect(line).toContain(' … ');
      }),
      { numRuns: 200 },
    );
    expect(printableLine(`${'a'.repeat(5e6)} end`)).toMatch(/^a+ … a+ end$/);
    expect(shortened('0123456789', 9)).toBe('012 … 789');
    expect(shortened('01😀456789x', 9)).toBe('01 … 89x');
  });
});

it.each<[unknown, string]>([
  ['x'.repeat(99), `"${'x'.repeat(39)}…`],
  [Number.NaN, 'NaN'],
  [1e308, '1e+308'],
  [[1, [2]], 'a list of 2'],
  [{ a: 1 }, 'an object'],
  [null, 'null'],
  [undefined, 'undefined'],
])('a value in few words: %j', (value, words) => {
  expect(shown(value)).toBe(words);
});
