import { expect, test } from './test.ts';
import { idle, openSample } from './ledgers.ts';

const alerts = (page: import('@playwright/test').Page) =>
  page.evaluate(() => window.__tautline!.state().analysis.report!.alerts.length);

test(
  'open, zoom, drag a slider, see alerts change, click an alert, read its text, reload to the same view',
  { tag: '@core' },
  async ({ page }) => {
    await openSample(page, 'Quick tour');
    await page.screenshot({ path: 'test-results/shots/1-open.png' });
    await expect(page.getByRole('region', { name: 'KL divergence' }).locator('canvas').first()).toBeVisible();
    const atDefault = await alerts(page);
    expect(atDefault).toBeGreaterThan(0);

    // Zoom: the wheel with Ctrl over a chart narrows the visible range about the pointer.
    const chart = page.getByRole('region', { name: 'KL divergence' }).getByRole('group', { name: /^KL divergence/ });
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
    await page.keyboard.down('Control');
    for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -240);
    await page.keyboard.up('Control');
    await idle(page);
    const range = await page.evaluate(() => window.__tautline!.state().view.range);
    expect(range).not.toBeNull();
    expect(range!.to - range!.from).toBeLessThan(5000);
    await page.screenshot({ path: 'test-results/shots/2-zoomed.png' });

    // Drag h down with the mouse: alerts appear while the button is still held.
    const slider = page.getByRole('slider', { name: 'CUSUM h slider' });
    await slider.scrollIntoViewIfNeeded();
    const track = (await slider.boundingBox())!;
    const max = Number(await slider.getAttribute('max'));
    const min = Number(await slider.getAttribute('min'));
    const at = (h: number) => track.x + 8 + ((h - min) / (max - min)) * (track.width - 16);
    await page.mouse.move(at(8.5), track.y + track.height / 2);
    await page.mouse.down();
    await page.mouse.move(at(4), track.y + track.height / 2, { steps: 4 });
    await page.mouse.move(at(1), track.y + track.height / 2, { steps: 6 });
    await expect.poll(() => alerts(page)).toBeGreaterThan(atDefault);
    await page.screenshot({ path: 'test-results/shots/3-dragging.png' });
    await page.mouse.up();
    await idle(page);
    const dragged = await page.evaluate(() => window.__tautline!.state().view.parameters.h);
    expect(dragged).toBeLessThan(4);
    await expect(page.getByText(/^\+\d+/).first()).toBeVisible();

    // Click an alert in the table and read the message behind it.
    await page.getByRole('button', { name: 'By incident' }).click();
    const row = page.getByRole('treegrid').getByRole('row').filter({ hasText: 'Drift' }).first();
    await row.click();
    await idle(page);
    const inspector = page.getByRole('complementary', { name: /event/i }).last();
    await expect(inspector).toContainText('DRIFT');
    const selected = await page.evaluate(() => window.__tautline!.state().view.selected!);
    const [{ text }] = (await page.evaluate(
      (event) =>
        window.__tautline!.query(`select e.text from events e join signals s on e.row = s.row where s.row = ${event}`),
      selected,
    )) as { text: string }[];
    expect(text.length).toBeGreaterThan(10);
    await expect(inspector).toContainText(text.slice(0, 40));
    await page.screenshot({ path: 'test-results/shots/4-alert.png' });

    // The address holds the view: the same ledger, range, parameters and event after a reload.
    const before = await page.evaluate(() => window.__tautline!.state());
    await page.reload();
    await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: 30_000 });
    await idle(page);
    const after = await page.evaluate(() => window.__tautline!.state());
    expect(after.view).toEqual(before.view);
    expect(after.analysis.report!.alerts).toEqual(before.analysis.report!.alerts);
    await expect(page.getByRole('complementary', { name: /event/i }).last()).toContainText(text.slice(0, 40));

    // Back undoes the last step, forward redoes it.
    await page.goBack();
    await idle(page);
    expect((await page.evaluate(() => window.__tautline!.state().view)).selected).not.toBe(selected);
    await page.goForward();
    await idle(page);
    expect((await page.evaluate(() => window.__tautline!.state().view)).selected).toBe(selected);
  },
);

test('a threshold that is put back brings the alerts back', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const atDefault = await alerts(page);
  const box = page.getByRole('textbox', { name: 'Entropy floor τ min, tau_min' });
  await box.fill('2.4');
  await box.press('Enter');
  await idle(page);
  expect(await alerts(page)).toBeGreaterThan(atDefault);
  await page.getByRole('button', { name: 'Reset all' }).click();
  await idle(page);
  expect(await alerts(page)).toBe(atDefault);
  await box.fill('99');
  await box.press('Enter');
  await expect(page.getByText(/must be from 0 to 6/)).toBeVisible();
});

for (const scheme of ['dark', 'light'] as const) {
  for (const width of [1280, 2560]) {
    test(`${scheme} at ${width} px: nothing runs over`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 1100 });
      await openSample(page, 'Quick tour');
      await page.keyboard.press(']');
      await idle(page);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `test-results/shots/layout-${scheme}-${width}.png` });
    });
  }
}
