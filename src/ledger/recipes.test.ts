import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What each recipe wrote opens, too: formats/expected.test.ts. */
const FOLDER = new URL('fixtures/recipes/', import.meta.url);
const BLOCK = /```(?:python|sql|yaml)\n([\s\S]*?)```\n/g;

it('docs/ledger-format.md has the recipes that were run, and no others', () => {
  const page = readFileSync(new URL('../../docs/ledger-format.md', import.meta.url), 'utf8');
  const shown = Array.from(page.matchAll(BLOCK), ([, text]) => text);
  const run = readdirSync(FOLDER)
    .filter((name) => name.startsWith('with_'))
    .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
  expect(run.length).toBeGreaterThan(0);
  expect(shown.sort()).toEqual(run.sort());
});
