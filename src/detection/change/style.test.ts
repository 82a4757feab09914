import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import { countsForStyle, messageIn, STYLE_FEATURES, STYLE_GROUPS } from './style.ts';
import { STYLE_WIDTH, styleFeatures } from './styleKernel.ts';
import { styleReference } from './styleReferenceImplementation.ts';

const kernels = testKernels();
const golden = JSON.parse(readFileSync(new URL('../fixtures/style.json', import.meta.url), 'utf8')) as {
  readonly names: readonly string[];
  readonly texts: readonly { readonly text: string; readonly features: readonly number[] }[];
};
/** Logarithms of two engines may differ in the last digit. */
const NEAR = 1e-13;

const rowsOf = (features: Float64Array): number[][] =>
  Array.from({ length: features.length / STYLE_WIDTH }, (_, i) => [
    ...features.subarray(i * STYLE_WIDTH, (i + 1) * STYLE_WIDTH),
  ]);
const inKernel = (texts: readonly string[]) => rowsOf(styleFeatures(kernels, texts, { scaled: false }));

/** Feature of the first that differs; null where all agree. */
function difference(got: readonly number[], wanted: readonly number[]): string | null {
  const at = wanted.findIndex((value, f) => !(Math.abs(got[f] - value) <= NEAR));
  return at < 0 ? null : `${STYLE_FEATURES[at].name}: ${got[at]}, ${wanted[at]} wanted`;
}

function expectReference(texts: readonly string[]): void {
  const rows = inKernel(texts);
  texts.forEach((text, i) => expect(difference(rows[i], styleReference(text)), JSON.stringify(text)).toBeNull());
}

/** How often a mark was counted, from the value of its feature. */
function counted(name: string, text: string): number {
  const value = inKernel([text])[0][STYLE_FEATURES.findIndex((feature) => feature.name === name)];
  return Math.round((value ** 2 * (Array.from(text).length + 50)) / 100);
}

describe('style features', () => {
  it('are those of an independent implementation', () => {
    expect(STYLE_FEATURES.map(({ name }) => name)).toEqual(golden.names);
    const rows = inKernel(golden.texts.map(({ text }) => text));
    golden.texts.forEach(({ text, features }, i) => {
      expect(difference(rows[i], features), JSON.stringify(text)).toBeNull();
      expect(difference(styleReference(text), features), JSON.stringify(text)).toBeNull();
    });
  });

  it('agree with their reference implementation on texts that are rich in what is special', () => {
    const characters = (all: string) => fc.constantFrom(...Array.from(all));
    const piece = fc.oneof(
      { weight: 6, arbitrary: characters(' \n\n\t\r\v\f.!?*-•#|`:,;()"\'’‘“”–—0123456789$%€£{}[]_<>/=\\') },
      { weight: 3, arbitrary: characters('\u00a0\u1680\u2000\u2009\u200a\u200b\u2011\u2028\u2029\u202f') },
      { weight: 2, arbitrary: characters('\u205f\u3000\ufeff\u0085\u180e\u0000\u007f\u0080\ufffdéſKİ你😀𝒳') },
      { weight: 1, arbitrary: fc.constantFrom('\ud800', '\udc00', '\ud83d') },
      { weight: 6, arbitrary: fc.constantFrom(...STYLE_GROUPS.keys()) },
      { weight: 4, arbitrary: characters('aAzZiIntTsS@^`~&+') },
      {
        weight: 2,
        arbitrary: fc.constantFrom('**', '\n- ', '\n 12. ', '\n•\u00a0', "'s", '’t', '?  ', '...', 'ABCdef'),
      },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 150 }).map((n) => 'x'.repeat(n)) },
    );
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        expectReference(texts);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (own) => {
        expectReference([own]);
      }),
      { numRuns: 300 },
    );
    expect(kernels.arena.used).toBe(0);
  });

  it('do not depend on where in the memory a text stands, nor on the texts beside it', () => {
    const text = "It’s **bold** - isn't it?\n- point — one. I'm sure €5\u00a0a\n12) the unfortunately end’";
    const alone = inKernel([text])[0];
    for (let before = 0; before < 140; before++) {
      const rows = inKernel(['a'.repeat(before), text, 's and ?*']);
      expect(rows[1], `${before} letters before`).toEqual(alone);
      expect(difference(rows[2], styleReference('s and ?*'))).toBeNull();
      expectReference(['.'.repeat(before) + text]);
    }
  });

  it.each([
    ['a word of 100,000 letters', 'a'.repeat(100_000)],
    ['the same with an apostrophe', `${'B'.repeat(70_000)}’${'c'.repeat(70_000)} the`],
    ['a line of 100,000 spaces', `${' '.repeat(100_000)}- point`],
    ['100,000 digits that begin a line', `${'7'.repeat(100_000)}. point`],
    ['100,000 stars', '*'.repeat(100_001)],
    ['100,000 marks that end sentences', `${'?!'.repeat(50_000)} `],
    ['100,000 white spaces of three bytes at the end', `Really?${'\u3000'.repeat(100_000)}`],
    ['100,000 characters of four bytes', '😀'.repeat(100_000)],
  ])('read %s', (_, text) => {
    expectReference([text]);
  });

  it('of many messages, and of ones longer than a batch, are those of each', () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `Message ${i}: we're ${'so '.repeat(i % 7)}happy!`);
    texts[1500] = 'you are. '.repeat(60_000);
    texts[1501] = '';
    const rows = inKernel(texts);
    expect(rows).toHaveLength(3000);
    texts.forEach((text, i) => expect(difference(rows[i], styleReference(text)), `text ${i}`).toBeNull());
    expect(styleFeatures(kernels, [])).toHaveLength(0);
  });

  it('are divided by their scales', () => {
    const text = 'Sure! **I** can help: is it 12?';
    const [own] = inKernel([text]);
    rowsOf(styleFeatures(kernels, [text]))[0].forEach((value, f) =>
      expect(value).toBeCloseTo(own[f] / STYLE_FEATURES[f].scale, 12),
    );
  });

  it.each([
    ['bold', '***', 1],
    ['bold', '****', 2],
    ['bullet', '-\n-\n* ', 3],
    ['bullet', '-', 0],
    ['bullet', 'a\r- not at the start of a line', 0],
    ['bullet', '\u2028•\ufeffpoint', 1],
    ['numbered', '12) a\n3.\n4.5', 2],
    ['currency', '$ % € £', 4],
    ['nonascii', '• € £ – — ‘ ’ “ ” \u00a0 \u2009 \u2011 \u202f é', 4],
    ['curly', "it's it’s ‘a’", 3],
    ['upper', 'ÀÉ ABC \u212a', 3],
  ])('count %s of %j as %i', (name, text, times) => {
    expect(counted(name, text)).toBe(times);
  });
});

describe('table of style features', () => {
  it('has 50, each with a name, a label and a scale of its own, and a word in the later of two groups', () => {
    expect(STYLE_WIDTH).toBe(50);
    expect(new Set(STYLE_FEATURES.map(({ name }) => name)).size).toBe(50);
    expect(new Set(STYLE_FEATURES.map(({ label }) => label)).size).toBe(50);
    expect(STYLE_FEATURES.every(({ scale }) => scale > 0)).toBe(true);
    expect(STYLE_FEATURES[STYLE_GROUPS.get('of')!].name).toBe('open');
  });
});

describe('messages that count for style', () => {
  it.each<[role: string | null, text: string | null, counts: boolean]>([
    ['assistant', 'Hello', true],
    [null, 'Hello', true],
    ['', 'Hello', true],
    ['critic', ' ', true],
    ['assistant', '{"text": ""}', true],
    ['assistant', '', false],
    ['assistant', null, false],
    ['system', 'Hello', false],
    ['Developer', 'Hello', false],
    ['TOOL', 'Hello', false],
    ['function', 'Hello', false],
    ['tool_call', 'Hello', false],
    ['handoff', 'Hello', false],
    ['termination', 'Hello', false],
  ])('role %j with text %j: %s', (role, text, counts) => {
    expect(countsForStyle(role, text)).toBe(counts);
  });
});

describe('message in a text', () => {
  it.each([
    ['{"message": "Hi"}', 'Hi'],
    [' \t\r\n{ "a" : "b\\n\\"c\\" \\\\" } \n', 'b\n"c" \\'],
    ['{"a}\\"": "{\\"b\\": \\"once\\"}"}', '{"b": "once"}'],
    ['{"__proto__": "p"}', 'p'],
    ['{"a": ""}', ''],
    ['{"a": "\\ud83d"}', '\ud83d'],
  ])('%j says %j', (text, message) => {
    expect(messageIn(text)).toBe(message);
  });

  it.each([
    '',
    '{}',
    '{"a": 1}',
    '{"a": ["x"]}',
    '{"a": "x", "b": "y"}',
    '{"a": "x", "a": "y"}',
    '{"a": "x"} and more',
    '\u00a0{"a": "x"}',
    '\ufeff{"a": "x"}',
    '{"a": "line\nbreak"}',
    '{"a": "\\x"}',
    "{'a': 'x'}",
    '{"a": "x\\"}',
    '{"a": "x"',
    '["x"]',
    '"x"',
  ])('%j is what it is', (text) => {
    expect(messageIn(text)).toBe(text);
  });

  it('takes what the parser of the engine takes, and quickly', () => {
    const either = (...usual: string[]) =>
      fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...usual) },
        { weight: 1, arbitrary: fc.constantFrom('', ' ', '"', '\\', '{', '}', '1', '\n', '\u00a0', 'null') },
      );
    const string = either('"a"', '""', '"\\""', '"\\\\"', '"\\u0041}"', '"a\tb"', '"\\q"', '"{"');
    const space = either('', ' ', '\n', '\r\t');
    const pieces = [space, either('{'), space, string, space, either(':'), space, string, space, either('}'), space];
    fc.assert(
      fc.property(fc.tuple(...pieces), (own) => {
        const text = own.join('');
        expect(messageIn(text)).toBe(onlyString(text) ?? text);
      }),
      { numRuns: 2000 },
    );
    const start = performance.now();
    messageIn(`{"a": "${'\\"'.repeat(1_000_000)}"`);
    messageIn(`{"a": "${'\\\\'.repeat(1_000_000)}"`);
    messageIn(`{${' '.repeat(2_000_000)}`);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** By the parser of the engine, which shows the last of members with one name. */
function onlyString(text: string): string | null {
  try {
    const parsed = JSON.parse(text) as unknown;
    const members: unknown[] =
      parsed && typeof parsed === 'object' && !Array.isArray(parsed) ? Object.values(parsed) : [];
    return members.length === 1 && typeof members[0] === 'string' ? members[0] : null;
  } catch {
    return null;
  }
}
