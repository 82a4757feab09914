import type { Page } from '@playwright/test';
import { idle } from './ledgers.ts';
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
  test(`the tour goes from the empty page to marks and export, on ${name}, by keyboard`, async ({ page }) => {
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
  });
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
