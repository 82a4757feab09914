import type { Page } from '@playwright/test';
import { fileHost, idle, ndjson, openFiles, openSample, plainHost } from './ledgers.ts';
import { expect, test } from './test.ts';

const state = (page: Page) => page.evaluate(() => window.__tautline!.state());
const report = async (page: Page) => (await state(page)).analysis.report!;

/** Ends a worker from within, as a crash would: the page is told nothing. */
async function end(page: Page, name: RegExp, how: 'silently' | 'with an error'): Promise<void> {
  const worker = page.workers().find((one) => name.test(one.url()));
  if (!worker)
    throw new Error(
      `No worker ${name} among ${page
        .workers()
        .map((one) => one.url())
        .join(', ')}`,
    );
  // The answer never comes: the worker is gone.
  void worker
    .evaluate((silent) => {
      if (silent) self.close();
      else
        setTimeout(() => {
          throw new Error('brought down by a test');
        });
    }, how === 'silently')
    .catch(() => undefined);
}

test('of 10,000 streams the busiest 24 are tracked and the rest are named', async ({ page }) => {
  await page.goto('/');
  await openFiles(
    page,
    ndjson(12_400, (i) => ({ provider_id: `stream-${i < 10_000 ? i : i % 24}`, text: undefined })),
  );
  const { streams, streamsLeftOut, events } = await report(page);
  expect(streams.map(({ name }) => name).sort()).toEqual(Array.from({ length: 24 }, (_, i) => `stream-${i}`).sort());
  expect(streamsLeftOut).toHaveLength(9976);
  expect(events).toBe(2424);
  await page.getByRole('button', { name: '9,976 streams skipped' }).click();
  const list = page.getByRole('list', { name: 'Skipped streams' });
  await expect(list.getByRole('listitem')).toHaveCount(9976);
  await expect(list).toContainText('stream-9999');
  await page.screenshot({ path: 'test-results/shots/streams-left-out.png' });
});

test('a ledger whose embeddings are all empty is read by its text, and says so', async ({ page }) => {
  await page.goto('/');
  await openFiles(
    page,
    ndjson(300, () => ({ embedding: null })),
  );
  expect((await report(page)).events).toBe(300);
  await page.getByRole('button', { name: /skipped$/ }).click();
  const sheet = page.getByRole('dialog', { name: /^Open report/ });
  await expect(sheet).toContainText('"embedding" is empty throughout: the text is embedded instead');
});

test('columns that no guess finds are mapped by hand, and the link keeps the mapping', async ({ page }) => {
  await page.goto('/');
  const rows = Array.from(
    { length: 400 },
    (_, i) => `${i},w${i % 3},"${['plan', 'refund', 'seat'][i % 3]} number ${i}",${i % 7}`,
  );
  await openFiles(page, {
    name: 'odd.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`n,voice,said,mood\n${rows.join('\n')}`),
  });
  await expect(page.getByRole('heading', { name: 'odd.csv could not be opened' })).toBeVisible();
  await expect(page.getByText(/no column says who speaks/)).toBeVisible();
  await page.getByRole('combobox', { name: 'File column for provider_id' }).selectOption('voice');
  await page.getByRole('combobox', { name: 'File column for text' }).selectOption('said');
  await page.getByRole('button', { name: 'Open with this mapping' }).click();
  await idle(page);
  expect((await report(page)).streams.map(({ name }) => name)).toEqual(['w0', 'w1', 'w2']);
  expect(new URL(page.url()).hash).toContain('map.provider_id=voice');
  // Another mapping of the open ledger: the mood is the stream now.
  await page.getByRole('button', { name: /skipped/ }).click();
  await page.getByRole('combobox', { name: 'File column for provider_id' }).selectOption('mood');
  await page.getByRole('button', { name: 'Open with this mapping' }).click();
  await idle(page);
  expect((await report(page)).streams).toHaveLength(7);
});

test('a long open shows how far it is and can be cancelled', async ({ page }) => {
  const host = await fileHost({ cors: true, ranges: true, delay: 800 });
  await page.goto('/');
  await page.getByRole('textbox', { name: /url/i }).fill(`${host.url}fracture.parquet`);
  await page.getByRole('button', { name: 'Open URL' }).click();
  await expect(page.getByRole('heading', { name: /^Opening / })).toBeVisible();
  await expect.poll(() => host.asked.length).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Drop a ledger here')).toBeVisible({ timeout: 1500 });
  await expect(page.getByText(/^Cancelled/)).toBeVisible();
  const asked = host.asked.length;
  await page.waitForTimeout(1700);
  expect(host.asked.length).toBe(asked);
  expect((await state(page)).ledger.phase).toBe('empty');
  expect(new URL(page.url()).hash).toBe('');
  await host.close();
});

test('an engine that dies is started again with the same view', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const box = page.getByRole('textbox', { name: 'CUSUM h, h' });
  await box.fill('3');
  await box.press('Enter');
  await idle(page);
  await page.getByRole('treegrid').getByRole('row').filter({ hasText: 'Drift' }).first().click();
  await idle(page);
  const before = await state(page);
  await end(page, /engine\.worker/, 'silently');
  await expect(page.getByText(/The engine worker stopped .* is being reopened/)).toBeVisible();
  await idle(page);
  const after = await state(page);
  expect(after.view).toEqual(before.view);
  expect(after.analysis.report!.revision).toBeGreaterThan(before.analysis.report!.revision);
  expect(after.analysis.report!.alerts).toEqual(before.analysis.report!.alerts);
  await expect(page.getByRole('region', { name: 'KL divergence' }).locator('canvas').first()).toBeVisible();
});

test.describe('a database', () => {
  test.use({ expectedErrors: [/brought down by a test|duckdb/] });

  test('that dies between two questions is filled again', async ({ page }) => {
    await openSample(page, 'Quick tour');
    await page.evaluate(() => window.__tautline!.query('select 1'));
    await end(page, /database\.worker/, 'with an error');
    // An alert's row: its inspector asks the database, an incident's row only chooses events.
    await page.getByRole('button', { name: 'By incident', pressed: true }).click();
    await page.getByRole('treegrid').getByRole('row').filter({ hasText: 'Drift' }).first().click();
    await expect(page.getByText(/database worker stopped.* is being reopened/)).toBeVisible();
    await idle(page);
    expect(await page.evaluate(() => window.__tautline!.query('select count(*)::int as n from events'))).toEqual([
      { n: 6000 },
    ]);
  });
});

test('the reference period is moved by its edge, and analysed anew', async ({ page }) => {
  await openSample(page, 'Quick tour');
  expect((await report(page)).reference).toEqual({ from: 0, to: 1200 });
  const edge = page.getByRole('slider', { name: 'End of the reference period' });
  const strip = (await page.locator('.chart-overview').boundingBox())!;
  const grip = (await edge.boundingBox())!;
  const y = grip.y + grip.height - 4;
  await page.mouse.move(grip.x + grip.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(strip.x + strip.width * 0.4, y, { steps: 5 });
  await page.mouse.up();
  await idle(page);
  const { reference } = await report(page);
  expect(reference.from).toBe(0);
  expect(reference.to).toBeGreaterThan(1800);
  expect(reference.to).toBeLessThan(2700);
  expect((await state(page)).view.parameters.reference_range).toEqual([0, reference.to]);
  await edge.focus();
  await page.keyboard.press('ArrowLeft');
  await idle(page);
  expect((await report(page)).reference.to).toBeLessThan(reference.to);
  await page.getByRole('button', { name: 'Reset Reference range' }).click();
  await idle(page);
  expect((await report(page)).reference).toEqual({ from: 0, to: 1200 });
});

test('without a mouse: open, tune, walk along alerts and charts, read, close', { tag: '@core' }, async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Quick tour' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  await page.keyboard.press('/');
  await page.keyboard.type('CUSUM h');
  await page.keyboard.press('Tab');
  const slider = page.getByRole('slider', { name: 'CUSUM h slider' });
  for (let i = 0; i < 12 && !(await slider.evaluate((one) => one === document.activeElement)); i++)
    await page.keyboard.press('Tab');
  await expect(slider).toBeFocused();
  await page.keyboard.press('PageDown');
  await idle(page);
  expect((await state(page)).view.parameters.h).toBeLessThan(8.5);
  await page.keyboard.press(']');
  await idle(page);
  const first = (await state(page)).view.selected!;
  expect((await report(page)).alerts.map(({ fired }) => fired)).toContain(first);
  await expect(page.getByRole('complementary', { name: 'Event inspector' })).toBeVisible();
  const chart = page.getByRole('region', { name: 'KL divergence' }).getByRole('group', { name: /^KL divergence/ });
  await chart.focus();
  for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  await expect.poll(async () => (await state(page)).view.selected).toBeLessThan(200);
  await page.keyboard.press('+');
  await idle(page);
  expect((await state(page)).view.range).not.toBeNull();
  await page.keyboard.press('0');
  await idle(page);
  expect((await state(page)).view.range).toBeNull();
  await chart.blur();
  await page.keyboard.press('Escape');
  await idle(page);
  expect((await state(page)).view.selected).toBeNull();
});

test('runs in a folder of a plain static host, without isolation', async ({ page }) => {
  const host = await plainHost();
  await page.goto(host.url);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await page.getByRole('button', { name: 'Quick tour' }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: 30_000 });
  await idle(page);
  expect((await report(page)).events).toBe(6000);
  expect(await page.evaluate(() => window.__tautline!.query('select count(*)::int as n from events'))).toEqual([
    { n: 6000 },
  ]);
  await page.reload();
  await idle(page);
  expect((await report(page)).events).toBe(6000);
  await host.close();
});

test('notices are listed, counted and filtered apart from the alerts', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const { notices, alerts, streams } = await report(page);
  const total = notices.KL_CEILING + notices.FRICTION_SPIKE;
  expect(total).toBeGreaterThan(0);
  const table = page.getByRole('region', { name: /Alert table/ });
  await table.getByRole('button', { name: `Notices ${total}` }).click();
  const grid = page.getByRole('grid', { name: 'Notices' });
  await expect(grid).toHaveAttribute('aria-rowcount', String(total + 1));
  await page.screenshot({ path: 'test-results/shots/notices.png' });
  await grid.getByRole('row').nth(1).click();
  await idle(page);
  const selected = (await state(page)).view.selected!;
  await expect(page.getByText(/is above (the ceiling|its band)/).first()).toBeVisible();
  expect(selected).toBeGreaterThan(0);

  const spikes = page.getByRole('group', { name: 'Kinds of notice' }).getByRole('button', { name: /^Friction/ });
  await expect(spikes).toContainText(String(notices.FRICTION_SPIKE));
  await spikes.click();
  await expect(grid).toHaveAttribute('aria-rowcount', String(notices.KL_CEILING + 1));
  await table.getByRole('combobox', { name: 'Stream' }).selectOption(streams[0].name);
  await idle(page);
  await table.getByRole('button', { name: 'Show all' }).click();
  await expect(grid).toHaveAttribute('aria-rowcount', String(total + 1));

  // Thousands: only those near the visible ones are fetched, and the last can be reached.
  await page.getByRole('textbox', { name: /^KL ceiling/ }).fill('0.2');
  await page.keyboard.press('Enter');
  await idle(page);
  const many = (await report(page)).notices;
  const last = many.KL_CEILING + many.FRICTION_SPIKE;
  expect(last).toBeGreaterThan(1000);
  await expect(grid).toHaveAttribute('aria-rowcount', String(last + 1));
  await grid.focus();
  await page.keyboard.press('End');
  const end = grid.locator(`[aria-rowindex="${last + 1}"]`);
  await expect(end).toContainText(/KL|Friction/);
  await page.screenshot({ path: 'test-results/shots/notices-many.png' });
  await table.getByRole('button', { name: `Alerts ${alerts.length}` }).click();
  await expect(page.getByRole('treegrid', { name: 'Alerts' })).toBeVisible();
});
