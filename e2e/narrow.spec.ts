import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { sampleTable } from '../src/harness/samples.ts';
import { loadKernels } from '../src/kernels/load.node.ts';
import { nodePlatform } from '../src/ledger/parquet.node.ts';
import { readThrift, writeThrift, type ThriftList, type ThriftStruct } from '../src/ledger/parquet/thrift.ts';
import { writeHive, writeParquet } from '../src/ledger/write.ts';
import { fileHost, idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

/** Rows that no tab has room for. */
const FORGED_ROWS = 40_000_000n;

const itemsOf = (of: ThriftStruct, id: number): ThriftStruct[] =>
  (of.get(id)!.value as ThriftList).items as ThriftStruct[];

/**
 * A Parquet file whose footer claims far more rows for one of its row groups: what a ledger that does not fit looks
 * like before it is read.
 */
function claimRows(file: Uint8Array, group: number): Uint8Array {
  const size = new DataView(file.buffer, file.byteOffset + file.length - 8).getUint32(0, true);
  const start = file.length - 8 - size;
  const footer = readThrift(file.subarray(start, start + size));
  const groups = itemsOf(footer, 4);
  const claim = (of: ThriftStruct, id: number, value: bigint): void => void of.set(id, { ...of.get(id)!, value });
  const rowsOf = (of: ThriftStruct): bigint => of.get(3)!.value as bigint;
  claim(footer, 3, rowsOf(footer) - rowsOf(groups[group]) + FORGED_ROWS);
  claim(groups[group], 3, FORGED_ROWS);
  for (const column of itemsOf(groups[group], 1)) {
    const metadata = column.get(3)!.value as ThriftStruct;
    claim(metadata, 5, FORGED_ROWS);
    // Counts of levels, which would not agree.
    metadata.delete(16);
  }
  const written = writeThrift(footer);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, written.length, true);
  return Buffer.concat([file.subarray(0, start), written, length, file.subarray(file.length - 4)]);
}

const opened = (page: Page) =>
  page.evaluate(() => {
    const { ledger } = window.__tautline!.state();
    return ledger.phase === 'open'
      ? { events: ledger.report.events, part: ledger.report.part, fingerprint: ledger.report.fingerprint }
      : null;
  });
const alerts = (page: Page) => page.evaluate(() => window.__tautline!.state().analysis.report!.alerts.length);

let folder = '';
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-narrow-'));
});
test.afterEach(async () => {
  if (folder) await rm(folder, { recursive: true });
});

test('a partitioned ledger that does not fit says what does, and opens by the partitions that are ticked', async ({
  page,
}) => {
  const files = await writeHive(sampleTable(await loadKernels(), 'quick-tour'), nodePlatform());
  for (const { path, bytes } of files) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), path.startsWith('provider_id=provider-3/') ? claimRows(bytes, 0) : bytes);
  }
  expect((await readdir(folder)).length).toBe(4);
  await page.goto('/');
  const choose = () => page.locator('input[webkitdirectory]').first().setInputFiles(folder);
  await choose();
  const alert = page.getByRole('alert').filter({ hasText: 'is too large to open whole' });
  await expect(alert).toContainText(/this ledger has 40,004,500 events; about [\d,]+ fit in this tab at k = 8/);
  await expect(alert).toContainText('Narrow it: choose partitions (provider_id, hour) or a time range');
  const panel = page.getByRole('region', { name: 'Part of the ledger' });
  await expect(panel.getByRole('status')).toContainText('40,004,500 events, the whole ledger; that does not fit');
  await expect(panel.getByRole('button', { name: 'Open the whole ledger' })).toBeDisabled();
  // By keyboard alone: to the first value, tick it, and with shift all up to the third.
  await panel.getByRole('checkbox', { name: /^provider-0/ }).focus();
  await page.keyboard.press('Space');
  await expect(panel.getByRole('status')).toContainText('1,500 of 40,004,500 events; that fits');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(panel.getByRole('status')).toContainText('3,000 of 40,004,500 events; that fits');
  await panel.getByRole('checkbox', { name: /^provider-2/ }).click({ modifiers: ['Shift'] });
  await expect(panel.getByRole('status')).toContainText('4,500 of 40,004,500 events');
  await page.screenshot({ path: 'test-results/shots/narrow-partitions.png' });
  await panel.getByRole('button', { name: 'Open this part' }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  expect(await opened(page)).toMatchObject({
    events: 4500,
    part: { of: 40_004_500, exact: true, part: { where: { provider_id: ['provider-0', 'provider-1', 'provider-2'] } } },
  });
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('4,500 of 40,004,500 events');
  await expect(page.getByRole('banner')).toContainText(
    '4,500 of 40,004,500 events · provider_id provider-0, provider-1, provider-2',
  );
  expect(page.url()).toContain(
    'where.provider_id=provider-0&where.provider_id=provider-1&where.provider_id=provider-2',
  );
  await page.screenshot({ path: 'test-results/shots/narrow-opened.png' });
  const found = await alerts(page);
  expect(found).toBeGreaterThan(0);

  // From the ledger's own report, a smaller part, and back.
  await page.getByRole('button', { name: /skipped$/ }).click();
  const sheet = page.getByRole('dialog', { name: /^Open report/ });
  await expect(
    sheet.getByText('4,500 of 40,004,500 events: provider_id provider-0, provider-1, provider-2').first(),
  ).toBeVisible();
  await sheet.getByRole('checkbox', { name: /^provider-2/ }).uncheck();
  await page.screenshot({ path: 'test-results/shots/narrow-sheet.png' });
  await sheet.getByRole('button', { name: 'Open this part' }).click();
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('3,000 of 40,004,500 events');
  await idle(page);
  await page.goBack();
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('4,500 of 40,004,500 events');
  await idle(page);
  expect(await alerts(page)).toBe(found);

  // The link asks for the folder, and opens the same part of it.
  await page.reload();
  await expect(page.getByText(/This link was made on/)).toContainText(
    '[provider_id provider-0, provider-1, provider-2]',
  );
  await choose();
  await idle(page);
  expect((await opened(page))?.events).toBe(4500);
  expect(await alerts(page)).toBe(found);
});

test('a time range of a file at a URL opens without reading the rest, and again from its link', async ({ page }) => {
  const table = sampleTable(await loadKernels(), 'quick-tour');
  const bytes = await writeParquet(table, nodePlatform(), { rowGroupRows: 1000 });
  await writeFile(join(folder, 'long.parquet'), claimRows(bytes, 5));
  const host = await fileHost({ cors: true, ranges: true, locate: (name) => join(folder, name) });
  await page.goto('/');
  await page.getByRole('textbox', { name: /url/i }).fill(`${host.url}long.parquet`);
  await page.getByRole('button', { name: 'Open URL' }).click();
  await expect(page.getByRole('alert').filter({ hasText: '40,005,000 events' })).toBeVisible();
  const panel = page.getByRole('region', { name: 'Part of the ledger' });
  await expect(panel).toContainText('The ledger runs from 2026-01-05 09:00:0');
  await panel.getByLabel('From').fill('2026-01-05T09:04:10');
  await panel.getByLabel('To, not included').fill('2026-01-05T09:04:00');
  await expect(panel.getByRole('status')).toContainText('The end of the time range is not after its start');
  await panel.getByLabel('To, not included').fill('2026-01-05T09:16:40');
  await expect(panel.getByRole('status')).toContainText('3,000 of 40,005,000 events; that fits');
  await page.screenshot({ path: 'test-results/shots/narrow-time.png' });
  await panel.getByRole('button', { name: 'Open this part' }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  const first = await opened(page);
  const [from, to] = [Date.UTC(2026, 0, 5, 9, 4, 10), Date.UTC(2026, 0, 5, 9, 16, 40)];
  expect(first).toMatchObject({
    events: table.time!.filter((ms) => ms >= from && ms < to).length,
    part: { part: { from, to }, of: 40_005_000 },
  });
  expect(page.url()).toContain('&from=2026-01-05T09:04:10Z&to=2026-01-05T09:16:40Z');
  await page.reload();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  expect(await opened(page)).toEqual(first);
  // A link to times that the ledger does not have says so, and offers others.
  await page.goto(page.url().replace(/&from=.*?&to=[^&]*/, '&from=2030-01-01T00:00:00Z'));
  await page.reload();
  await expect(page.getByText(/No event lies in the part chosen \(from 2030-01-01/)).toBeVisible();
  await expect(panel).toBeVisible();
  await page.getByRole('button', { name: 'Open something else' }).click();
  await openFiles(page, {
    name: 'whole.parquet',
    mimeType: '',
    buffer: Buffer.from(await readFile(join(folder, 'long.parquet'))),
  });
  await expect(page.getByRole('heading', { name: 'whole.parquet is too large to open whole' })).toBeVisible();
  await host.close();
});
