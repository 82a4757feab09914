import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { idle } from './ledgers.ts';
import { expect, test } from './test.ts';

/** Below this nothing is compressed: it saves no packet. */
const SMALL_BYTES = 1400;

test('the page loads, has a title and shows something', { tag: '@core' }, async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveTitle(/Tautline/);
  await expect(page.locator('#root')).not.toBeEmpty();
});

test('the served build is isolated and sent compressed', { tag: '@core' }, async ({ page }) => {
  const response = await page.goto('/');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const script = await page.locator('script[type=module][src]').first().getAttribute('src');
  const sent = await page.request.get(new URL(script ?? '', response?.url()).href, {
    headers: { 'Accept-Encoding': 'br' },
  });
  expect(sent.headers()['content-encoding']).toBe('br');
});

/** What comes with a ledger, and not before. */
const LATER = /duckdb|parquet|echarts|PanelStack|\.wasm/;

test(
  'the shell is there and answers without the database, WebAssembly or charts',
  { tag: '@core' },
  async ({ page }, { annotations }) => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    // Even where none of it could be had.
    await page.route(LATER, (route) => route.abort());
    await page.goto('/', { waitUntil: 'commit' });
    await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
    const interactive = await page.evaluate(() => performance.now());
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Calibration' }).click();
    await page.waitForLoadState('networkidle');
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.filter((url) => LATER.test(url))).toEqual([]);
    const sent = await page.evaluate(() =>
      performance
        .getEntriesByType('navigation')
        .concat(performance.getEntriesByType('resource'))
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    );
    annotations.push({
      type: 'measured',
      description: `shell there ${interactive.toFixed(0)} ms after navigation; ${(sent / 1000).toFixed(0)} kB sent`,
    });
  },
);

test('what comes with a ledger comes then, and compressed', { tag: '@core' }, async ({ page, request }) => {
  const asked: string[] = [];
  page.on('request', (sent) => asked.push(sent.url()));
  await page.goto('/', { waitUntil: 'networkidle' });
  expect(asked.filter((url) => LATER.test(url))).toEqual([]);
  await page.getByRole('button', { name: /Quick tour/ }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  await expect.poll(() => asked.some((url) => /duckdb/.test(url))).toBe(true);
  expect(asked.some((url) => /echarts-.*\.js$/.test(url))).toBe(true);
  const built = await readdir(fileURLToPath(new URL('../dist/assets', import.meta.url)));
  const later = built.filter((name) => LATER.test(name) && /\.(js|wasm)$/.test(name));
  for (const part of [/duckdb.*\.wasm$/, /parquet.*\.wasm$/, /kernels.*\.wasm$/, /echarts.*\.js$/])
    expect(
      later.some((name) => part.test(name)),
      String(part),
    ).toBe(true);
  for (const name of later) {
    if ((await stat(fileURLToPath(new URL(`../dist/assets/${name}`, import.meta.url)))).size < SMALL_BYTES) continue;
    const sent = await request.head(`/assets/${name}`, { headers: { 'Accept-Encoding': 'br' } });
    expect(sent.headers()['content-encoding'], name).toBe('br');
    if (name.endsWith('.wasm')) expect(sent.headers()['content-type'], name).toBe('application/wasm');
  }
});

test('menu and help by keyboard: focus goes in, Escape closes, focus comes back; help opens the methods', async ({
  page,
}) => {
  await page.goto('/');
  const button = page.getByRole('button', { name: 'Samples' });
  const list = page.getByRole('menu', { name: 'Samples' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(list).toBeVisible();
  const items = list.getByRole('menuitem');
  await expect(items.first()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(items.last()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(button).toBeFocused();
  await button.click();
  await expect(list).toBeInViewport({ ratio: 1 });
  await page.mouse.click(5, 400);
  await expect(list).toBeHidden();

  await button.focus();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Help' });
  await expect(help.getByRole('heading', { name: 'Help' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press('?');
  await help.getByRole('button', { name: 'Methods: every formula' }).click();
  const methods = page.getByRole('dialog', { name: 'Methods' });
  await methods.getByRole('button', { name: '13. Laboratory' }).click();
  await expect(methods.getByRole('heading', { name: '13. Laboratory' })).toBeFocused();
});
