import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { fixture, idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

/** Ends a worker without an event, as a browser does that is short of memory. */
const endWorker = (page: Page, script: RegExp): Promise<unknown> =>
  page
    .workers()
    .find((worker) => script.test(worker.url()))!
    .evaluate(() => self.close());

test('a database whose worker ends is noticed at once, and filled again', async ({ page }) => {
  await page.goto('/');
  await openFiles(page, fixture('fracture.parquet'));
  const count = (): Promise<unknown> =>
    page.evaluate(() => window.__tautline!.query('select count(*)::int as n from events'));
  expect(await count()).toEqual([{ n: 6000 }]);
  const began = Date.now();
  await endWorker(page, /database\.worker/);
  await count().catch(() => undefined);
  expect(Date.now() - began).toBeLessThan(10_000);
  await idle(page);
  expect(await count()).toEqual([{ n: 6000 }]);
});

test('an engine whose worker ends is replaced, and its ledger opened again', async ({ page }) => {
  await page.goto('/');
  await openFiles(page, fixture('fracture.parquet'));
  await endWorker(page, /engine\.worker/);
  await expect(page.getByText(/engine worker stopped/).first()).toBeVisible({ timeout: 5000 });
  await idle(page);
  expect(await page.evaluate(() => window.__tautline!.state().analysis.report?.events)).toBe(6000);
});

test('an address that stalls says so and can be tried again; Cancel and another ledger work meanwhile', async ({
  page,
}) => {
  let asked = 0;
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'Range');
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else asked += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}/ledger.parquet`;
  const open = async (): Promise<void> => {
    await page.getByRole('textbox', { name: /url/i }).fill(url);
    await page.getByRole('button', { name: 'Open URL' }).click();
  };
  await page.goto('/');
  await open();
  await expect(page.getByRole('heading', { name: /^Opening/ })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible({ timeout: 5000 });
  await open();
  await expect(page.getByRole('alert').filter({ hasText: /15 s/ })).toBeVisible({ timeout: 25_000 });
  await page.screenshot({ path: 'test-results/shots/stalled.png' });
  const before = asked;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => asked).toBe(before + 1);
  await page.getByRole('button', { name: 'Open…' }).click();
  await page.getByRole('dialog').getByTestId('file-input').setInputFiles(fixture('fracture.parquet'));
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
