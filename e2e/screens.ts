import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { Live, shownEvents } from './live.ts';
import { expect } from './test.ts';

export type Visit = (name: string) => Promise<void>;

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first();
const screen = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name });

/** Scrolls the charts to their start: what lies half under the head would count as a small target. */
const toTop = (page: Page): Promise<void> => page.locator('#charts').evaluate((charts) => charts.scrollTo(0, 0));

/** Shows a screen or sheet, lets it be looked at in peace, and closes a sheet. */
async function stop(page: Page, visit: Visit, name: string, show: () => Promise<void>, closes = false): Promise<void> {
  await show();
  await idle(page);
  await expect(page.getByText(/^Loading( .*)?…$/)).toHaveCount(0);
  await visit(name);
  if (closes) await page.keyboard.press('Escape');
}

/** The first page, what becomes of files that cannot be opened, and a ledger without an alert. */
async function walkOpening(page: Page, visit: Visit): Promise<void> {
  const at = (name: string, show: () => Promise<void>, closes = false) => stop(page, visit, name, show, closes);
  await at('first page', async () => {
    await page.goto('/');
    await expect(button(page, /^Quick tour/)).toBeVisible();
  });
  await at('a ledger that cannot be opened', async () => {
    await openFiles(page, { name: 'torn.parquet', mimeType: '', buffer: Buffer.from('PAR1 torn') });
    await expect(page.getByRole('alert').first()).toBeVisible();
  });
  await at('the form of columns', async () => {
    await button(page, 'Open something else').click();
    const rows = Array.from({ length: 30 }, (_, i) => `${i},w${i % 3},number ${i}`);
    await openFiles(page, { name: 'odd.csv', mimeType: '', buffer: Buffer.from(`n,voice,said\n${rows.join('\n')}`) });
    await expect(button(page, 'Open with this mapping')).toBeVisible();
  });
  await at('a ledger without an alert', async () => {
    await button(page, 'Open something else').click();
    await openFiles(page, ndjson(400));
    await expect(button(page, 'Another reference…')).toBeVisible();
  });
}

/** The monitor of the quick tour, with every sheet and what lies over or beside the charts. */
async function walkMonitor(page: Page, visit: Visit): Promise<void> {
  const at = (name: string, show: () => Promise<void>, closes = false) => stop(page, visit, name, show, closes);
  await at('monitor', async () => {
    await page.goto('/#v=1&sample=quick-tour');
    await page.locator('.headline summary').click();
  });
  await at('a chart as table, its help, notices', async () => {
    await button(page, 'Show KL divergence as table').click();
    await button(page, 'What KL divergence shows').click();
    await button(page, /^Notices/).click();
    await toTop(page);
  });
  await at('find', async () => {
    await page.keyboard.press('f');
    const find = page.getByRole('region', { name: 'Find' });
    await find.getByRole('searchbox').fill('the');
    await expect(find.getByRole('grid', { name: 'Hits' }).getByRole('row').nth(1)).toBeVisible();
  });
  await page.keyboard.press('Escape');
  await at('help', () => button(page, 'Help and shortcuts').click());
  await at('glossary', () => button(page, /glossary/i).click(), true);
  await at('methods', async () => {
    await page.keyboard.press('?');
    await button(page, /^Methods: every formula/).click();
  });
  await page.keyboard.press('Escape');
  await at('ways to open', () => button(page, 'Open…').click());
  await at('embedding models', () => button(page, /^Embedding models/).click(), true);
  await at('follow a live ledger', async () => {
    await button(page, 'Open…').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Follow a live ledger…' }).click();
  });
  await page.keyboard.press('Escape');
  await at('open report', () => button(page, /skipped$/).click(), true);
  await at('tour', async () => {
    await page.keyboard.press('?');
    await button(page, 'Take the tour').click();
  });
}

/** Inspector and every tab of the evidence. */
async function walkEvidence(page: Page, visit: Visit): Promise<void> {
  await page.goto('/#v=1&sample=quick-tour');
  await button(page, /^Look:/).click();
  await expect(page.getByRole('complementary', { name: 'Event inspector' })).toBeVisible();
  const tabs = page.getByRole('tablist', { name: 'Evidence' });
  await expect(tabs).toBeVisible();
  const names = await tabs.getByRole('tab').allTextContents();
  expect(names.length).toBeGreaterThan(7);
  for (const name of names) await stop(page, visit, name, () => tabs.getByRole('tab', { name, exact: true }).click());
  await stop(page, visit, 'What changed', async () => {
    await page.goto('/#v=1&sample=quick-tour&evidence=5012,change');
  });
}

/** The other screens. */
async function walkScreens(page: Page, visit: Visit): Promise<void> {
  await page.goto('/#v=1&sample=quick-tour&screen=laboratory');
  await stop(page, visit, 'laboratory', () => expect(page.getByRole('heading', { name: 'Deploy' })).toBeVisible());
  await stop(page, visit, 'calibration', async () => {
    await screen(page, 'Calibration').click();
    await expect(page.getByRole('heading', { name: 'Calibration', exact: true })).toBeVisible();
  });
  await stop(page, visit, 'compare', async () => {
    await screen(page, 'Compare').click();
    await expect(page.getByRole('region', { name: 'What differs' }).getByRole('row').nth(1)).toBeVisible();
  });
  await stop(page, visit, 'compare two ledgers', async () => {
    await page.getByRole('combobox', { name: 'Open a sample or a recent ledger' }).selectOption('sample=quick-tour');
    await expect(page.getByRole('combobox', { name: 'Ledger of b' })).toBeVisible();
    await page.getByText('As a table').click();
  });
}

/** A live ledger: the bar above the charts, deploying into it, and what runs beside. */
async function walkLive(page: Page, visit: Visit): Promise<void> {
  const at = (name: string, show: () => Promise<void>, closes = false) => stop(page, visit, name, show, closes);
  const live = new Live('--demo', '--port', '0');
  const bar = page.getByRole('region', { name: 'Live ledger' });
  const deploying = page.getByRole('region', { name: 'Deploy to the live process' });
  try {
    await live.says(/first bundle was fitted/);
    await page.goto(await live.says(/App: (\S+)/));
    // The whole history: the edges of what is in view then lie away from those of the reference.
    await expect.poll(() => shownEvents(page), { timeout: 60_000 }).toBeGreaterThan(11_000);
    await expect(bar).toContainText('the same alerts');
    await at('a live ledger, paused', async () => {
      await bar.getByRole('button', { name: 'Pause' }).click();
      await expect(bar).toContainText('Paused');
    });
    await at('what is followed', async () => {
      await button(page, 'Open…').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Follow a live ledger…' }).click();
      await expect(page.getByRole('dialog')).toContainText('followed already');
    });
    await page.keyboard.press('Escape');
    await at('deploying into a live ledger', async () => {
      await page.locator('[data-parameter="h"] input[type=range]').press('ArrowRight');
      // What lies half under the heads of its sections would count as small targets.
      await button(page, 'Parameter panel').click();
      await screen(page, 'Laboratory').click();
      await expect(deploying.getByRole('table')).toContainText('CUSUM h');
      await deploying.getByRole('button', { name: /^Deploy to the live process/ }).click();
      await deploying.getByRole('button', { name: 'Deploy now' }).click();
      await expect(deploying.getByRole('alert')).toContainText('Say who deploys it');
    });
    await at('a candidate beside', async () => {
      await deploying.getByLabel('Who deploys it').fill('Ana');
      await deploying.getByLabel('Why').fill('fewer false alarms');
      await deploying.getByRole('button', { name: 'Run beside first' }).click();
      await expect(deploying.getByRole('status')).toContainText('Beside the one in force');
      await screen(page, 'Monitor').click();
      await bar.locator('summary').click();
      await expect(bar.getByLabel('Who decides')).toHaveValue('Ana');
    });
  } finally {
    // It would say that nobody answers.
    await page.goto('about:blank');
    await live.end();
  }
}

/** Every screen and sheet, in as many ways through the app. */
export const WALKS = [
  ['the first page and files that cannot be opened', walkOpening],
  ['the monitor and its sheets', walkMonitor],
  ['the evidence', walkEvidence],
  ['laboratory, calibration and Compare', walkScreens],
  ['a live ledger', walkLive],
] as const;
