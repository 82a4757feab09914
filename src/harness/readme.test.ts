import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHOICES } from './profiles.ts';

/** The README's table of choices, as the code has them. */
const table = (): string =>
  [
    '| choice | value | why |',
    '| --- | --- | --- |',
    ...Object.entries(CHOICES).map(
      ([name, c]) => `| ${name} | ${Number(c.value.toPrecision(6))}${c.unit && ` ${c.unit}`} | ${c.why} |`,
    ),
  ].join('\n');

it('the README lists every free choice of the harness', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(/<!-- choices -->\n([\s\S]*?)\n?<!-- \/choices -->/.exec(readme)?.[1]).toBe(table());
});
