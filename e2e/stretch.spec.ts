import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const evidence = (page: Page) => page.getByRole('region', { name: 'Evidence', exact: true });
const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/shots/stretch-${name}.png` });
const view = (page: Page) => page.evaluate(() => window.__tautline!.state().view);
const tab = async (page: Page, name: string) => {
  await evidence(page).getByRole('tab', { name, exact: true }).click();
  await idle(page);
};
const chart = (page: Page) =>
  page.getByRole('region', { name: 'KL divergence' }).getByRole('group', { name: /^KL divergence/ });

/** Open whatever the length of the ledger: panels that cannot say anything are folded. */
const anyChart = (page: Page) => page.getByRole('group', { name: /^(KL divergence|Distance to reference)/ }).first();

/** Three agents; the model behind p1 is another one from event 360 on, and nothing else changes. */
const swapped = (rows: number, from: number, streams: number) =>
  ndjson(rows, (i) => ({
    text: `${['please', 'kindly', 'now'][((i * 7) % 5) % 3]} look at item ${(i * 13) % 29}`,
    ...(streams === 1 && { provider_id: 'p1' }),
    model: i >= from && (streams === 1 || i % 3 === 1) ? 'model-b' : 'model-a',
    thread_id: `t${Math.floor(i / 12)}`,
    agent_id: `agent-${i % 3}`,
    output_tokens: 40 + ((i * 31) % 17),
  }));

async function opened(page: Page, rows: number, from: number, streams = 3): Promise<void> {
  await page.goto('/');
  await openFiles(page, swapped(rows, from, streams));
  await expect(anyChart(page)).toBeVisible({ timeout: 30_000 });
  await idle(page);
}

/** Selects an event as a link to it does. */
async function select(page: Page, event: number): Promise<void> {
  await page.evaluate((at) => {
    const fields = new URLSearchParams(location.hash.slice(1));
    fields.set('at', String(at));
    history.pushState(null, '', `#${fields.toString()}`);
    dispatchEvent(new PopStateEvent('popstate'));
  }, event);
  await idle(page);
  expect((await view(page)).selected).toBe(event);
}

test(
  'what differs from an event on: one click, without any alert, names the model',
  { tag: '@core' },
  async ({ page }) => {
    await opened(page, 190, 100, 1);
    expect(await page.evaluate(() => window.__tautline!.state().analysis.report!.alerts)).toEqual([]);
    await page.locator('body').press('i');
    await expect(page.getByText('Select an event in a chart, or zoom to a stretch, to investigate it.')).toBeVisible();

    const event = 95;
    await select(page, event);
    await page.getByRole('button', { name: 'Investigate from here' }).click();
    await idle(page);
    expect(await view(page)).toMatchObject({ evidence: { event, tab: 'investigate', choices: { stretch: 'on' } } });
    const found = evidence(page).getByRole('list', { name: 'Hypotheses', exact: true });
    await expect(found).toContainText('model: "model-b"', { timeout: 60_000 });
    await expect(found.getByRole('listitem').first()).toContainText('it comes up first at event 100');
    const able = evidence(page).getByRole('region', { name: 'What could have been shown' });
    await expect(able).toContainText(/Categories: a value of its own on \d+ % of the events or more/);
    await expect(able).toContainText(/Numbers: Cliff's delta 0\.\d+ or more/);
    await shot(page, '1-model');

    // The file of the trail says what was asked, and the address brings the question back.
    const download = page.waitForEvent('download');
    await evidence(page).getByRole('button', { name: 'Export the audit trail (JSON)' }).click();
    const run = JSON.parse(await readFile(await (await download).path(), 'utf8'));
    expect(run).toMatchObject({ format: 'tautline-investigation', version: 2, alert: null, stream: 'p1' });
    expect(run.smallest.length).toBeGreaterThan(1);
    expect(new URL(page.url()).href).toContain('evidence.stretch=on');
  },
);

test('the visible stretch, against before, the reference and another, in every part', async ({ page }) => {
  await opened(page, 600, 360);
  // Zoom to the last stretch by keyboard: the button beside the range takes it.
  await chart(page).scrollIntoViewIfNeeded();
  const box = (await chart(page).boundingBox())!;
  await page.keyboard.down('Shift');
  await chart(page).hover({ position: { x: box.width * 0.62, y: box.height / 2 } });
  await page.mouse.down();
  await chart(page).hover({ position: { x: box.width * 0.98, y: box.height / 2 } });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.mouse.move(5, 5);
  await idle(page);
  const { range } = await view(page);
  expect(range!.from).toBeGreaterThan(330);
  await page.getByRole('button', { name: 'Investigate', exact: true }).click();
  await idle(page);
  expect((await view(page)).evidence!.choices!.stretch).toBe(`${range!.from}-${range!.to}`);
  await evidence(page).getByRole('combobox', { name: 'Stream' }).selectOption('p1');
  await expect(evidence(page).getByRole('list', { name: 'Hypotheses', exact: true })).toContainText('model-b');
  await shot(page, '2-visible');

  const panel = evidence(page).getByRole('tabpanel');
  await evidence(page).getByRole('combobox', { name: 'Compared with' }).selectOption('the reference');
  await expect(panel).toContainText('in the reference.');

  await tab(page, 'Attribution');
  await expect(panel.getByTestId('share-total')).toHaveText('Shares add up to 100 %.');
  await tab(page, 'Transport');
  expect(Number(await panel.getByTestId('emd').textContent())).toBeGreaterThan(0);
  await tab(page, 'Words');
  await expect(panel).toContainText('p1 in the reference (reference)');
  await tab(page, 'Map');
  await panel.getByRole('combobox', { name: 'colour by' }).selectOption('before, in and after');
  await expect(panel.locator('.map-key')).toContainText(/compared with 67.*the stretch 7\d/);
  await shot(page, '3-map');
  await tab(page, 'Conversation');
  await expect(panel.getByRole('combobox', { name: 'Thread' })).toContainText('where the stretch begins');
  await tab(page, 'Agents');
  await expect(panel).toContainText('columns');
  await tab(page, 'Report');
  const download = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Report of this stretch' }).click();
  const html = await readFile(await (await download).path(), 'utf8');
  expect(html).toContain('<h2>The stretch</h2>');
  expect(html).toContain('What differs in the stretch');

  // Another stretch, later than the first: the wider view is taken to compare with.
  await tab(page, 'Investigate');
  await evidence(page).getByRole('combobox', { name: 'Compared with' }).selectOption('another stretch');
  await expect(panel.getByRole('alert')).toContainText('p1 has no event outside the stretch to compare it with');
  const before = await view(page);
  await page.goBack();
  await expect(panel).toContainText('in the reference.');
  await page.goForward();
  await expect.poll(() => view(page)).toEqual(before);
});

test('e opens the evidence of an event that no alert covers, and too short a stretch is told', async ({ page }) => {
  await opened(page, 150, 90);
  await select(page, 140);
  await page.locator('body').press('e');
  await expect(evidence(page).getByTestId('share-total')).toHaveText('Shares add up to 100 %.');
  await page.locator('body').press('i');
  await expect(evidence(page).getByRole('alert')).toContainText(/hold \d events? of p\d: it takes 8/);
  await shot(page, '4-short');
});

test('a message is read with its Markdown, of which nothing acts, or raw', async ({ page }) => {
  await page.goto('/');
  const said =
    'You **can** do this:\n- one\n- two\n\n![x](https://elsewhere.example/x.png) <img src=x onerror=alert(1)>';
  await openFiles(
    page,
    ndjson(300, () => ({ text: said })),
  );
  await select(page, 0);
  const inspector = page.getByRole('complementary', { name: 'Event inspector' });
  const text = inspector.locator('.event-text');
  await expect(text.locator('strong')).toHaveText('can');
  await expect(text.getByRole('listitem')).toHaveText(['one', 'two']);
  await expect(text.locator('img')).toHaveCount(0);
  await expect(text).toContainText('x <img src=x onerror=alert(1)>');
  await shot(page, '5-markdown');
  await inspector.getByRole('button', { name: 'raw' }).click();
  await expect(text).toHaveText(said, { useInnerText: true });
});
