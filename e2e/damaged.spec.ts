import { fileURLToPath } from 'node:url';
import { OUTCOMES } from '../src/ledger/fixtures/damaged/outcomes.ts';
import { fixture, idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const damaged = (name: string): string =>
  fileURLToPath(new URL(`../src/ledger/fixtures/damaged/${name}`, import.meta.url));

/** A file that is refused is so within this time on two busy cores; a page that hangs takes far longer. */
const AT_ONCE_MS = 5000;

test('every damaged ledger, one after the other, has its outcome at once, and a sound one opens after all', async ({
  page,
}) => {
  await page.goto('/');
  // The first pays for what is loaded once.
  await openFiles(page, fixture('fracture.parquet'));
  const sheet = page.getByRole('dialog', { name: 'Open a ledger' });
  const late: string[] = [];
  for (const [name, outcome] of Object.entries(OUTCOMES)) {
    await test.step(name, async () => {
      const began = Date.now();
      // A bundle leaves the sheet open.
      if (!(await sheet.isVisible())) await page.getByRole('button', { name: 'Open…' }).click();
      await sheet.getByTestId('file-input').setInputFiles(damaged(name));
      await page.waitForFunction(isTaken, name);
      await idle(page);
      const took = Date.now() - began;
      if (took > AT_ONCE_MS) late.push(`${name}: ${took} ms`);
      const { ledger, analysis, toasts } = await page.evaluate(() => window.__tautline!.state());
      if ('refused' in outcome) {
        const shown = name.endsWith('.json')
          ? (toasts.at(-1)?.text ?? '')
          : await page.getByRole('main').getByRole('alert').first().innerText();
        expect(shown.replace(/\n/g, ' ')).toMatch(asShown(outcome.refused));
        expect(shown).not.toMatch(/internal/i);
      } else {
        expect(ledger).toMatchObject({ phase: 'open', report: { events: outcome.events } });
        expect(analysis.error).toBeNull();
        if (outcome.says) expect(ledger.phase === 'open' && ledger.report.notes.join(' ')).toMatch(outcome.says);
        if (outcome.leftOut) await expect(page.getByRole('dialog').getByText('Skipped rows')).toBeVisible();
      }
    });
  }
  expect(late).toEqual([]);
  await page.screenshot({ path: 'test-results/shots/damaged-last.png' });
  await page.getByRole('button', { name: 'Open…' }).click();
  await sheet.getByTestId('file-input').setInputFiles(fixture('fracture.parquet'));
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
});

/** A chosen file is looked into before it is opened. */
function isTaken(name: string): boolean {
  const { ledger, toasts } = window.__tautline!.state();
  if (name.endsWith('.json')) return toasts.some(({ text }) => text.includes(name));
  return (
    ledger.phase !== 'empty' &&
    ledger.phase !== 'asking' &&
    ledger.source.kind === 'files' &&
    ledger.source.files[0].path === name
  );
}

/** On the page the parts of an error stand apart: "column", its name and what was found, without what joins them. */
function asShown({ source, flags }: RegExp): RegExp {
  const apart = source
    .replace(/^column "(\w+)": found /, 'Column\\s+$1\\s+Found\\s+')
    .replace(/^"(\w+)": found /, '$1\\s+Found\\s+');
  return new RegExp(apart, flags);
}
