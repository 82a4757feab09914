import { expect, test } from './test.ts';

test('the page loads, has a title and shows something', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveTitle(/Tautline/);
  await expect(page.locator('#root')).not.toBeEmpty();
});

test('the served build is isolated and sent compressed', async ({ page }) => {
  const response = await page.goto('/');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const script = await page.locator('script[type=module][src]').first().getAttribute('src');
  const sent = await page.request.get(new URL(script ?? '', response?.url()).href, { headers: { 'Accept-Encoding': 'br' } });
  expect(sent.headers()['content-encoding']).toBe('br');
});

test('opening the page does not load the database', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto('/', { waitUntil: 'networkidle' });
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.filter((url) => /duckdb/.test(url))).toEqual([]);
});
