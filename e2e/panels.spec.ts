import type { Locator, Page } from '@playwright/test';
import { idle, openSample } from './ledgers.ts';
import { expect, test } from './test.ts';

const state = (page: Page) => page.evaluate(() => window.__tautline!.state());
const panel = (page: Page, id: string): Locator => page.locator(`[data-panel="${id}"]`);

test('beside the pointer stand the event, every visible stream with its value, and the limit', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const chart = panel(page, 'divergence').locator('.chart-plot');
  const box = (await chart.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.6);
  const tip = panel(page, 'divergence').locator('.chart-tip');
  await expect(tip).toBeVisible();
  await idle(page);
  const { cursor } = await state(page);
  await expect(tip).toContainText(`event ${cursor!.toLocaleString('en-US')}`);
  await expect(tip).toContainText(/2026-01-05 \d\d:/);
  await expect(tip).toContainText('ceiling τ max 4.2 nats');
  await expect(tip.getByRole('listitem', { includeHidden: true })).toHaveCount(4);
  // To the last digit that is shown, the value that the table of signals has as of that event.
  const rows = (await page.evaluate(
    (at) =>
      window.__tautline!.query(
        `select stream, arg_max(kl, s.row) as kl from signals s where s.row <= ${at} and not isnan(kl) group by stream`,
      ),
    cursor,
  )) as { stream: string; kl: number }[];
  expect(rows).toHaveLength(4);
  for (const { stream, kl } of rows) {
    const text = (await tip.getByRole('listitem', { includeHidden: true }).filter({ hasText: stream }).textContent())!;
    expect(text).toMatch(/ nats$/);
    expect(text).not.toContain('≈');
    const shown = Number(/([\d.]+) nats$/.exec(text.slice(text.indexOf(stream) + stream.length))![1]);
    expect(Math.abs(shown - kl) / kl).toBeLessThan(0.006);
  }
  await page.screenshot({ path: 'test-results/shots/tip.png' });
  await page.mouse.move(box.x + box.width * 0.5, box.y - 60);
  await expect(tip).toHaveCount(0);
});

test('heads name the lines, and say where their values are from', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const head = panel(page, 'divergence').getByRole('list', { name: /^Values at/ });
  await expect(head).toContainText('last in view');
  await expect(head).toContainText('provider-3');
  const box = (await panel(page, 'divergence').locator('.chart-plot').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.6);
  await expect(head).toContainText('at cursor');
});

test('hidden streams do not count', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const { alerts, streams } = (await state(page)).analysis.report!;
  const busiest = streams.findIndex((_, i) => alerts.some(({ stream }) => stream === i));
  const own = alerts.filter(({ stream }) => stream === busiest).length;
  const status = page.getByRole('contentinfo', { name: 'Status' });
  await expect(status).toContainText(`skipped${alerts.length} alerts`);
  await page.getByRole('group', { name: 'Streams' }).getByRole('button', { name: streams[busiest].name }).click();
  await idle(page);
  const left = alerts.length - own;
  await expect(status).toContainText(`${left} ${left === 1 ? 'alert' : 'alerts'}, ${own} in hidden streams`);
  await expect(panel(page, 'alerts')).toContainText(`${own} more in hidden streams`);
  await expect(
    panel(page, 'alerts').getByRole('group', {
      name: `Alert timeline: ${left} alerts on ${streams.length - 1} streams`,
    }),
  ).toBeVisible();
});
