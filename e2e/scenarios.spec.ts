import type { Page } from '@playwright/test';
import { expect, test } from './test.ts';

const KEY = 'tautline.scenarios';
const stored = (page: Page) =>
  page.evaluate((key) => JSON.parse(localStorage.getItem(key) ?? '[]') as { name?: string }[], KEY);
const strict = { name: 'strict', parameters: { h: 12 } };
const broken = { name: 'broken', parameters: { h: 99 } };
const later = { name: 'later', parameters: { h: 9, tau: 0.5 } };

test('a scenario that cannot be read hides no other, is named, and outlives what is kept later', async ({ page }) => {
  await page.addInitScript(
    ([key, text]) => {
      if (localStorage.getItem(key) === null) localStorage.setItem(key, text);
    },
    [KEY, JSON.stringify([strict, broken, later])] as const,
  );
  await page.goto('/#v=1&h=7');
  const said = page.getByRole('list', { name: 'Messages' });
  await expect(said).toContainText('“broken” (h is 99, must be from 0.5 to 40 σ)');
  await expect(said).toContainText('“later” (tau)');
  const state = () => page.evaluate(() => window.__tautline!.state());
  expect((await state()).scenarios.map(({ name }) => name)).toEqual(['strict', 'later']);

  await page.getByRole('button', { name: 'Quick tour' }).first().click();
  await page.evaluate(() => window.__tautline!.idle());
  const scenarios = page.getByRole('list', { name: 'Scenarios' });
  await scenarios.getByRole('button', { name: 'Delete strict' }).click();
  expect((await stored(page)).map(({ name }) => name)).toEqual(['broken', 'later']);
  expect(await stored(page)).toContainEqual(broken);
  await page.reload();
  await expect(said).toContainText('“broken”');
  expect((await state()).scenarios).toMatchObject([{ name: 'later', parameters: { h: 9 }, unknown: { tau: 0.5 } }]);
});

test('scenarios of two tabs are kept beside each other, and undo of one takes nothing from the other', async ({
  context,
}) => {
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.goto('/');
    await tab.getByRole('button', { name: 'Quick tour' }).first().click();
    await tab.evaluate(() => window.__tautline!.idle());
  }
  const names = (tab: Page) => tab.evaluate(() => window.__tautline!.state().scenarios.map(({ name }) => name));
  const keep = async (tab: Page, name: string): Promise<void> => {
    await tab.getByRole('button', { name: 'Save as scenario…' }).click();
    await tab.getByRole('textbox', { name: 'Name of the scenario' }).fill(name);
    await tab.getByRole('button', { name: 'Save', exact: true }).click();
  };
  const [one, two] = tabs;
  await keep(one, 'first');
  await expect.poll(() => names(two)).toEqual(['first']);
  await keep(two, 'second');
  await expect.poll(() => names(one)).toEqual(['first', 'second']);
  await one.keyboard.press('Control+z');
  await expect.poll(() => names(one)).toEqual(['second']);
  await expect.poll(() => names(two)).toEqual(['second']);
  expect((await stored(one)).map(({ name }) => name)).toEqual(['second']);
});
