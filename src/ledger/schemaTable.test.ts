import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { columnsMarkdown } from './schemaTable.ts';

it('docs/ledger-format.md has the columns as the code has them', () => {
  const page = readFileSync(new URL('../../docs/ledger-format.md', import.meta.url), 'utf8');
  expect(/<!-- columns -->\n([\s\S]*?)\n<!-- \/columns -->/.exec(page)?.[1]).toBe(columnsMarkdown());
});
