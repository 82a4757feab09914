import type { Page } from '@playwright/test';
import { idle, openSample } from './ledgers.ts';
import { WALKS } from './screens.ts';
import { expect, test } from './test.ts';

const WIDTHS = [390, 1280, 1920, 2560];

/** Whatever of the page reaches beyond the window without anything that would scroll to it. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      element !== document.documentElement &&
      (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const found = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right, width, height } = element.getBoundingClientRect();
      const outside = width > 1 && height > 1 && (right > innerWidth + 1 || left < -1);
      return (
        outside &&
        !element.closest('.visually-hidden, .skip') &&
        element.checkVisibility({ visibilityProperty: true }) &&
        !scrolls(element.parentElement)
      );
    });
    const { scrollWidth } = document.documentElement;
    return [
      ...found.map(({ tagName, className }) => `${tagName} ${className}`),
      ...(scrollWidth > innerWidth ? [`the page is ${scrollWidth} px wide`] : []),
    ];
  });

for (const [what, walk] of WALKS)
  test(`nothing is cut or scrolls sideways from a phone to 2560 px in ${what}`, async ({ page }) => {
    const desk = { width: 1280, height: 900 };
    await page.setViewportSize(desk);
    await walk(page, async (name) => {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        // Panels learn their size in one frame and draw in the next.
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await expect
          .soft(async () => expect(await cutOff(page), `${name} at ${width}`).toEqual([]))
          .toPass({ timeout: 3000 });
      }
      await page.setViewportSize(desk);
    });
  });

test('on a phone the parameters lie over the charts, and the tools are in a menu', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.setViewportSize({ width: 390, height: 844 });
  await openSample(page, 'Quick tour');
  const parameters = page.getByRole('complementary', { name: 'Parameters' });
  await expect(parameters).toHaveCount(0);
  const chart = page.getByRole('region', { name: 'KL divergence' });
  expect((await chart.boundingBox())!.width).toBe(390);

  await page.getByRole('button', { name: 'Parameter panel' }).click();
  await expect(parameters).toBeVisible();
  await parameters.getByRole('searchbox').fill('CUSUM');
  // The charts keep their width behind it.
  expect((await chart.boundingBox())!.width).toBe(390);
  await page.getByRole('button', { name: 'Parameter panel' }).click();
  await expect(parameters).toHaveCount(0);

  // What stands at the cursor moves nothing, and the table has room for its rows.
  const headHeight = async (): Promise<number> => (await page.locator('.stack-head').boundingBox())!.height;
  const before = await headHeight();
  await chart.locator('.chart-plot').hover();
  await expect(page.locator('.where-event')).toBeVisible();
  expect(await headHeight()).toBe(before);
  const table = page.getByRole('button', { name: /^Alert table/ });
  await table.click();
  await page.getByRole('treegrid', { name: 'Alerts' }).getByRole('row').nth(1).click();
  await table.click();

  const menu = page.getByRole('button', { name: 'Menu', exact: true });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Copy a link to this view' }).click();
  await expect(page.getByText('Link copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('sample=quick-tour');
  await menu.press('Enter');
  await page.getByRole('menuitem', { name: 'Help and shortcuts' }).press('Enter');
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
  await page.keyboard.press('Escape');
  await menu.click();
  await page.getByRole('menuitem', { name: /^Open…/ }).click();
  await expect(page.getByRole('dialog', { name: 'Open a ledger' })).toBeVisible();
  expect(await cutOff(page)).toEqual([]);
  await page.keyboard.press('Escape');

  // What is folded here is open again where there is room.
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(parameters).toBeVisible();
  await expect(page.getByRole('button', { name: 'Menu', exact: true })).toHaveCount(0);
});

for (const { width, height } of [
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
]) {
  test(`evidence and the signal it explains are seen together at ${width} by ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await openSample(page, 'Quick tour');
    await page
      .getByRole('button', { name: /^Look:/ })
      .first()
      .click();
    const evidence = page.getByRole('region', { name: 'Evidence' });
    await expect(evidence).toBeVisible();
    // The strongest alert is a VOID, which is raised on coupling.
    const signal = page.getByRole('region', { name: 'Coupling ρ' }).locator('.panel-chart').first();
    const seen = async (): Promise<number> => {
      const [chart, below] = [(await signal.boundingBox())!, (await evidence.boundingBox())!];
      const head = (await page.locator('.stack-head').boundingBox())!;
      expect(chart.y).toBeGreaterThanOrEqual(head.y + head.height - 1);
      return Math.min(chart.y + chart.height, below.y) - chart.y;
    };
    await expect(async () => expect(await seen()).toBeGreaterThan(100)).toPass();

    const divider = page.getByRole('separator', { name: 'Height of the evidence' });
    const top = async (): Promise<number> => (await evidence.boundingBox())!.y;
    const first = await top();
    await divider.press('ArrowDown');
    await expect.poll(top).toBeGreaterThan(first + 10);
    const grip = (await divider.boundingBox())!;
    await page.mouse.move(grip.x + grip.width / 2, grip.y + 16);
    await page.mouse.down();
    await page.mouse.move(grip.x + grip.width / 2, grip.y - 84, { steps: 4 });
    await page.mouse.up();
    const dragged = await top();
    expect(Math.abs(dragged - (grip.y - 84))).toBeLessThan(12);
    await page.reload();
    await idle(page);
    await expect.poll(async () => Math.abs((await top()) - dragged)).toBeLessThan(2);
    // The table comes back when the evidence is closed.
    await page.getByRole('button', { name: 'Close the evidence' }).click();
    await expect(page.getByRole('button', { name: /^Alert table/ })).toHaveAttribute(
      'aria-expanded',
      String(width > 900),
    );
  });
}
