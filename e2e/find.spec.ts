import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const TEXTS = ['The quarterly REPORT is late', 'ÜBER-fällige Straße', 'a (b) [c] 100 % \\ "quoted"', 'nothing here'];
const ledger = ndjson(600, (i) => ({
  text: `${TEXTS[i % 4]} ${i}`,
  model: i < 300 ? 'small-1' : 'large-2',
  cost_usd: i / 100,
}));

test(
  'messages are found without case, listed, stepped through, marked, and kept in the address',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    await openFiles(page, ledger);
    await page.keyboard.press('f');
    const find = page.getByRole('region', { name: 'Find' });
    const field = find.getByRole('searchbox');
    await expect(field).toBeFocused();
    await field.fill('Quarterly report');
    await expect(find.getByRole('status')).toContainText('150 hits in 600 rows');
    await expect(page).toHaveURL(/find=Quarterly%20report/);
    const grid = find.getByRole('grid', { name: 'Hits' });
    expect(Number(await grid.getAttribute('aria-rowcount'))).toBe(151);
    await expect(grid.locator('mark').first()).toHaveText('quarterly REPORT');
    await expect(page.getByRole('img', { name: 'Hits: 150 of 150 in view' })).toBeVisible();

    await grid.getByRole('row').nth(2).click();
    await expect(page).toHaveURL(/at=4(&|$)/);
    await expect(page.getByRole('complementary', { name: 'Event inspector' })).toContainText('REPORT is late 4');
    await expect(find.getByRole('status')).toContainText('2 of 150 hits');
    await grid.focus();
    await page.keyboard.press('n');
    await expect(page).toHaveURL(/at=8(&|$)/);
    await page.keyboard.press('N');
    await page.keyboard.press('N');
    await page.keyboard.press('N');
    // Round the beginning.
    await expect(page).toHaveURL(/at=596(&|$)/);

    await page.keyboard.press('Control+k');
    await expect(field).toBeFocused();
    await field.fill('über-FÄLLIGE');
    await expect(find.getByRole('status')).toContainText('150 hits');
    await field.fill('(b) [c] 100 % \\ "');
    await expect(find.getByRole('status')).toContainText('150 hits');
    await field.fill('REPORT is late 5');
    await expect(find.getByRole('status')).toContainText(/\b27 hits/);
    await expect(page).toHaveURL(/find=REPORT%20is%20late%205/);
    await page.reload();
    await openFiles(page, ledger);
    await expect(find.getByRole('searchbox')).toHaveValue('REPORT is late 5');
    await expect(find.getByRole('status')).toContainText(/\b27 hits/);
    await find.getByRole('searchbox').press('Escape');
    await expect(find).toBeHidden();
    await expect(page.getByRole('treegrid', { name: 'Alerts' })).toBeVisible();
    await expect(page).not.toHaveURL(/find=/);
  },
);

test('hits are filtered by any column', async ({ page }) => {
  await page.goto('/');
  await openFiles(page, ledger);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  const find = page.getByRole('region', { name: 'Find' });
  await find.getByRole('button', { name: 'Filter by column' }).click();
  await find.getByRole('combobox', { name: 'Column' }).selectOption('model');
  await find.getByRole('combobox', { name: 'Value of model' }).fill('large-2');
  await expect(find.getByRole('status')).toContainText('300 hits');
  await find.getByRole('button', { name: 'Filter by column' }).click();
  const second = find.getByRole('group', { name: /^Filter by/ }).last();
  await second.getByRole('combobox', { name: 'Column' }).selectOption('cost_usd');
  await second.getByRole('combobox', { name: 'Comparison' }).selectOption('at most');
  await second.getByRole('combobox', { name: 'Value of cost_usd' }).fill('3.5');
  await expect(find.getByRole('status')).toContainText('51 hits');
  await find.getByRole('searchbox').fill('late');
  await expect(find.getByRole('status')).toContainText('13 hits');
  await second.getByRole('combobox', { name: 'Value of cost_usd' }).fill('dear');
  await expect(find.getByRole('alert')).toContainText('Filter by cost_usd: "dear" is not a number');
  await second.getByRole('button', { name: 'Remove the filter' }).click();
  await expect(find.getByRole('status')).toContainText('75 hits');
  await find.getByRole('searchbox').fill('no such words');
  await expect(find.getByRole('grid')).toContainText('No message holds “no such words” among 600 rows');
});

test('a ledger without texts says so, and is filtered all the same', async ({ page }) => {
  await page.goto('/');
  await openFiles(
    page,
    ndjson(300, (i) => ({ text: undefined, model: i < 100 ? 'a' : 'b' })),
  );
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  const find = page.getByRole('region', { name: 'Find' });
  await expect(find.getByRole('grid')).toContainText('This ledger has no column of texts');
  await expect(find.getByRole('searchbox')).toBeDisabled();
  await find.getByRole('button', { name: 'Filter by column' }).click();
  await find.getByRole('combobox', { name: 'Column' }).selectOption('model');
  await find.getByRole('combobox', { name: 'Value of model' }).fill('b');
  await expect(find.getByRole('status')).toContainText('200 hits');
});

test('a million messages are searched as fast as the database reads; the newest wins, and one can be stopped', async ({
  page,
}, testInfo) => {
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  await page.evaluate(async () => {
    const { query } = window.__tautline!;
    const [{ n }] = await query('select count(*)::int as n from events');
    await query(`insert into events by name select i::integer as row,
      left(md5(i::varchar) || ' The Quick brown Fox ' || md5((7 * i)::varchar) || ' and more', 80) as text
      from range(${String(n)}, 1000000) t(i)`);
  });
  await page.keyboard.press('f');
  const find = page.getByRole('region', { name: 'Find' });
  const status = find.getByRole('status');
  const took: number[] = [];
  for (const text of ['ABCDE', 'bcdef', 'cdefa']) {
    // What it says of the search before must be gone.
    await find.getByRole('searchbox').fill('');
    await expect(status).not.toContainText(/hits? in 1,000,000/);
    await find.getByRole('searchbox').fill(text);
    await expect(status).toContainText(/hits in 1,000,000 rows.*more in streams that are not analysed/);
    const said = (await status.textContent())!;
    const [, value, unit] = /rows, ([\d.]+) (ms|s)/.exec(said)!;
    took.push(Number(value) * (unit === 's' ? 1000 : 1));
  }
  const { counted, plain } = await page.evaluate(async () => {
    const began = performance.now();
    const [{ n }] = await window.__tautline!.query(
      `select count(*)::int as n from events where contains(lower(text), 'cdefa')`,
    );
    return { counted: n, plain: performance.now() - began };
  });
  const [, hits, more] = /([\d,]+) hits?.*; ([\d,]+) more/.exec((await status.textContent())!)!;
  const number = (text: string) => Number(text.replaceAll(',', ''));
  expect(number(hits) + number(more)).toBe(counted);
  testInfo.annotations.push({ type: 'ms for a million messages', description: `${took.join(', ')} beside ${plain}` });
  // Beside one plain question, which says how busy the machine is.
  expect(Math.min(...took)).toBeLessThan(1000 + 3 * plain);

  // Every row is read, and none held: the slowest there is.
  await find.getByRole('searchbox').pressSequentially('fox fox fox');
  await expect(status).toContainText(/^0 hits in 1,000,000/);
  await find.getByRole('searchbox').fill('e');
  await find.getByRole('button', { name: 'Stop' }).click();
  await expect(status).toContainText(/stopped at \d+ %/);
});
