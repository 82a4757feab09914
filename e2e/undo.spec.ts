import type { Page } from '@playwright/test';
import { idle } from './ledgers.ts';
import { expect, test } from './test.ts';

/** All that undo goes through, as the page has it. */
const work = (page: Page) =>
  page.evaluate(() => {
    const { view, marks } = window.__tautline!.state();
    const { hiddenStreams, alertFilter, alertSort, find, foldedPanels, pinnedPanels, logScales } = view;
    const noted = marks.list.map(({ verdict, note }) => `${verdict} ${note}`);
    return {
      hiddenStreams,
      alertFilter,
      alertSort,
      find: find?.text ?? '',
      foldedPanels,
      pinnedPanels,
      logScales,
      noted,
    };
  });
const kept = (page: Page) => page.evaluate(() => localStorage.getItem('tautline.marks') ?? '');

test('what was hidden, filtered, searched, arranged and marked comes back by undo, and goes by redo', async ({
  page,
}) => {
  await page.goto('/#v=1&sample=fracture');
  await idle(page);
  const drawer = page.getByRole('region', { name: /Alert table/ });
  const panel = page.locator('[data-panel="divergence"]');
  const mark = page.getByRole('group', { name: 'Mark' });
  const legend = page.getByRole('group', { name: 'Streams' });
  const steps: (() => Promise<void>)[] = [
    () => legend.getByRole('button').first().click(),
    () => drawer.getByRole('group', { name: 'Kinds of alert' }).getByRole('button').first().click(),
    () =>
      drawer
        .getByRole('combobox', { name: 'Stream' })
        .selectOption({ index: 2 })
        .then(() => undefined),
    () =>
      drawer
        .getByRole('combobox', { name: 'Stream' })
        .selectOption({ index: 0 })
        .then(() => undefined),
    () => drawer.getByRole('searchbox', { name: 'Search the alerts' }).pressSequentially('provider'),
    () => drawer.getByRole('button', { name: 'Fired' }).click(),
    () => panel.getByRole('button', { name: /^Fold/ }).click(),
    async () => {
      await page.getByRole('treegrid', { name: 'Alerts' }).getByRole('row').nth(1).click();
      await mark.getByRole('button', { name: 'false', exact: true }).click();
      await expect(mark.locator('[aria-pressed=true]')).toHaveText('false');
    },
    async () => {
      await mark.getByRole('textbox').fill('a rehearsal');
      await mark.getByRole('textbox').press('Enter');
      await expect.poll(() => kept(page)).toContain('a rehearsal');
    },
    async () => {
      await page.getByRole('button', { name: 'Find', exact: true }).click();
      await page.getByRole('searchbox', { name: 'Find in the messages' }).pressSequentially('refund');
      await expect.poll(async () => (await work(page)).find).toBe('refund');
    },
  ];
  const states = [await work(page)];
  for (const step of steps) {
    await step();
    await idle(page);
    states.push(await work(page));
    expect(states.at(-1)).not.toEqual(states.at(-2));
  }
  await page.keyboard.press('Escape');
  const undo = page.getByRole('button', { name: 'Undo', exact: true }).first();
  await expect(undo).toHaveAttribute('title', /^Undo: the search/);

  // The search that Escape has closed, then each of the steps.
  for (const state of [...states].reverse()) {
    await page.keyboard.press('Control+z');
    await expect.poll(() => work(page)).toEqual(state);
  }
  await expect(undo).toBeDisabled();
  expect(await kept(page)).not.toContain('rehearsal');
  await expect(legend.getByRole('button').first()).toHaveAttribute('aria-pressed', 'true');

  for (const state of states.slice(1)) {
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => work(page)).toEqual(state);
  }
  expect(await kept(page)).toContain('a rehearsal');
  await expect(panel.getByRole('button', { name: /^Unfold|^Fold/ })).toHaveAttribute('aria-expanded', 'false');
  // What was done stands in the address.
  await page.reload();
  await idle(page);
  const { noted, ...view } = states.at(-1)!;
  expect(await work(page)).toMatchObject(view);
  // The table of the alerts, which has them, is back when the search is closed.
  await page.getByRole('button', { name: 'Close the search' }).click();
  await expect.poll(async () => (await work(page)).noted).toEqual(noted);
});
