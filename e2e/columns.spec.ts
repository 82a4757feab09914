import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const N = 1200;
/** Three providers; two models and some messages without one; a cost that grows, and of every fifth message none. */
const ledger = () =>
  ndjson(N, (i) => ({
    model: i % 10 === 9 ? null : i < N / 2 ? 'model-a' : 'model-b',
    cost_usd: i % 5 === 0 ? null : i / 1000,
  }));
const streams = (page: Page) =>
  page.evaluate(() => window.__tautline!.state().analysis.report!.streams.map(({ name }) => name));

test('charts are split by a column and back by undo; the map is coloured by columns', async ({ page }) => {
  await page.goto('/#v=1&file=made.ndjson&evidence=700,map&evidence.stretch=700-900&hidden=p2');
  await openFiles(page, ledger());
  expect(await streams(page)).toEqual(['p0', 'p1', 'p2']);

  const map = page.getByRole('tabpanel', { name: 'Map' });
  const key = map.getByRole('list', { name: /^Colours/ });
  const colour = map.getByRole('combobox', { name: 'colour by' });
  await colour.selectOption('model');
  await expect(key.getByRole('listitem')).toHaveText(['model-a 540', 'model-b 540', 'no value 120']);
  const b = key.getByRole('button', { name: 'model-b' });
  await b.click();
  await expect(b).toHaveAttribute('aria-pressed', 'true');
  // What is not of the colour cannot be picked.
  const box = (await map.getByRole('img').boundingBox())!;
  await page.mouse.move(box.x + 2, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 3 });
  await page.mouse.up();
  await expect(map).toContainText(/\d+ picked/);
  const picked = await page.evaluate(() => [...window.__tautline!.state().highlighted!.index]);
  expect(picked.length).toBeGreaterThan(100);
  expect(picked.filter((i) => i < N / 2 || i % 10 === 9 || i % 3 === 2)).toEqual([]);
  await map.getByRole('button', { name: 'Clear' }).click();

  await colour.selectOption('cost_usd');
  await expect(map).toContainText('0.001');
  await expect(map).toContainText('1.2');
  await expect(key.getByRole('listitem')).toHaveText(['no value 240']);
  await colour.selectOption('before, in and after');
  await expect(key).toContainText('the stretch');
  await expect(key).toContainText('after it');
  await colour.selectOption('model');
  await idle(page);
  await page.screenshot({ path: 'test-results/shots/columns-map.png' });

  const split = page.getByRole('combobox', { name: 'Split by' });
  await split.selectOption('model');
  await idle(page);
  expect(await streams(page)).toEqual(['(none)', 'model-a', 'model-b']);
  await expect(page.getByText('everything is computed anew')).toBeVisible();
  await page.screenshot({ path: 'test-results/shots/columns-split.png' });
  await split.press('Control+z');
  await idle(page);
  expect(await streams(page)).toEqual(['p0', 'p1', 'p2']);
  expect(new URL(page.url()).hash).toContain('evidence.colour=column:model');
});
