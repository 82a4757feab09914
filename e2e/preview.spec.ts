import type { Page } from '@playwright/test';
import { idle } from './ledgers.ts';
import { expect, test } from './test.ts';

const report = async (page: Page) => (await page.evaluate(() => window.__tautline!.state())).analysis.report!;

test('a memory that takes long is previewed while its slider moves, and ends exact; threads share the work', async ({
  page,
}, info) => {
  // 64 axes: the signals of 50,000 events take about a second.
  await page.goto('/#v=1&sample=fracture&k=64');
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: 60_000 });
  await idle(page);
  expect(page.workers().length).toBeGreaterThan(1);
  const before = await report(page);
  await page.evaluate(() => {
    const seen: { at: number; preview: number | null; report: number }[] = [];
    const emptied = new Set<string>();
    Object.assign(window, { seen, emptied });
    new MutationObserver(() => {
      for (const empty of document.querySelectorAll('[data-panel] .shimmer'))
        emptied.add(empty.closest('[data-panel]')!.getAttribute('data-panel')!);
    }).observe(document.body, { childList: true, subtree: true });
    const look = () => {
      const { preview, report } = window.__tautline!.state().analysis;
      const last = seen.at(-1);
      if (!last || last.preview !== (preview?.revision ?? null) || last.report !== report!.revision)
        seen.push({ at: performance.now(), preview: preview?.revision ?? null, report: report!.revision });
      requestAnimationFrame(look);
    };
    look();
  });
  const slider = page.getByRole('slider', { name: 'λ slow slider' });
  await slider.scrollIntoViewIfNeeded();
  const track = (await slider.boundingBox())!;
  const y = track.y + track.height / 2;
  await page.mouse.move(track.x + track.width * 0.3, y);
  const started = await page.evaluate(() => performance.now());
  await page.mouse.down();
  for (let step = 1; step <= 10; step++) await page.mouse.move(track.x + track.width * (0.3 + 0.02 * step), y);
  await expect(page.getByText(/Preview: refining/)).toBeVisible();
  await expect(page.getByText(/of the analysis before/)).toBeVisible();
  await page.screenshot({ path: 'test-results/shots/preview.png' });
  await page.mouse.up();
  await idle(page);
  await expect(page.getByText(/Preview: refining/)).toBeHidden();

  // A picture stays until there is another, while zooming too.
  await page.locator('[data-panel] .chart-plot').first().hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  await idle(page);
  expect((await page.evaluate(() => window.__tautline!.state())).view.range).not.toBeNull();
  expect(await page.evaluate(() => [...(window as unknown as { emptied: Set<string> }).emptied])).toEqual([]);

  // And it would have been noticed: a panel that is emptied now is.
  const emptied = await page.evaluate(async () => {
    const empty = Object.assign(document.createElement('p'), { className: 'shimmer' });
    document.querySelector('[data-panel]')!.append(empty);
    await new Promise(requestAnimationFrame);
    empty.remove();
    return (window as unknown as { emptied: Set<string> }).emptied.size;
  });
  expect(emptied).toBe(1);

  const seen = await page.evaluate(
    () => (window as unknown as { seen: { at: number; preview: number | null; report: number }[] }).seen,
  );
  const first = seen.find(({ preview }) => preview !== null)!;
  info.annotations.push({
    type: 'measured',
    description: `first preview ${Math.round(first.at - started)} ms after the button went down`,
  });
  expect(first.report).toBe(before.revision);
  expect(seen.at(-1)!.preview).toBeNull();
  // The end is exact: what the same address gives on a fresh page.
  const after = await report(page);
  expect(after.revision).toBeGreaterThan(first.preview!);
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await idle(page);
  const fresh = await report(page);
  expect(after.alerts).toEqual(fresh.alerts);
  expect(after.calibration).toEqual(fresh.calibration);
});
