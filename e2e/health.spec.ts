import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const WORDS =
  'the order please check your card and we will send it to you now because I have not seen any of that'.split(' ');

/** Numbers in [0, 1) that look drawn, by their position. */
const drawn = (i: number, j: number): number => {
  const x = Math.sin(i * 12.9898 + j * 78.233) * 43758.5453;
  return x - Math.floor(x);
};
const normal = (i: number, j: number): number => [0, 1, 2, 3, 4, 5].reduce((sum, m) => sum + drawn(i, 7 * j + m), -3);

/** Conversations of three agents, five messages each; `slow` scales the latency of an event. */
const talk = (events: number, slow: (i: number) => number) =>
  ndjson(events, (i) => ({
    thread_id: `p${i % 3}-${Math.floor(i / 15)}`,
    role: 'assistant',
    text: Array.from({ length: 6 + Math.floor(12 * drawn(i, 99)) }, (_, w) => {
      const word = WORDS[Math.floor(drawn(i, 200 + w) * WORDS.length)];
      return drawn(i, 300 + w) < 0.1 ? `${word},` : word;
    })
      .join(' ')
      .concat(drawn(i, 400) < 0.3 ? '?' : '.'),
    embedding: Array.from({ length: 10 }, (_, d) => normal(i, d)),
    latency_ms: slow(i) * (100 + 40 * drawn(i, 500)),
    output_tokens: Math.round(40 + 30 * drawn(i, 600)),
  }));

const timeline = (page: Page) => page.getByRole('region', { name: 'Alerts', exact: true });

test('under 200 events no alert can be raised, and every place says so', async ({ page }) => {
  await page.goto('/');
  await openFiles(
    page,
    talk(150, () => 1),
  );
  const headline = page.getByRole('region', { name: 'What happened' });
  await expect(headline).toContainText('No alert can be raised: with 150 events, under 200,');
  await expect(page.getByRole('region', { name: 'CUSUM' })).toContainText('out of action');
  await page.screenshot({ path: 'test-results/shots/health-150.png' });
});

test('a CUSUM that cannot rise says so, with the reason and what would help', async ({ page }) => {
  await page.goto('/');
  // Memories stretch with the latency, so KL never comes near that of the reference again.
  await openFiles(
    page,
    talk(1500, (i) => (i < 300 ? 1 : 20)),
  );
  const cusum = page.getByRole('region', { name: 'CUSUM' });
  await cusum.getByRole('button', { name: /out of action.*the CUSUM cannot rise/ }).click();
  await expect(cusum).toContainText(/z of KL was below 0 at .* of 400 events since the reference/);
  await expect(cusum).toContainText('A reference that leaves out a start-up');
  await page.screenshot({ path: 'test-results/shots/health-cusum.png' });
  await page.getByRole('button', { name: /^Laboratory/ }).click();
  await expect(page.getByTestId('health')).toContainText('the CUSUM cannot rise');
  await page.screenshot({ path: 'test-results/shots/health-lab.png' });
});

test(
  'a healthy ledger without an alert says what was watched and what would have been found',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    await openFiles(
      page,
      talk(1500, () => 1),
    );
    await idle(page);
    const headline = page.getByRole('region', { name: 'What happened' });
    await expect(headline).toContainText('Watched: 1,200 events after a reference of 300, by');
    await expect(timeline(page)).toContainText(
      /with 20 conversations a stream of reference, a change of [\d.]+( to [\d.]+)? sd over eight features/,
      { timeout: 90_000 },
    );
    await timeline(page).scrollIntoViewIfNeeded();
    await page.screenshot({ path: 'test-results/shots/health-armed.png' });
    await expect(headline).toContainText(/Style change [\d.]+ sd.* Smaller changes are not excluded\./);
    await headline.getByRole('button', { name: 'Investigate all since the reference' }).click();
    await expect(page.getByRole('region', { name: 'Evidence' })).toBeVisible();
    await expect(page).toHaveURL(/stretch=300-1500|300/);
  },
);
