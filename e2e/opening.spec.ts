import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fileHost, fixture, idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const report = (page: import('@playwright/test').Page) =>
  page.evaluate(() => {
    const { ledger } = window.__tautline!.state();
    return ledger.phase === 'open' ? ledger.report : null;
  });

test('a Parquet file from another host is read in ranges', async ({ page }) => {
  const host = await fileHost({ cors: true, ranges: true });
  await page.goto('/');
  await page.getByRole('textbox', { name: /url/i }).fill(`${host.url}fracture.parquet`);
  await page.getByRole('button', { name: 'Open URL' }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  expect((await report(page))?.events).toBe(6000);
  expect(host.asked.filter((request) => request.includes('bytes=')).length).toBeGreaterThan(1);
  expect(host.asked).not.toContain('GET whole');
  // A link to the view opens it again by itself.
  await page.reload();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await host.close();
});

test.describe('refused', () => {
  test.use({ expectedErrors: [/404/, /CORS policy/, /ERR_FAILED/] });

  test('a URL that answers 404 says so', async ({ page }) => {
    const host = await fileHost({ cors: true, ranges: true });
    await page.goto('/');
    await page.getByRole('textbox', { name: /url/i }).fill(`${host.url}nothing.parquet`);
    await page.getByRole('button', { name: 'Open URL' }).click();
    await expect(page.getByText(/404/).first()).toBeVisible();
    await page.screenshot({ path: 'test-results/shots/refused-404.png' });
    await host.close();
  });

  test('a host without CORS is named as the reason', async ({ page }) => {
    const host = await fileHost({ cors: false, ranges: true });
    await page.goto('/');
    await page.getByRole('textbox', { name: /url/i }).fill(`${host.url}fracture.parquet`);
    await page.getByRole('button', { name: 'Open URL' }).click();
    await expect(page.getByRole('main').getByText(/CORS/).first()).toBeVisible();
    await host.close();
  });

  test('a picture renamed to .parquet, and a file that was cut off', { tag: '@core' }, async ({ page }) => {
    await page.goto('/');
    await openFiles(page, {
      name: 'ledger.parquet',
      mimeType: '',
      buffer: Buffer.from('\x89PNG\r\n\x1a\n not a ledger', 'latin1'),
    });
    await expect(page.getByText(/ledger\.parquet/).first()).toBeVisible();
    await expect(page.getByText(/PNG|not .*Parquet/i).first()).toBeVisible();
    const whole = await readFile(fixture('fracture.parquet'));
    await page.goto('/');
    await openFiles(page, { name: 'cut.parquet', mimeType: '', buffer: whole.subarray(0, 700_000) });
    await expect(page.getByText(/cut off|truncated|incomplete/i).first()).toBeVisible();
    await page.screenshot({ path: 'test-results/shots/refused-truncated.png' });
  });
});

test('rows that cannot be used are counted and named', { tag: '@core' }, async ({ page }) => {
  const lines = Array.from({ length: 300 }, (_, i) =>
    JSON.stringify({
      event_id: i,
      ts: 1_767_225_600_000 + 1000 * i,
      provider_id: `p${i % 3}`,
      embedding: Array.from({ length: i === 17 ? 3 : 4 }, (_, d) => Math.sin(i * (d + 1.37))),
    }),
  );
  await page.goto('/');
  await openFiles(page, { name: 'short.ndjson', mimeType: '', buffer: Buffer.from(lines.join('\n')) });
  await expect(page.getByText(/embedding has 3 values, 4 expected/).first()).toBeVisible();
  expect((await report(page))?.events).toBe(299);
  await page.screenshot({ path: 'test-results/shots/left-out.png' });
});

test('text without embeddings is embedded here, and the page says so', async ({ page }) => {
  const words = ['flight', 'refund', 'plan', 'network', 'seat', 'order', 'price', 'data'];
  const rows = Array.from({ length: 400 }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, 1) + 1000 * i).toISOString();
    return `${i},${at},p${i % 2},"${words[i % 8]} and ${words[(i * 3 + 1) % 8]}"`;
  });
  await page.goto('/');
  await openFiles(page, {
    name: 'talk.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`id,timestamp,model,content\n${rows.join('\n')}`),
  });
  const opened = await report(page);
  expect(opened?.embedder).toBe('built-in');
  expect(opened?.mapping).toMatchObject({ event_id: 'id', ts: 'timestamp', provider_id: 'model', text: 'content' });
  await expect(page.getByText(/built-in embedder/i).first()).toBeVisible();
});

test('a folder of hive partitions opens as one ledger', { tag: '@core' }, async ({ page }) => {
  const { run } = await import('../src/cli/generate.ts');
  const folder = await mkdtemp(join(tmpdir(), 'tautline-hive-'));
  expect(await run(['quick-tour', '--out', folder])).toBe(0);
  await page.goto('/');
  await page.locator('input[webkitdirectory]').first().setInputFiles(folder);
  await idle(page);
  const opened = await report(page);
  expect(opened?.events).toBe(6000);
  expect(opened!.files).toBeGreaterThanOrEqual(4);
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await rm(folder, { recursive: true });
});

test('a bundle stands in for the reference period, and the ledger it was made on keeps its alerts', async ({
  page,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'tautline-bundle-'));
  const file = join(folder, 'deployed.json');
  const project = fileURLToPath(new URL('..', import.meta.url));
  await promisify(execFile)(
    process.execPath,
    ['scripts/tautline.mjs', 'bundle', fixture('fracture.parquet'), '--out', file],
    { cwd: project },
  );
  await page.goto('/');
  await openFiles(page, fixture('fracture.parquet'));
  const own = await page.evaluate(() => window.__tautline!.state().analysis.report!);
  expect(own.alerts.length).toBeGreaterThan(0);
  await page.getByTestId('reference-file').setInputFiles(file);
  await expect(page.getByText('deployed.json: k and the reference period have no effect.')).toBeVisible();
  await idle(page);
  const replayed = await page.evaluate(() => window.__tautline!.state().analysis.report!);
  expect(replayed.revision).not.toBe(own.revision);
  expect(replayed.alerts).toEqual(own.alerts);
  await page.getByRole('button', { name: "Use the ledger's own reference period" }).click();
  await idle(page);
  expect((await page.evaluate(() => window.__tautline!.state().analysis.report!)).alerts).toEqual(own.alerts);
  await rm(folder, { recursive: true });
});
