import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/shots/second-${name}.png` });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** A week of three streams; in another week p1 is another model: bold, other words, twice the cost, other meanings. */
const week = (name: string, other: boolean, rows = 450) => ({
  ...ndjson(rows, (i) => {
    const changed = other && i % 3 === 1;
    const item = (i * 13 + (other ? 5 : 0)) % 29;
    const wave = (d: number) => Math.sin(i * (d + 1.37 + (other ? 0.2 : 0))) + Math.sin(i * i * 0.731 + d);
    return {
      text: changed ? `**certainly** the parcel ${item} is on its way` : `your order ${item} was sent, thank you`,
      embedding: [0, 1, 2, 3].map((d) => wave(d) + (changed ? 3 : 0)),
      agent_id: `agent-${i % 3}`,
      thread_id: `t${Math.floor(i / 12)}`,
      cost_usd: changed ? 0.02 : 0.01,
      ts: 1_767_225_600_000 + (other ? 604_800_000 : 0) + 1000 * i,
    };
  }),
  name,
});

async function toCompare(page: Page): Promise<void> {
  await page.locator('body').press('g');
  await page.locator('body').press('v');
  await expect(region(page, 'Second ledger')).toBeVisible();
}

/** Opens beside the first, as a drop on the page does. */
async function drop(page: Page, { name, buffer }: ReturnType<typeof week>): Promise<void> {
  await page.evaluate(
    ({ name, text }) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], name));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    },
    { name, text: buffer.toString() },
  );
  await idle(page);
}

test(
  'two ledgers side by side: opened, measured, exported, found again by name, closed',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    await openFiles(page, week('week-1.ndjson', false));
    await toCompare(page);
    const workers = () =>
      [/engine\.worker/, /database\.worker/].map(
        (script) => page.workers().filter((worker) => script.test(worker.url())).length,
      );
    await expect.poll(workers).toEqual([1, 1]);
    await page.getByTestId('second-files').setInputFiles(week('week-2.ndjson', true, 420));
    await idle(page);
    const second = region(page, 'Second ledger');
    await expect(second).toContainText('week-2.ndjson 420 events, 3 streams');
    await expect(second).toContainText('count together where another is opened: week-1.ndjson');
    await expect.poll(workers).toEqual([2, 2]);

    // Whole ledgers of one stream to begin with; that of the other model is what differs.
    await expect(page.getByRole('combobox', { name: 'Ledger of b' })).toHaveValue('second');
    await page.getByRole('combobox', { name: 'Stream of a' }).selectOption('p1');
    await page.getByRole('combobox', { name: 'Stream of b' }).selectOption('p1');
    await idle(page);
    await expect(page.getByRole('textbox', { name: 'Events of b' })).toHaveValue('0-420');
    const bold = region(page, 'What differs').getByRole('row', { name: /^bold/ });
    await expect(bold).not.toHaveClass('weak');
    await expect(region(page, 'Words').getByRole('table', { name: 'More in b' })).toContainText('certainly');
    await expect(region(page, 'Agents').getByRole('row', { name: /^agent-1/ })).toContainText(/0.\d+ \$ → 0.\d+ \$/);
    const map = region(page, 'Map');
    await expect(map).toContainText(/a 150.*b 140/);
    await expect(map).toContainText(/The centres of a and b lie \d/);
    await shot(page, '1-shared');

    const signals = region(page, 'Signals');
    await expect(signals).toContainText('a has 150 events, b 140.');
    await signals.getByRole('button', { name: 'end of the reference' }).click();
    await idle(page);
    await expect(signals).toContainText(/−\d+ to 1\d\d/);
    await signals.getByRole('button', { name: 'date and time' }).click();
    await expect(signals).toContainText('2026-01-01 00:00:01.000 to 2026-01-08');
    await signals.getByText('As a table').click();
    await expect(signals.getByRole('row', { name: /^Divergence KL/ })).toContainText(/\d/);
    await signals.getByRole('button', { name: 'Export' }).click();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /^Table \(CSV\)/ }).click(),
    ]);
    expect(await readFile(await saved.path(), 'utf8')).toMatch(/^\W*Signal,"?a, least/);

    // By its own axes there is no map of both.
    await second.getByRole('button', { name: 'its own' }).click();
    await idle(page);
    await expect(page.getByTestId('no-map')).toBeVisible();
    await second.getByRole('button', { name: /^axes and reference of/ }).click();
    await idle(page);
    await expect(map).toContainText(/a 150.*b 140/);

    // After a reload the page asks for both by name.
    await page.reload();
    await idle(page);
    await expect(page.getByText('Open a ledger to compare')).toBeVisible();
    await page
      .getByRole('button', { name: 'Monitor' })
      .or(page.getByRole('link', { name: 'Monitor' }))
      .first()
      .click();
    await openFiles(page, week('week-1.ndjson', false));
    await toCompare(page);
    await expect(second).toContainText('made with a second ledger, week-2.ndjson');
    await drop(page, week('week-2.ndjson', true, 420));
    await expect(page.getByRole('combobox', { name: 'Ledger of b' })).toHaveValue('second');
    await expect(second).toContainText('week-2.ndjson 420 events');
    await expect(page.getByRole('combobox', { name: 'Stream of b' })).toHaveValue('p1');

    await page.setViewportSize({ width: 390, height: 800 });
    await idle(page);
    const overflow = await page.getByTestId('compare').evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await shot(page, '2-phone');

    await second.getByRole('button', { name: 'Close it' }).click();
    await idle(page);
    await expect(page.getByRole('combobox', { name: 'Ledger of b' })).toHaveCount(0);
    await expect.poll(workers).toEqual([1, 1]);
    expect(new URL(page.url()).href).not.toContain('week-2');
  },
);

test('two of several ledgers open side by side, and what cannot be compared is said', async ({ page }) => {
  await page.goto('/');
  const csv = (name: string, columns: string) => ({
    name,
    mimeType: 'text/csv',
    buffer: Buffer.from(
      [columns, ...Array.from({ length: 240 }, (_, i) => `${i},${'ab'[i % 2]},"${name}: step ${(i * 7) % 31}"`)].join(
        '\n',
      ),
    ),
  });
  const files = [csv('run-1.csv', 'event_id,agent_id,text'), csv('run-2.csv', 'event_id,agent_id,text')];
  await page.locator('input[type=file]:not([webkitdirectory])').first().setInputFiles(files);
  await idle(page);
  await page.getByRole('button', { name: 'Open two side by side' }).click();
  await idle(page);
  const second = region(page, 'Second ledger');
  await expect(second).toContainText('run-2.csv 240 events, 2 streams');
  await expect(region(page, 'Signals')).toContainText('not by time, which one of the ledgers does not state');

  // A ledger that is none, and one of other vectors.
  await second.getByRole('button', { name: 'Close it' }).click();
  await drop(page, { name: 'notes.csv', mimeType: '', buffer: Buffer.from('colour\nred\n') });
  await expect(second.getByRole('alert')).toContainText('notes.csv could not be opened beside the first');
  await second.getByRole('button', { name: 'Choose another' }).click();
  await drop(page, week('week-1.ndjson', false));
  await expect(page.getByTestId('no-shared-axes')).toContainText('run-1.csv has vectors of');
  await expect(page.getByTestId('no-map')).toBeVisible();
  await shot(page, '3-apart');
});
