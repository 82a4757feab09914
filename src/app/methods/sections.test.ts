import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PARAMETER_NAMES } from '../../detection/parameters.ts';
import { PANELS } from '../../panels/registry.ts';
import { methodsOfParameter } from '../whatif/methods.ts';
import { sectionsOf } from './sections.ts';

test('sections carry their number, tables are tables, and HTML in the text stays text', () => {
  const sections = sectionsOf(
    '# Methods\n\nIntro.\n\n## 1. One\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n## 12. Twelve\n\n' +
      '<img src=x onerror=alert(1)> [bad](javascript:alert(1)) `x < y` ' +
      '[paper](https://example.org/a) [there](#one) [other](glossary.md)\n',
    true,
  );
  expect(sections.map(({ number, title }) => [number, title])).toEqual([
    [0, 'Methods'],
    [1, 'One'],
    [12, 'Twelve'],
  ]);
  expect(sections[0].html).toContain('<p>Intro.</p>');
  expect(sections[1].html).toContain('<td>2</td>');
  expect(sections[2].html).not.toMatch(/<img|javascript:/);
  expect(sections[2].html).toContain('<code>x &lt; y</code>');
  expect(sections[2].html).toContain(
    '<a target="_blank" rel="noreferrer" href="https://example.org/a">paper</a> there other',
  );
});

test('every panel and every parameter leads to a section that docs/methods.md has', () => {
  const text = readFileSync(new URL('../../../docs/methods.md', import.meta.url), 'utf8');
  const numbers = sectionsOf(text, true).map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, i) => i));
  for (const { id, methods } of PANELS) expect(numbers, id).toContain(methods);
  for (const name of PARAMETER_NAMES) expect(numbers, name).toContain(methodsOfParameter(name));
});

test('the glossary explains the words of the panels and the states', () => {
  const text = readFileSync(new URL('../../../docs/glossary.md', import.meta.url), 'utf8');
  const sections = sectionsOf(text, false);
  expect(sections.map(({ number }) => number)).toEqual(sections.map((_, i) => i));
  const terms = [...text.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, term]) => term.toLowerCase());
  for (const word of ['ledger', 'stream', 'frame', 'friction', 'divergence', 'entropy', 'coupling', 'tension', 'alert'])
    expect(terms.filter((term) => term.startsWith(word)).length, word).toBeGreaterThan(0);
});
