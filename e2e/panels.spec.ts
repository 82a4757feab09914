import type { Locator, Page } from '@playwright/test';
import { idle, ndjson, openFiles, openSample } from './ledgers.ts';
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

const order = (page: Page): Promise<string[]> =>
  page.locator('[data-panel]').evaluateAll((panels) => panels.map((one) => (one as HTMLElement).dataset.panel!));
const grip = (page: Page, title: string): Locator => page.getByRole('button', { name: `Arrange ${title}` });

test('panels that fired come first, and one that can raise nothing is folded with its reason', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const { alerts } = (await state(page)).analysis.report!;
  const kinds = new Set(alerts.map(({ kind }) => kind));
  expect(kinds.has('FRAME_WEIGHT_DEGRADATION')).toBe(false);
  const shown = await order(page);
  expect(shown[0]).toBe('alerts');
  expect(shown.slice(1, 8)).toEqual(['divergence', 'cusum', 'entropy', 'coupling', 'shift', 'style', 'behaviour']);
  // A dragged limit that raises other alerts moves no panel from under the pointer.
  await page.getByRole('textbox', { name: 'CUSUM h, h' }).fill('40');
  await page.keyboard.press('Enter');
  await idle(page);
  expect(await order(page)).toEqual(shown);

  await page.goto('/');
  await openFiles(
    page,
    ndjson(400, () => ({ provider_id: 'alone' })),
  );
  const coupling = panel(page, 'coupling');
  await coupling.scrollIntoViewIfNeeded();
  await expect(coupling.getByRole('button', { name: 'Unfold Coupling ρ' })).toBeVisible();
  await expect(coupling).toContainText('there is one stream only, and coupling needs two');
  expect((await order(page)).indexOf('coupling')).toBeGreaterThan((await order(page)).indexOf('divergence'));
  await coupling.getByRole('button', { name: 'Unfold Coupling ρ' }).click();
  await idle(page);
  await expect(coupling.getByRole('button', { name: 'Fold Coupling ρ' })).toBeVisible();
  expect((await state(page)).view.unfoldedPanels).toEqual(['coupling']);
});

test(
  'panels are moved by keys and by dragging, pinned, resized, and the address remembers',
  { tag: '@core' },
  async ({ page }) => {
    await openSample(page, 'Quick tour');
    const first = await order(page);

    await grip(page, 'CUSUM').focus();
    await page.keyboard.press('ArrowUp');
    await idle(page);
    expect((await order(page)).slice(1, 3)).toEqual(['cusum', 'divergence']);
    await expect(grip(page, 'CUSUM')).toBeFocused();
    await expect(page.getByText('CUSUM is 2 of 14')).toBeAttached();

    // Dragged: KL divergence above CUSUM again, then once more, taken back by Escape.
    const cusum = (await panel(page, 'cusum').boundingBox())!;
    const held = (await grip(page, 'KL divergence').boundingBox())!;
    await page.mouse.move(held.x + 8, held.y + 8);
    await page.mouse.down();
    await page.mouse.move(held.x + 8, cusum.y + 60, { steps: 6 });
    await page.mouse.move(held.x + 8, cusum.y + 10, { steps: 3 });
    await expect(page.locator('.drop-line')).toBeVisible();
    await page.screenshot({ path: 'test-results/shots/panel-dragged.png' });
    await page.mouse.up();
    await idle(page);
    expect(await order(page)).toEqual(first);
    const again = (await grip(page, 'KL divergence').boundingBox())!;
    await page.mouse.move(again.x + 8, again.y + 8);
    await page.mouse.down();
    await page.mouse.move(again.x + 8, again.y + 250, { steps: 6 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await idle(page);
    expect(await order(page)).toEqual(first);

    await grip(page, 'Tension').scrollIntoViewIfNeeded();
    await grip(page, 'Tension').click();
    await page.getByRole('button', { name: 'Pin to the top' }).click();
    await idle(page);
    expect((await order(page)).slice(0, 2)).toEqual(['tension', 'alerts']);

    const edge = page.getByRole('separator', { name: 'Height of Tension' });
    await edge.scrollIntoViewIfNeeded();
    const { x, y } = (await edge.boundingBox())!;
    await page.mouse.move(x + 200, y + 4);
    await page.mouse.down();
    await page.mouse.move(x + 200, y + 74, { steps: 5 });
    await page.mouse.up();
    await edge.focus();
    await page.keyboard.press('ArrowDown');
    await idle(page);
    expect((await state(page)).view.panelHeights).toEqual({ tension: 130 + 70 + 20 });
    expect((await panel(page, 'tension').locator('.chart-plot').boundingBox())!.height).toBe(220);
    for (const field of ['pinned=tension', 'height.tension=220', 'order=']) expect(page.url()).toContain(field);
    await page.screenshot({ path: 'test-results/shots/panels-arranged.png' });

    const arranged = await order(page);
    await page.reload();
    await idle(page);
    expect(await order(page)).toEqual(arranged);
    expect((await state(page)).view.panelHeights).toEqual({ tension: 220 });

    await grip(page, 'Tension').click();
    await page.getByRole('button', { name: 'Reset all panels' }).click();
    await idle(page);
    expect(await order(page)).toEqual(first);
    expect(page.url()).not.toContain('pinned');
    for (const button of await page.locator('.panel-head button').all()) {
      const box = (await button.boundingBox())!;
      if (!(await button.evaluate((one) => one.classList.contains('panel-health'))))
        expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
    }
  },
);
