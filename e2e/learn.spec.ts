import type { Page } from '@playwright/test';
import { idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const card = (page: Page) => page.locator('.tour');
const heading = (page: Page, name: string) => card(page).getByRole('heading', { name });

/** The ring lies around the element, and nothing but the card hides its middle. */
async function pointsAt(page: Page, selector: string): Promise<void> {
  await expect(async () => {
    const ring = await page.locator('.tour-ring').boundingBox();
    const target = await page.locator(selector).first().boundingBox();
    expect(Math.abs(ring!.x + 4 - target!.x)).toBeLessThan(2);
    expect(Math.abs(ring!.y + 4 - target!.y)).toBeLessThan(2);
    const seen = await page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const y = Math.min(top + height / 2, window.innerHeight - 1);
        const hit = document.elementsFromPoint(left + width / 2, y).find((one) => !one.closest('.tour'));
        return hit !== undefined && element.contains(hit);
      });
    expect(seen, 'nothing lies over it').toBe(true);
  }).toPass();
}

for (const { name, width, height } of [
  { name: 'a desk', width: 1280, height: 720 },
  { name: 'a phone', width: 390, height: 844 },
]) {
  test(
    `the tour goes from the empty page to marks and export, on ${name}, by keyboard`,
    { tag: width > 400 ? '@core' : [] },
    async ({ page }) => {
      await page.setViewportSize({ width, height });
      await page.goto('/');
      await page.getByRole('button', { name: 'Take the tour' }).press('Enter');
      await expect(heading(page, 'Open a ledger')).toBeFocused();
      await pointsAt(page, '.empty .samples button');
      const next = card(page).getByRole('button', { name: 'Next' });
      await expect(next).toBeDisabled();
      await card(page).getByRole('button', { name: 'Open the sample' }).press('Enter');
      await expect(card(page)).toContainText('Done.');
      await idle(page);

      await next.press('Enter');
      await expect(heading(page, 'Read the headline')).toBeFocused();
      await pointsAt(page, '.headline-line p');
      await expect(page.locator('.headline-line p').first()).toContainText(/left (its|their) reference at event/);

      await next.press('Enter');
      await expect(heading(page, 'See the reason')).toBeFocused();
      await pointsAt(page, '.headline-line .button');
      await card(page).getByRole('button', { name: 'Open the evidence' }).press('Enter');
      await expect(page).toHaveURL(/evidence=/);
      await expect(card(page)).toContainText('Done.');
      await pointsAt(page, '.evidence');

      await next.press('Enter');
      await expect(heading(page, 'Tune a limit')).toBeFocused();
      await pointsAt(page, '[data-parameter="h"]');
      await page.locator('[data-parameter="h"] input[type=range]').press('ArrowRight');
      await expect(card(page)).toContainText('Done.');
      await expect(page).toHaveURL(/[&?]h=/);

      await next.press('Enter');
      await expect(heading(page, 'Mark and export')).toBeFocused();
      await pointsAt(page, '.mark-bar');
      await card(page).getByRole('button', { name: 'Finish' }).press('Enter');
      await expect(card(page)).toHaveCount(0);
    },
  );
}

test('the tour is left at any step, starts from the help, and says what it replaces', async ({ page }) => {
  await page.goto('/#v=1&sample=fracture');
  await idle(page);
  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'Take the tour' }).click();
  await expect(page.locator('.sheet')).toHaveCount(0);
  await expect(card(page)).toContainText('takes the place of');
  await page.keyboard.press('Escape');
  await expect(card(page)).toHaveCount(0);

  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  for (let steps = 0; steps < 5; steps += 1) {
    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'Take the tour' }).click();
    for (let i = 0; i < steps; i += 1) await card(page).getByRole('button', { name: 'Next' }).click();
    await expect(card(page)).toContainText(`Step ${steps + 1} of 5`);
    await card(page).getByRole('button', { name: 'Leave the tour' }).click();
    await expect(card(page)).toHaveCount(0);
  }
  // The page works on beside the card.
  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'Take the tour' }).click();
  await page.getByRole('button', { name: 'Time', exact: true }).click();
  await expect(page).toHaveURL(/axis=time/);
  await expect(card(page)).toBeVisible();
});

test('behind a "?" are the methods and the glossary, which is searched, and the paper', async ({ page }) => {
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  await page.getByRole('button', { name: 'What Friction ΔΣ shows' }).click();
  await page
    .getByRole('button', { name: /^Methods, section/ })
    .first()
    .click();
  const sheet = page.locator('.sheet');
  await expect(sheet.getByRole('heading', { name: 'Methods', exact: true })).toBeVisible();
  const paper = sheet.getByRole('link', { name: 'Gwamanda 2026' });
  await expect(paper).toHaveAttribute('href', 'https://www.paulgwamanda.com/research/autonomous-engineering');
  await expect(paper).toHaveAttribute('target', '_blank');
  await sheet.getByRole('button', { name: 'Glossary' }).click();
  await expect(sheet.getByRole('heading', { name: 'Glossary', exact: true })).toBeFocused();
  const rows = sheet.locator('tbody tr:visible');
  const all = await rows.count();
  await sheet.getByRole('searchbox').fill('event log');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('ledger');
  await sheet.getByRole('searchbox').fill('');
  await expect(rows).toHaveCount(all);
  // A document's links into itself would replace the view in the address.
  expect(await sheet.locator('a:not([href^="https:"])').count()).toBe(0);
});

test('the address holds scales, sweep, budget, injected change, in-control events and seed', async ({ page }) => {
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  const log = page.getByRole('button', { name: 'log scale of KL divergence' });
  const before = await log.getAttribute('aria-pressed');
  await log.click();
  await expect(page).toHaveURL(before === 'true' ? /[&]linear=/ : /[&]log=/);
  const after = await log.getAttribute('aria-pressed');
  expect(after).not.toBe(before);
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  const set = async (name: string, text: string): Promise<void> => {
    await page.getByRole('textbox', { name }).fill(text);
    await page.getByRole('textbox', { name }).press('Enter');
  };
  await set('Across axis to', '12');
  await set('Steps of the grid', '7');
  await page.getByRole('button', { name: 'Whole ledger' }).click();
  await page.getByRole('combobox', { name: 'Unit of the budget' }).selectOption('day');
  const delay = page.getByRole('region', { name: 'Delay' });
  await delay.getByRole('combobox').selectOption('provider-2');
  await delay.getByRole('button', { name: 'Scale' }).click();
  await set('Size of the change, ×', '5');
  await set('Horizon, events of this stream', '60');
  await page.getByRole('button', { name: 'Calibration', exact: true }).click();
  const seed = page.getByLabel('Seed', { exact: true });
  await seed.fill('7');
  await seed.blur();
  await expect(page).toHaveURL(/calibration_seed=7/);

  await page.reload();
  await idle(page);
  await expect(seed).toHaveValue('7');
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await expect(page.getByRole('textbox', { name: 'Across axis to' })).toHaveValue('12');
  await expect(page.getByRole('textbox', { name: 'Steps of the grid' })).toHaveValue('7');
  await expect(page.getByRole('button', { name: 'Whole ledger' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('combobox', { name: 'Unit of the budget' })).toHaveValue('day');
  await expect(delay.getByRole('combobox')).toHaveValue('provider-2');
  await expect(page.getByRole('textbox', { name: 'Size of the change, ×' })).toHaveValue('5');
  await expect(page.getByRole('textbox', { name: 'Horizon, events of this stream' })).toHaveValue('60');
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(log).toHaveAttribute('aria-pressed', after!);
});

test('power curves run on a short ledger as they are offered, and a sweep without contrast says so', async ({
  page,
}) => {
  await page.goto('/');
  // 3 streams of 200 messages each: the default horizon of 200 has no room.
  const words = ['alpha', 'beta', 'gamma', 'delta', 'river', 'stone', 'cloud', 'ember'];
  let seed = 1;
  const pick = (): string => words[(seed = (seed * 48271) % 2147483647) % words.length];
  const rows = Array.from({ length: 600 }, (_, i) =>
    [i + 1, `provider-${'abc'[i % 3]}`, `t${Math.floor(i / 12)}`, Array.from({ length: 8 }, pick).join(' ')].join(','),
  );
  await openFiles(page, {
    name: 'short.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['event_id,provider_id,thread_id,text', ...rows].join('\n')),
  });
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('button', { name: 'Power curves' }).click();
  await idle(page);
  await expect(page.getByTestId('power')).toContainText(/found within \d\d events of this stream/);
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await idle(page);
  expect(await page.locator('[data-cell]').count()).toBe(441);
  await expect(page.getByTestId('sweep-scale')).toBeVisible();
  for (const chip of await page.getByRole('group', { name: 'Kinds of alert counted' }).getByRole('button').all())
    if ((await chip.getAttribute('aria-pressed')) === 'true') await chip.click();
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await idle(page);
  await expect(page.getByTestId('sweep-scale')).toContainText('0 alerts in all 441 cells');
});
