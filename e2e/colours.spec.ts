import type { Page } from '@playwright/test';
import { idle, openSample } from './ledgers.ts';
import { expect, test } from './test.ts';

const labels = (page: Page) => page.evaluate(() => window.__tautline!.state().view.labels);
const picture = (page: Page, id: string): Promise<string> =>
  page
    .locator(`[data-panel="${id}"] canvas`)
    .first()
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

test('labelled stretches are hatched in panels only where they are asked for', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const plain = await picture(page, 'divergence');
  const toggle = page.getByRole('button', { name: 'hatch the panels' });
  await toggle.click();
  await idle(page);
  expect(await labels(page)).toBe('hatched');
  expect(page.url()).toContain('labels=hatched');
  expect(await picture(page, 'divergence')).not.toBe(plain);
  await toggle.click();
  await idle(page);
  expect(await labels(page)).toBe('ticks');
  expect(await picture(page, 'divergence')).toBe(plain);
});

test('agents have the hue of their stream', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await page.keyboard.press(']');
  await idle(page);
  await page.keyboard.press('e');
  await page.getByRole('tab', { name: /Conversation/ }).click();
  const turn = page.getByRole('log', { name: 'Transcript of the thread' }).locator('.turn-place').first();
  await expect(turn).toBeVisible();
  await idle(page);
  const dots = await page.locator('.speaker-dot').evaluateAll((all) =>
    all.map((dot) => ({
      agent: dot.parentElement!.querySelector('strong')!.textContent,
      color: getComputedStyle(dot).backgroundColor,
    })),
  );
  const hues = await page
    .getByRole('group', { name: 'Streams' })
    .locator('svg line')
    .evaluateAll((lines) =>
      lines.map((line) => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = line.getAttribute('stroke')!;
        const { color } = getComputedStyle(probe);
        probe.remove();
        return color;
      }),
    );
  const streamOf = new Map(
    (
      (await page.evaluate(() =>
        window.__tautline!.query(
          `select distinct coalesce(agent_id, provider_id) as agent, provider_id as stream from events`,
        ),
      )) as { agent: string; stream: string }[]
    ).map(({ agent, stream }) => [agent, stream]),
  );
  const names = await page.evaluate(() => window.__tautline!.state().analysis.report!.streams.map(({ name }) => name));
  expect(dots.length).toBeGreaterThan(0);
  for (const { agent, color } of dots) expect(color).toBe(hues[names.indexOf(streamOf.get(agent)!)]);
});
