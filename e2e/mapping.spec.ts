import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const shape = (name: string): string =>
  fileURLToPath(new URL(`../src/ledger/fixtures/shapes/${name}`, import.meta.url));

const ledger = (page: Page) =>
  page.evaluate(() => {
    const { ledger } = window.__tautline!.state();
    return ledger.phase === 'open' ? ledger.report : null;
  });

/** Light, dark and narrow, as `NAME-light.png` and so on. */
async function shots(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `test-results/shots/${name}-${colorScheme}.png` });
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: `test-results/shots/${name}-narrow.png` });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
}

test('of traces the kinds that are events are shown, counted and chosen', async ({ page }) => {
  await page.goto('/');
  await openFiles(page, shape('otlp.jsonl'));
  const sheet = page.getByRole('dialog', { name: /^Open report/ });
  const kinds = sheet.getByRole('region', { name: 'What counts as an event' });
  await expect(kinds.getByRole('listitem')).toHaveText([
    'Model calls7 of 9 are events; 2 without captured content',
    'Tool calls2 of 2 are events',
    'Agents1 of 3 is an event; 2 gave context only',
  ]);
  expect((await ledger(page))?.events).toBe(10);
  const apply = kinds.getByRole('button', { name: 'Open with these events' });
  await expect(apply).toBeDisabled();
  for (const kind of ['Model', 'Tool', 'Agent']) await kinds.getByRole('checkbox', { name: kind }).uncheck();
  await expect(kinds.getByRole('status')).toHaveText('Tick at least one kind.');
  await kinds.getByRole('checkbox', { name: 'Model' }).check();
  await shots(page, 'event-kinds');
  // By keyboard.
  await kinds.getByRole('checkbox', { name: 'Model' }).focus();
  await page.keyboard.press('Enter');
  await idle(page);
  expect(await ledger(page)).toMatchObject({ events: 7 });
  expect(page.url()).toContain('events=model');
  await expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('7 events');

  // The link keeps the choice, which is shown as it stands.
  await page.reload();
  await expect(page.getByText(/This link was made on/)).toBeVisible();
  await openFiles(page, shape('otlp.jsonl'));
  expect((await ledger(page))?.events).toBe(7);
  await page.getByRole('button', { name: /skipped$/ }).click();
  await expect(kinds.getByRole('listitem').nth(1)).toHaveText('Tool calls2, not taken');
  await kinds.getByRole('checkbox', { name: 'Tool' }).check();
  await apply.click();
  await idle(page);
  expect((await ledger(page))?.events).toBe(9);
});

test('where the kinds that a link asks for give no event, others can be ticked', async ({ page }) => {
  await page.goto('/?file=openinference.jsonl&events=tool');
  await openFiles(page, shape('openinference.jsonl'));
  await expect(page.getByRole('alert')).toContainText('no event can be read from it');
  const kinds = page.getByRole('region', { name: 'What counts as an event' });
  await expect(kinds.getByRole('listitem').first()).toHaveText('Model calls3, not taken');
  await expect(kinds.getByRole('status')).toHaveText('Nothing was captured of the kinds that are ticked.');
  await shots(page, 'event-kinds-refused');
  await kinds.getByRole('checkbox', { name: 'Model' }).check();
  await kinds.getByRole('button', { name: 'Open with these events' }).click();
  await expect.poll(async () => (await ledger(page))?.events).toBe(3);
});

const ROWS = 300;
const words = ['flight', 'refund', 'plan', 'network', 'seat', 'order', 'price', 'data'];
const strange = Buffer.from(
  [
    'k1,k2,k3,k4',
    ...Array.from({ length: ROWS }, (_, i) => {
      const said = `${words[i % 8]} and ${words[(i * 3 + 1) % 8]}`;
      return `w${i % 2},${1_767_225_600 + 60 * i},"${said}, with some more words for good measure",${i * 2}`;
    }),
  ].join('\n'),
);

test('columns with strange names are refused, chosen by their values, and open', { tag: '@core' }, async ({ page }) => {
  await page.goto('/');
  await openFiles(page, { name: 'strange.csv', mimeType: 'text/csv', buffer: strange });
  await expect(page.getByRole('alert')).toContainText('no column says who speaks');
  const form = page.getByRole('region', { name: 'Columns' });
  await expect(form.getByRole('status')).toHaveText(/^Still missing: text or embedding/);
  const open = form.getByRole('button', { name: 'Open with this mapping' });
  await expect(open).toBeDisabled();
  await page.getByRole('button', { name: 'Choose the columns' }).press('Enter');
  await expect(form.getByRole('heading', { name: 'Columns' })).toBeFocused();
  await page.keyboard.press('Tab');
  // What is needed comes first.
  await expect(form.getByLabel('File column for text')).toBeFocused();

  // Three values of each column of the file.
  await expect(form.getByText('All 4 columns of the files')).toBeVisible();
  const row = (name: string) =>
    form.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await expect(row('k1').getByRole('listitem')).toHaveText(['w0', 'w1', 'w0']);
  await expect(row('k2').getByRole('listitem')).toHaveText(['1767225600', '1767225660', '1767225720']);
  await expect(row('k3').getByRole('listitem').first()).toHaveText(/^flight and refund, with some more words/);
  await shots(page, 'mapping-refused');

  await form.getByLabel('File column for agent_id').selectOption('k1');
  await form.getByLabel('File column for text').selectOption('k3');
  await form.getByLabel('File column for ts').selectOption('k2');
  await form.getByLabel('Unit of ts').selectOption('ms');
  await form.getByLabel('File column for embedding').selectOption('k3');
  await expect(form.getByText('"k3" is read as embedding too: leave one of them out.')).toBeVisible();
  await expect(open).toBeDisabled();
  await form.getByLabel('File column for event_id').selectOption('k1');
  await shots(page, 'mapping-problem');
  await form.getByLabel('File column for embedding').selectOption('');
  await form.getByLabel('File column for event_id').selectOption('');
  await expect(form.getByRole('status')).toHaveText('Nothing is missing.');
  await open.click();
  await idle(page);
  const opened = await ledger(page);
  expect(opened).toMatchObject({
    events: ROWS,
    mapping: { agent_id: 'k1', text: 'k3', ts: 'k2' },
    notes: expect.arrayContaining([expect.stringMatching(/1970-01-21/)]),
  });
  expect(page.url()).toContain('map.agent_id=k1');
  expect(page.url()).toContain('unit.ts=ms');

  // From the open report: the unit otherwise, and back to the guess, which is refused as before.
  await page.getByRole('button', { name: /skipped$/ }).click();
  const sheet = page.getByRole('dialog', { name: /^Open report/ });
  await expect(sheet.getByLabel('Unit of ts')).toHaveValue('ms');
  await sheet.getByLabel('Unit of ts').selectOption('s');
  await shots(page, 'mapping-open');
  await sheet.getByRole('button', { name: 'Open with this mapping' }).click();
  await idle(page);
  const again = await ledger(page);
  expect(again?.fingerprint).not.toBe(opened?.fingerprint);
  expect(page.url()).toContain('unit.ts=s');
  await page.goBack();
  await idle(page);
  expect((await ledger(page))?.fingerprint).toBe(opened?.fingerprint);
  await page.getByRole('button', { name: /skipped$/ }).click();
  await sheet.getByRole('button', { name: 'Guess again' }).click();
  await idle(page);
  await expect(page.getByRole('alert')).toContainText('no column says who speaks');
  expect(page.url()).not.toContain('map.');
});

test('a ledger without anything to measure leads to its columns', async ({ page }) => {
  const rows = Array.from({ length: 300 }, (_, i) => `w${i % 2},${1_767_225_600 + 60 * i},"${words[i % 8]} ${i}"`);
  await page.goto('/');
  const buffer = Buffer.from(`agent_id,ts,k3\n${rows.join('\n')}`);
  await openFiles(page, { name: 'silent.csv', mimeType: 'text/csv', buffer });
  await expect(page.getByRole('heading', { name: 'Nothing to chart' })).toBeVisible();
  await page.getByRole('button', { name: 'Choose the columns' }).click();
  const sheet = page.getByRole('dialog', { name: /^Open report/ });
  await expect(sheet.getByRole('heading', { name: 'Columns' })).toBeFocused();
  await expect(sheet.getByRole('heading', { name: 'Columns' })).toBeInViewport();
  await sheet.getByLabel('File column for text').selectOption('k3');
  await sheet.getByRole('button', { name: 'Open with this mapping' }).click();
  await idle(page);
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
});
