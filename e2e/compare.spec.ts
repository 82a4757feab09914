import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/shots/compare-${name}.png` });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** From event 300 on p1 writes in bold, with other words, and at twice the cost. */
const changed = () =>
  ndjson(600, (i) => {
    const other = i >= 300 && i % 3 === 1;
    const item = (i * 13) % 29;
    return {
      text: other ? `**certainly** the parcel ${item} is on its way` : `your order ${item} was sent, thank you`,
      agent_id: `agent-${i % 3}`,
      thread_id: `t${Math.floor(i / 12)}`,
      cost_usd: other ? 0.02 : 0.01,
      outcome: i % 7 === 0 ? 'rework' : 'ok',
    };
  });

test(
  'two stretches of a stream: writing, signals, words, agents and map, from the address',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    await openFiles(page, changed());
    await page
      .getByRole('link', { name: 'Compare' })
      .or(page.getByRole('button', { name: 'Compare' }))
      .first()
      .click();
    await idle(page);
    await page.getByRole('combobox', { name: 'Stream of a' }).selectOption('p1');
    await page.getByRole('combobox', { name: 'Stream of b' }).selectOption('p1');
    await idle(page);
    await expect(page.getByRole('textbox', { name: 'Events of a' })).toHaveValue('0-300');
    await expect(page.getByRole('textbox', { name: 'Events of b' })).toHaveValue('300-600');

    const rows = region(page, 'What differs').getByRole('row');
    await expect(rows.filter({ hasText: /^bold writing/ })).toContainText(/\+?\d/);
    const bold = rows.filter({ hasText: 'bold' }).first();
    expect(await bold.getAttribute('class')).not.toBe('weak');
    expect(Number(await page.getByTestId('sure').innerText())).toBeGreaterThan(3);
    await shot(page, '1-stretches');

    await expect(region(page, 'Signals').getByRole('img', { name: 'Divergence KL of a and b' })).toBeVisible();
    const words = region(page, 'Words');
    await expect(words.getByRole('table', { name: 'More in b' })).toContainText('certainly');
    await expect(words.getByRole('table', { name: 'Less in b' })).toContainText('order');
    await expect(words.getByRole('table', { name: 'Less in b' }).getByRole('rowheader', { name: 'was' })).toHaveCount(
      0,
    );
    await words.getByRole('checkbox', { name: /function words too/ }).check();
    await expect(words.getByRole('table', { name: 'Less in b' }).getByRole('rowheader', { name: 'was' })).toHaveCount(
      1,
    );
    await expect(region(page, 'Agents').getByRole('row', { name: /^agent-1/ })).toContainText('0.04 $ → 0.08 $');
    await expect(region(page, 'Map')).toContainText(/a 100.*b 100/);

    // Another stream over the same events is the same question, and so is the way back.
    await page.getByRole('combobox', { name: 'Stream of b' }).selectOption('p2');
    await page.getByRole('button', { name: 'b = the events of a' }).click();
    await idle(page);
    await expect(page.getByRole('textbox', { name: 'Events of b' })).toHaveValue('0-300');
    await expect(region(page, 'Words').getByRole('table', { name: 'More in b' })).not.toContainText('certainly');
    await expect(region(page, 'Map')).toContainText(/a 100.*b 100/);
    expect(new URL(page.url()).href).toContain('compare=a');
    await page.goBack();
    await idle(page);
    await expect(page.getByRole('textbox', { name: 'Events of b' })).toHaveValue('300-600');

    // A stretch that cannot be is told; nothing is asked of it.
    const events = page.getByRole('textbox', { name: 'Events of a' });
    await events.fill('500-9000');
    await expect(page.getByRole('alert').filter({ hasText: 'Needs events of the ledger such as 0-600' })).toBeVisible();
    await events.blur();
    await expect(events).toHaveValue('0-300');
  },
);

test('at 390 px nothing is cut, and a ledger is asked for where there is none', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto('/?screen=compare');
  await expect(
    page.getByText('Open a ledger to compare two of its stretches or streams, or to set another ledger beside it.'),
  ).toBeVisible();
  await page.goto('/');
  await openFiles(page, changed());
  await page.locator('body').press('g');
  await page.locator('body').press('v');
  await expect(region(page, 'What differs').getByRole('table')).toBeVisible();
  await idle(page);
  const overflow = await page.getByTestId('compare').evaluate((one) => one.scrollWidth - one.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await shot(page, '2-phone');
});
