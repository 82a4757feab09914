import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const TEAMS = ['rot', 'grün', 'ñandú', 'noir'];
const TEAM = 'my "team"';
/** Three providers and, across them, four teams; every tenth event has none. */
const ledger = () => ndjson(1200, (i) => ({ [TEAM]: i % 10 === 9 ? null : TEAMS[(i * 7) % 4], file: `part ${i % 2}` }));
const chooser = (page: Page) => page.getByRole('combobox', { name: 'Stream key, stream' });
const streams = (page: Page) =>
  page.evaluate(() => window.__tautline!.state().analysis.report!.streams.map(({ name }) => name));

test('streams are taken by any column of the ledger, and the address keeps it', { tag: '@core' }, async ({ page }) => {
  await page.goto('/');
  await openFiles(page, ledger());
  await expect(chooser(page).locator('option')).toContainText([
    ...['provider_id (3)', 'ledger (1)', 'file (1)', TEAM, 'column:file'],
  ]);
  await chooser(page).selectOption(TEAM);
  await idle(page);
  expect(await streams(page)).toEqual(['(none)', 'grün', 'noir', 'rot', 'ñandú']);
  await expect(
    page
      .getByRole('group', { name: /Streams/ })
      .or(page.locator('.legend'))
      .first(),
  ).toContainText('grün');
  await expect(chooser(page).locator('option:checked')).toHaveText(`${TEAM} (5)`);
  expect(new URL(page.url()).hash).toContain(`stream=${encodeURIComponent(TEAM)}`);
  await page.screenshot({ path: 'test-results/shots/streams-by-column.png' });

  // The inspector walks along the stream.
  await page.evaluate(() => void (location.hash += '&at=600'));
  await page.getByTitle('Next event of the stream (→)').click();
  await expect.poll(() => page.evaluate(() => window.__tautline!.state().view.selected)).toBe(604);

  // The same link, and the same file dropped again.
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await openFiles(page, ledger());
  expect(await streams(page)).toEqual(['(none)', 'grün', 'noir', 'rot', 'ñandú']);

  await chooser(page).selectOption('column:file');
  await idle(page);
  expect(await streams(page)).toEqual(['part 0', 'part 1']);
  await page.getByRole('button', { name: 'Reset Stream key' }).click();
  await idle(page);
  expect(await streams(page)).toEqual(['p0', 'p1', 'p2']);
});

test('a link to a column that the ledger does not have is refused with those that it has', async ({ page }) => {
  await page.goto('/#v=1&stream=squad');
  await openFiles(page, ledger());
  const refusal = page.getByRole('alert').filter({ hasText: 'the ledger has no column "squad"' }).first();
  await expect(refusal).toContainText('Split it by one of provider_id, ');
  await page.screenshot({ path: 'test-results/shots/streams-unknown.png' });
  await chooser(page).selectOption('provider_id');
  await idle(page);
  expect(await streams(page)).toEqual(['p0', 'p1', 'p2']);
});
