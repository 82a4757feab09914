import type { Locator, Page } from '@playwright/test';
import { idle, openSample } from './ledgers.ts';
import { expect, test } from './test.ts';

const state = (page: Page) => page.evaluate(() => window.__tautline!.state());
const parameters = async (page: Page) => (await state(page)).view.parameters;
const alerts = async (page: Page, kind: string) =>
  (await state(page)).analysis.report!.alerts.filter((alert) => alert.kind === kind).length;
const panel = (page: Page, id: string): Locator => page.locator(`[data-panel="${id}"]`);
const handle = (page: Page, id: string, name: string | RegExp): Locator =>
  panel(page, id).getByRole('slider', { name });

async function centre(of: Locator): Promise<{ x: number; y: number }> {
  await of.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await of.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

test('every limit that a parameter governs has a handle in its panel', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const wanted: Readonly<Record<string, readonly string[]>> = {
    divergence: ['KL ceiling τ max, nats'],
    cusum: ['CUSUM h, σ'],
    friction: ['Friction band, σ: upper limit', 'Friction band, σ: lower limit'],
    entropy: ['Entropy hysteresis, bits', 'Entropy floor τ min, bits'],
    coupling: ['Void clear, × ρ ref', 'Void floor, × ρ ref'],
    tension: ['Tension zone, × reference: upper limit', 'Tension zone, × reference: lower limit'],
    latency: ['Window minimum, ms'],
    style: ['False-alarm budget, events'],
  };
  for (const [id, names] of Object.entries(wanted)) {
    await panel(page, id).scrollIntoViewIfNeeded();
    const handles = panel(page, id).getByRole('slider');
    await expect(handles).toHaveCount(names.length);
    for (const name of names) {
      const box = (await handle(page, id, name).boundingBox())!;
      expect(Math.min(box.width, box.height), name).toBeGreaterThanOrEqual(24);
    }
  }

  // Two limits at one place: each is under the pointer and has the keys.
  await page.goto('/#v=1&sample=quick-tour&void_floor=0.56');
  await idle(page);
  await panel(page, 'coupling').scrollIntoViewIfNeeded();
  const [clear, low] = [handle(page, 'coupling', /^Void clear/), handle(page, 'coupling', /^Void floor/)];
  expect(await clear.getAttribute('aria-valuenow')).toBe(await low.getAttribute('aria-valuenow'));
  const [above, below] = [(await clear.boundingBox())!, (await low.boundingBox())!];
  expect(Math.abs(above.y - below.y)).toBeGreaterThanOrEqual(24);
  await low.press('ArrowDown');
  await clear.press('ArrowUp');
  await idle(page);
  expect(await parameters(page)).toMatchObject({ void_floor: 0.55, void_clear: 0.57 });
});

test(
  'a limit is dragged where it is drawn, with what it costs, and Escape gives it back',
  { tag: '@core' },
  async ({ page }) => {
    await openSample(page, 'Quick tour');
    await panel(page, 'cusum').scrollIntoViewIfNeeded();
    const h = handle(page, 'cusum', 'CUSUM h, σ');
    const { x, y } = await centre(h);
    const before = await alerts(page, 'DRIFT');
    const { undo } = (await state(page)).steps;

    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 20, { steps: 4 });
    await page.mouse.move(x, y + 55, { steps: 6 });
    // While it is held: fewer sigmas, more alerts, and the false alarms that this costs.
    await expect.poll(async () => (await parameters(page)).h).toBeLessThan(6);
    await expect.poll(() => alerts(page, 'DRIFT')).toBeGreaterThan(before);
    await expect(panel(page, 'cusum').getByRole('status').first()).toContainText(
      /False DRIFT: (about )?one in [\d,.]+/,
    );
    expect((await state(page)).dragging).toBe(true);
    expect((await state(page)).steps.undo).toBe(undo);
    await page.screenshot({ path: 'test-results/shots/limit-dragged.png' });
    const costly = await panel(page, 'cusum').getByRole('status').first().textContent();
    await page.mouse.move(x, y + 25, { steps: 4 });
    await expect(panel(page, 'cusum').getByRole('status').first()).not.toHaveText(costly!);
    await page.mouse.up();
    await idle(page);
    const dragged = (await parameters(page)).h;
    expect(dragged).toBeLessThan(8.5);
    expect((await state(page)).steps.undo).toBe(undo + 1);
    expect(Number(await h.getAttribute('aria-valuenow'))).toBe(dragged);
    expect(new URL(page.url()).hash).toContain(`h=${dragged}`);

    // Again, taken back in the middle.
    const again = await centre(h);
    await page.mouse.move(again.x, again.y);
    await page.mouse.down();
    await page.mouse.move(again.x, again.y - 30, { steps: 5 });
    await expect.poll(async () => (await parameters(page)).h).toBeGreaterThan(dragged);
    await page.keyboard.press('Escape');
    await page.mouse.move(again.x, again.y - 40);
    await page.mouse.up();
    await idle(page);
    expect((await parameters(page)).h).toBe(dragged);
    expect((await state(page)).steps.undo).toBe(undo + 1);
    expect((await state(page)).dragging).toBe(false);

    await page.keyboard.press('Control+z');
    await idle(page);
    expect((await parameters(page)).h).toBe(8.5);
  },
);

test('the line itself can be held anywhere, and the band follows the inverse of its rule', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const upper = handle(page, 'friction', /upper limit/);
  await panel(page, 'friction').scrollIntoViewIfNeeded();
  await upper.scrollIntoViewIfNeeded();
  const chart = panel(page, 'friction').getByRole('group', { name: /^Friction/ });
  const plot = (await chart.boundingBox())!;
  const { width } = plot;
  // From the top down to the first row of the plot where the pointer says that something can be held.
  let y = plot.y + 4;
  for (; y < plot.y + plot.height; y += 2) {
    await page.mouse.move(plot.x + width * 0.4, y);
    if (await chart.evaluate((element) => element.classList.contains('grabbable'))) break;
  }
  const limit = Number(await upper.getAttribute('aria-valuenow'));
  const { range } = (await state(page)).view;
  await page.mouse.down();
  await page.mouse.move(plot.x + width * 0.45, y + 12, { steps: 5 });
  await page.mouse.up();
  await idle(page);
  const { z_band } = await parameters(page);
  expect(z_band).toBeLessThan(4);
  // The whole band is narrower, and the plot was not panned.
  const { fm, fs } = (await state(page)).analysis.report!.calibration;
  expect(Number(await upper.getAttribute('aria-valuenow'))).toBeCloseTo(Math.exp(fm + z_band * fs), 6);
  expect(Number(await upper.getAttribute('aria-valuenow'))).toBeLessThan(limit);
  const lower = handle(page, 'friction', /lower limit/);
  expect(Number(await lower.getAttribute('aria-valuenow'))).toBeCloseTo(Math.exp(fm - z_band * fs), 6);
  expect((await state(page)).view.range).toEqual(range);
});

test('a limit is stepped by keys, and a click or Enter on it goes to its parameter', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const floor = handle(page, 'entropy', 'Entropy floor τ min, bits');
  await panel(page, 'entropy').scrollIntoViewIfNeeded();
  await floor.scrollIntoViewIfNeeded();
  await floor.focus();
  await page.keyboard.press('ArrowUp');
  await idle(page);
  expect((await parameters(page)).tau_min).toBe(1.86);
  await expect(panel(page, 'entropy').getByText(/Never beyond it in the [\d,]+ events of the reference/)).toBeVisible();
  await page.keyboard.press('Shift+ArrowDown');
  await idle(page);
  expect((await parameters(page)).tau_min).toBeCloseTo(1.76, 9);

  await page.keyboard.press('Enter');
  const slider = page.getByRole('slider', { name: 'Entropy floor τ min slider' });
  await expect(slider).toBeFocused();
  await expect(slider).toBeInViewport();

  // The lower edge of a pair, its group folded and the panel closed.
  await page.getByRole('button', { name: /^Transport/ }).click();
  await page.getByRole('button', { name: 'Parameter panel' }).click();
  await panel(page, 'tension').scrollIntoViewIfNeeded();
  const low = handle(page, 'tension', /lower limit/);
  const { x, y } = await centre(low);
  await page.mouse.click(x, y);
  const own = page.getByRole('slider', { name: 'Tension zone low slider' });
  await expect(own).toBeFocused();
  await expect(own).toBeInViewport();
  expect(await page.evaluate(() => document.getElementById('root')!.scrollTop)).toBe(0);
});
