import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, test } from './test.ts';
import { fixture, idle, ndjson, openFiles, openSample } from './ledgers.ts';

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/shots/evidence-${name}.png` });
const evidence = (page: Page) => page.getByRole('region', { name: 'Evidence', exact: true });
const tab = async (page: Page, name: string) => {
  await evidence(page).getByRole('tab', { name }).click();
  await idle(page);
};
/** Opens the evidence of the first drift alert from its row. */
async function openDrift(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'By incident', pressed: true }).click();
  await page
    .getByRole('treegrid')
    .getByRole('row')
    .filter({ hasText: 'Drift' })
    .first()
    .getByRole('button', { name: 'Evidence' })
    .click();
  await expect(evidence(page).getByTestId('share-total')).toBeVisible();
}
const percent = (text: string): number => Number(text.replace('−', '-').replace(/[^\d.-]/g, ''));

test('from an alert to who, what and which messages', { tag: '@core' }, async ({ page }) => {
  await openSample(page, 'Quick tour');
  await page.getByRole('button', { name: 'By incident' }).click();
  const row = page.getByRole('treegrid').getByRole('row').filter({ hasText: 'Drift' }).first();
  await row.scrollIntoViewIfNeeded();
  const took = await row.evaluate(async (element) => {
    const from = performance.now();
    element.querySelector<HTMLElement>('button[aria-label=Evidence]')!.click();
    while (!document.querySelector('[data-testid=share-total]')) await new Promise(requestAnimationFrame);
    return performance.now() - from;
  });
  test.info().annotations.push({ type: 'ms to the evidence', description: took.toFixed(0) });
  await idle(page);

  // The shares that are listed add up to the whole, whichever way they are grouped.
  await expect(evidence(page).getByTestId('share-total')).toHaveText('Shares add up to 100 %.');
  for (const group of ['Agents', 'Threads', 'Events']) {
    const shares = await evidence(page).getByRole('region', { name: group }).locator('li > .number').allTextContents();
    expect(shares.length).toBeGreaterThan(2);
    expect(Math.abs(shares.reduce((sum, text) => sum + percent(text), 0) - 100)).toBeLessThan(1);
  }
  await shot(page, '1-attribution');

  // A telling message opens its event; the evidence stays.
  const quote = evidence(page).getByRole('region', { name: 'Direction 1' }).locator('.quote').first();
  const said = (await quote.locator('.quote-text').textContent())!.trim();
  expect(said.length).toBeGreaterThan(10);
  await quote.click();
  await idle(page);
  await expect(page.getByRole('complementary', { name: /event inspector/i })).toContainText(said.slice(0, 40));
  await expect(evidence(page)).toBeVisible();

  // The address holds it.
  const view = await page.evaluate(() => window.__tautline!.state().view);
  await page.reload();
  await expect(evidence(page).getByTestId('share-total')).toHaveText('Shares add up to 100 %.', { timeout: 30_000 });
  await idle(page);
  expect(await page.evaluate(() => window.__tautline!.state().view)).toEqual(view);

  // e closes and opens, [ and ] step through alerts with the evidence open.
  await page.locator('body').press('e');
  await expect(evidence(page)).toBeHidden();
  await page.locator('body').press('e');
  await expect(evidence(page)).toBeVisible();
});

test('transport: every event moves once, and pointing at a move shows both messages', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await openDrift(page);
  await tab(page, 'Transport');
  const panel = evidence(page).getByRole('tabpanel');
  const emd = Number(await panel.getByTestId('emd').textContent());
  expect(emd).toBeGreaterThan(0);
  const links = panel.locator('.flow-link');
  expect(await links.count()).toBe(64);
  await panel.locator('.flow .flow-hit').nth(20).dispatchEvent('pointerover', { bubbles: true });
  await expect(panel.getByRole('region', { name: 'Move' }).locator('.quote')).toHaveCount(2);
  await expect(panel.getByText(/The plane keeps [\d.]+ % of the variance/)).toBeVisible();
  await shot(page, '2-transport');
  await panel.getByRole('button', { name: '→ the rest' }).click();
  await idle(page);
  await expect(panel.getByText(/all other streams/)).toBeVisible();
  await panel.getByRole('button', { name: 'two ranges' }).click();
  await idle(page);
  await expect(panel.getByRole('button', { name: 'Before = visible range' })).toBeVisible();
  expect(await links.count()).toBeGreaterThan(0);
});

test('words: terms with counts on both sides, and length beside them', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await openDrift(page);
  await tab(page, 'Words');
  const panel = evidence(page).getByRole('tabpanel');
  const terms = panel.getByRole('table', { name: 'More in the window' }).getByRole('row');
  await expect(terms.nth(1)).toBeVisible();
  // The provider that wandered off speaks of tides and orchards.
  await expect(panel.getByRole('table', { name: 'More in the window' })).toContainText(
    /tide|cellos|orchard|moss|drizzle/i,
  );
  await expect(panel.getByRole('region', { name: 'Length and vocabulary' })).toContainText('Cliff’s delta');
  await shot(page, '3-words');

  // What is chosen inside the evidence is part of the address.
  const others = panel.getByRole('button', { name: /other streams/ });
  await others.click();
  await expect(page).toHaveURL(/evidence\.against=others/);
  await page.reload();
  await idle(page);
  await expect(others).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(panel.getByRole('button', { name: 'episode ↔ before it' })).toHaveAttribute('aria-pressed', 'true');
});

test('map: brushed with the timelines both ways, UMAP with progress and cancel', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await openDrift(page);
  await tab(page, 'Map');
  const panel = evidence(page).getByRole('tabpanel');
  await expect(panel.getByText(/Distances in the plane keep [\d.]+ % of the variance/)).toBeVisible();
  const points = panel.locator('.point-map canvas').first();
  const [{ n: embedded }] = (await page.evaluate(() =>
    window.__tautline!.query('select count(*)::int as n from events where text is not null'),
  )) as { n: number }[];
  expect(embedded).toBe(5937);
  // A few points far out do not rule the frame; they are counted, and shown on request.
  await expect(panel.getByText(/^\d+ of 5,937 outside this frame/)).toBeVisible();
  await panel.getByRole('button', { name: 'Show all' }).click();
  await expect(points).toHaveAttribute('data-points', String(embedded));
  await shot(page, '4-map');

  const box = (await panel.getByRole('img', { name: /^Map of/ }).boundingBox())!;
  // Where only the provider that wanders off gets to.
  await page.mouse.move(box.x + box.width * 0.58, box.y + box.height * 0.1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.9, { steps: 3 });
  await page.mouse.up();
  const marked = await page.evaluate(() => [...window.__tautline!.state().highlighted!.index]);
  expect(marked.length).toBeGreaterThan(5);
  await expect(page.getByRole('img', { name: /events picked out on the map/ })).toBeVisible();
  await shot(page, '5-picked');
  await panel.getByRole('button', { name: 'Zoom the charts to them' }).click();
  await idle(page);
  const range = await page.evaluate(() => window.__tautline!.state().view.range);
  expect(range).toEqual({ from: marked[0], to: marked[marked.length - 1] + 1 });
  await panel.getByRole('button', { name: 'Clear', exact: true }).click();
  expect(await page.evaluate(() => window.__tautline!.state().highlighted)).toBeNull();

  await panel.getByRole('button', { name: 'UMAP' }).click();
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.getByRole('progressbar')).toBeHidden();
  await panel.getByRole('button', { name: 'principal plane' }).click();
  await panel.getByRole('button', { name: 'UMAP' }).click();
  await expect(panel.getByText(/nearest neighbours of a point/)).toBeVisible({ timeout: 50_000 });
  await panel.getByRole('combobox', { name: 'colour by' }).selectOption('state');
  await shot(page, '6-umap');
});

test('conversation: the thread as a transcript, begun at the alert', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await openDrift(page);
  await tab(page, 'Conversation');
  const transcript = evidence(page).getByRole('log');
  await expect(transcript.getByText('fires here').first()).toBeVisible();
  await shot(page, '7-conversation');
});

test(
  'investigation: ranked associations, exported as JSON, then a report that opens without the page',
  { tag: '@core' },
  async ({ page, browser }, info) => {
    await openSample(page, 'Quick tour');
    await openDrift(page);
    await tab(page, 'Investigate');
    const panel = evidence(page).getByRole('tabpanel');
    await panel.getByRole('button', { name: 'Investigate this alert' }).click();
    await expect(panel.getByRole('list', { name: /^Hypotheses/ }).first()).toBeVisible({ timeout: 50_000 });
    await expect(panel.getByRole('region', { name: 'Tests' })).toContainText('Other signals');
    expect(await panel.textContent()).not.toMatch(/\bcaus(e|es|ed)\b/i);
    await shot(page, '9-investigation');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: /audit trail/ }).click(),
    ]);
    const run = JSON.parse(await readFile(await saved.path(), 'utf8')) as {
      format: string;
      hypotheses: { pAdjusted: number }[];
      looks: number;
    };
    expect(run.format).toBe('tautline-investigation');
    expect(run.hypotheses.length).toBe(run.looks);
    const event = panel.locator('.hypothesis .event-link').first();
    const wanted = Number((await event.textContent())!.replace(/\D/g, ''));
    await event.click();
    expect(await page.evaluate(() => window.__tautline!.state().view.selected)).toBe(wanted);

    await tab(page, 'Report');
    const [report] = await Promise.all([
      page.waitForEvent('download', { timeout: 30_000 }),
      panel.getByRole('button', { name: 'Report of this alert' }).click(),
    ]);
    const path = info.outputPath(report.suggestedFilename());
    await report.saveAs(path);
    await shot(page, '10-report');
    // A browser of its own, from the disk: the file asks for nothing but itself.
    const alone = await (await browser.newContext({ viewport: { width: 1100, height: 1400 } })).newPage();
    const asked: string[] = [];
    alone.on('request', (request) => asked.push(request.url()));
    await alone.goto(pathToFileURL(path).href);
    await expect(alone.locator('svg').first()).toBeVisible();
    await expect(alone.getByRole('table').first()).toBeVisible();
    await expect(alone.locator('body')).toContainText('DRIFT');
    await shot(alone, '11-report-file');
    expect(asked).toEqual([pathToFileURL(path).href]);
    expect(await readFile(path, 'utf8')).not.toMatch(/<script/i);
    await alone.context().close();
  },
);

test('a ledger without timestamps has its conversation and its words', async ({ page }) => {
  await page.goto('/');
  const lines = ['event_id,agent_id,thread_id,text,embedding'];
  const fields = (i: number) => [
    i,
    `agent${i % 3}`,
    `t${Math.floor(i / 40)}`,
    `turn ${i} of ${i > 300 ? 'the long detour about boats and sails' : 'a plan'}`,
  ];
  for (let i = 0; i < 400; i += 1)
    lines.push(
      [
        ...fields(i),
        `"[${[0, 1, 2, 3].map((a) => (Math.sin(i * (a + 1.3)) * (i > 300 ? 4 : 1)).toFixed(4)).join(',')}]"`,
      ].join(','),
    );
  await openFiles(page, { name: 'untimed.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });
  const alert = await page.evaluate(() => window.__tautline!.state().analysis.report!.alerts[0]);
  expect(alert).toBeDefined();
  await page.locator('body').press('e');
  await tab(page, 'Conversation');
  await expect(
    evidence(page)
      .getByText(/no timestamps/)
      .first(),
  ).toBeVisible();
  await expect(evidence(page).getByRole('log')).toContainText('turn');
  await tab(page, 'Words');
  await expect(evidence(page).getByRole('table', { name: 'More in the window' })).toBeVisible();
});

test('what the evidence is of follows the thresholds', async ({ page }) => {
  await page.goto('/');
  await openFiles(page, fixture('fracture.parquet'));
  await openDrift(page);
  const fired = async () => {
    const title = (await evidence(page).locator('.evidence-title').textContent())!;
    return Number(/fired\s+([\d,]+)/.exec(title)?.[1].replaceAll(',', ''));
  };
  await expect.poll(fired).toBeGreaterThan(1200);
  const atDefault = await fired();
  const box = page.getByRole('textbox', { name: 'CUSUM h', exact: false }).first();
  await box.fill('20');
  await box.press('Enter');
  await idle(page);
  // The same episode, which takes longer to fire.
  await expect.poll(fired).toBeGreaterThan(atDefault);
  await box.fill('8.5');
  await box.press('Enter');
  await idle(page);
  await expect.poll(fired).toBe(atDefault);
});

test('what changed: a planted style is told in words, with messages of either side', async ({ page }) => {
  await page.goto('/');
  await openFiles(page, changedStyle());
  await page.getByRole('button', { name: 'By incident' }).click();
  const row = page.getByRole('treegrid').getByRole('row').filter({ hasText: 'Style' }).first();
  await row.scrollIntoViewIfNeeded();
  const took = await row.evaluate(async (element) => {
    const from = performance.now();
    element.querySelector<HTMLElement>('button[aria-label=Evidence]')!.click();
    while (!document.querySelector('[data-testid=what-changed]')) await new Promise(requestAnimationFrame);
    return performance.now() - from;
  });
  test.info().annotations.push({ type: 'ms to what changed', description: took.toFixed(0) });
  await idle(page);
  await expect(evidence(page).getByRole('tab', { name: 'What changed' })).toHaveAttribute('aria-selected', 'true');
  const panel = evidence(page).getByRole('tabpanel');
  await expect(panel.getByTestId('what-changed')).toContainText(/p1: how it writes has changed since about event/);
  await expect(panel.getByTestId('what-changed')).toContainText(/bold \+\d\.\d sd/);
  await expect(panel).toContainText(/Conversations are the sample: \d+ conversations before it, \d+ since/);
  await expect(panel).toContainText(/topics do not wander|topics wander/);
  const bold = panel.getByRole('row', { name: /^bold/ });
  await expect(bold).toContainText(/0 to [\d.]+ per 100 characters/);
  await expect(panel.getByRole('region', { name: 'bold' }).locator('.quote-text').last()).toContainText('**');
  await page.emulateMedia({ colorScheme: 'dark' });
  await idle(page);
  await shot(page, '8-what-changed-dark');

  await expect(page).toHaveURL(/evidence=\d+,change,STYLE_SHIFT/);
  await page.emulateMedia({ colorScheme: 'light' });
  await idle(page);
  await shot(page, '9-what-changed-light');

  await tab(page, 'Transport');
  await expect(panel.getByRole('button', { name: 'reference → since the onset' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(panel.getByText(/p1, in the reference/).first()).toBeVisible();
});

/** Three providers in conversations of six; from event 700 on p1 writes in bold and asks no more. */
function changedStyle(): ReturnType<typeof ndjson> {
  const words = 'the order is on its way and we will let you know when it is here please check your address'.split(' ');
  const text = (i: number): string => {
    const said = Array.from({ length: 8 + ((i * 7) % 11) }, (_, j) => words[(i * 13 + j * j * 5 + j) % words.length]);
    if (i % 3 === 1 && i >= 700) return `**${said.slice(0, 3).join(' ')}** ${said.slice(3).join(' ')}.`;
    return `${said.join(' ')}${i % 5 < 2 ? '?' : '.'}`;
  };
  return ndjson(1200, (i) => ({ text: text(i), thread_id: `t${i % 3}-${Math.floor(i / 18)}` }));
}
