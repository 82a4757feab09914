import type { Locator, Page } from '@playwright/test';
import { idle, openSample } from './ledgers.ts';
import { expect, test } from './test.ts';

const range = (page: Page) => page.evaluate(() => window.__tautline!.state().view.range);
const scrolled = (page: Page) => page.evaluate(() => document.querySelector('.stack')!.scrollTop);

/** Puts the pointer on the chart of a panel. */
async function over(page: Page, title: string): Promise<{ chart: Locator; x: number; y: number }> {
  const chart = page.getByRole('region', { name: title }).locator('.chart-plot').first();
  const box = (await chart.boundingBox())!;
  const [x, y] = [box.x + box.width * 0.6, box.y + box.height * 0.4];
  await page.mouse.move(x, y);
  return { chart, x, y };
}

test('the wheel scrolls the page over a chart, and says once how it zooms', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await over(page, 'KL divergence');
  await page.mouse.wheel(0, 300);
  await expect.poll(() => scrolled(page)).toBe(300);
  await expect(page.getByText(/^(Ctrl|⌘) \+ wheel zooms/)).toBeVisible();
  await page.screenshot({ path: 'test-results/shots/wheel-hint.png' });
  await expect(page.getByText(/^(Ctrl|⌘) \+ wheel zooms/)).toBeHidden();
  await page.mouse.wheel(0, 300);
  await expect.poll(() => scrolled(page)).toBeGreaterThan(450);
  await expect(page.getByText(/^(Ctrl|⌘) \+ wheel zooms/)).toHaveCount(0);
  expect(await range(page)).toBeNull();
});

test('with Ctrl the wheel zooms at the pointer and leaves the page where it is, sideways it pans', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await over(page, 'KL divergence');
  const before = await scrolled(page);
  await page.keyboard.down('Control');
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -240);
  await page.keyboard.up('Control');
  await idle(page);
  const zoomed = (await range(page))!;
  expect(zoomed.to - zoomed.from).toBeLessThan(2000);
  expect(await scrolled(page)).toBe(before);
  expect(await page.evaluate(() => window.visualViewport!.scale)).toBe(1);
  await page.mouse.wheel(120, 0);
  await idle(page);
  const panned = (await range(page))!;
  expect(panned.from).toBeGreaterThan(zoomed.from);
  expect(Math.abs(panned.to - panned.from - (zoomed.to - zoomed.from))).toBeLessThanOrEqual(1);
  await page.keyboard.press('?');
  await expect(page.getByText(/over a chart: zoom, as a pinch does; the wheel alone scrolls/)).toBeVisible();
});

test.describe('with fingers', () => {
  test.use({ hasTouch: true });

  test('a pinch zooms about what is between the fingers', async ({ page }) => {
    await openSample(page, 'Quick tour');
    const { x, y } = await over(page, 'KL divergence');
    const client = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...xs: number[]) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((at, id) => ({ x: at, y, id })) });
    await touch('touchStart', x - 20);
    await touch('touchStart', x - 20, x + 20);
    for (let gap = 30; gap <= 100; gap += 10) await touch('touchMove', x - gap, x + gap);
    await touch('touchEnd');
    await idle(page);
    const { from, to } = (await range(page))!;
    // Five times as far apart.
    expect(to - from).toBeGreaterThan(1000);
    expect(to - from).toBeLessThan(1500);
    expect(await page.evaluate(() => window.visualViewport!.scale)).toBe(1);
  });
});
