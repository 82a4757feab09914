import { readFileSync } from 'node:fs';
import { idle } from './ledgers.ts';
import { expect, test } from './test.ts';

test('the monitor opens with what happened, and leads to its evidence', { tag: '@core' }, async ({ page }) => {
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  const headline = page.getByRole('region', { name: 'What happened' });
  await expect(headline).toContainText(/left (its|their) reference at event [\d,]+ and/);
  await expect(headline).toContainText(/detectors? says? so, .*times its limit/);
  const others = headline.getByText(/other incidents?, the most severe first/);
  await others.click();
  await expect(headline.getByRole('listitem').first()).toBeVisible();
  await headline
    .getByRole('button', { name: /^Look: / })
    .first()
    .click();
  await expect(page).toHaveURL(/evidence=/);
});

test('a ledger without an alert says what was watched', async ({ page }) => {
  await page.goto('/#v=1&sample=benign');
  await idle(page);
  const headline = page.getByRole('region', { name: 'What happened' });
  const alerts = await page.getByRole('contentinfo', { name: 'Status' }).getByRole('status').textContent();
  if (alerts?.startsWith('0 alerts')) await expect(headline).toContainText('No alerts with these parameters.');
  else await expect(headline).toContainText(/left (its|their) reference/);
});

test('the alert table groups by incident, opens, sorts, is searched and taken along', async ({ page }) => {
  await page.goto('/#v=1&sample=fracture');
  await idle(page);
  const drawer = page.getByRole('region', { name: /Alert table/ });
  const grid = page.getByRole('treegrid', { name: 'Alerts' });
  const rows = async () => Number(await grid.getAttribute('aria-rowcount')) - 1;
  await expect(grid.getByRole('row').nth(1)).toBeVisible();
  const all = await page.evaluate(() => window.__tautline!.state().analysis.report!.alerts.length);
  const grouped = await rows();
  expect(grouped).toBeLessThan(all);

  const incident = grid.locator('[aria-expanded]').first();
  await incident.click();
  await expect(incident).toHaveAttribute('aria-expanded', 'true');
  expect(await rows()).toBeGreaterThan(grouped);
  await incident.click();
  await expect.poll(rows).toBe(grouped);

  await drawer.getByRole('button', { name: 'By incident' }).click();
  await expect.poll(rows).toBe(all);
  await grid.getByRole('button', { name: 'Over limit' }).click();
  await expect(page).toHaveURL(/sort=over/);
  await drawer.getByRole('searchbox').fill('no such alert');
  await expect(grid).toContainText(`None of the ${all} alerts passes the filter.`);
  await drawer.getByRole('searchbox').fill('');

  await drawer.getByRole('button', { name: 'Export' }).click();
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /Table as CSV/ }).click(),
  ]);
  const lines = readFileSync(await csv.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(all + 1);
  expect(lines[0]).toContain('incident,kind,label,stream,onset,fired');
  await drawer.getByRole('button', { name: 'Export' }).click();
  const [parquet] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /Table as Parquet/ }).click(),
  ]);
  expect(
    readFileSync(await parquet.path())
      .subarray(0, 4)
      .toString(),
  ).toBe('PAR1');
});

test(
  'alerts are marked, the marks scored, undone, kept, exported and taken in again',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/#v=1&sample=fracture');
    await idle(page);
    const drawer = page.getByRole('region', { name: /Alert table/ });
    await drawer.getByRole('button', { name: 'By incident' }).click();
    const grid = page.getByRole('treegrid', { name: 'Alerts' });
    const bar = page.getByRole('group', { name: 'Mark' });
    const pressed = bar.locator('[aria-pressed=true]');
    await grid.getByRole('row').nth(1).click();
    await bar.getByRole('button', { name: 'false', exact: true }).click();
    await expect(pressed).toHaveText('false');
    await bar.getByRole('textbox').fill('a rehearsal');
    await bar.getByRole('textbox').press('Enter');
    await grid.focus();
    await page.keyboard.press('y');
    await expect(pressed).toHaveText('true');
    await page.keyboard.press('Control+z');
    await expect(pressed).toHaveText('false');
    await expect(bar.getByRole('textbox')).toHaveValue('a rehearsal');

    await page.reload();
    await idle(page);
    await drawer.getByRole('button', { name: 'By incident' }).click();
    await expect(page.getByRole('treegrid', { name: 'Alerts' })).toContainText('false …');
    await drawer.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /Marks as labels/ }).click(),
    ]);
    const path = await file.path();
    const [label] = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>[];
    expect(label).toMatchObject({ label: 'false alarm', expect: 'none', note: 'a rehearsal' });

    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await idle(page);
    await drawer.getByRole('button', { name: 'By incident' }).click();
    await expect(page.getByRole('treegrid', { name: 'Alerts' })).not.toContainText('false …');
    await page.getByTestId('marks-file').setInputFiles({
      name: 'marks.json',
      mimeType: 'application/json',
      buffer: readFileSync(path),
    });
    await expect(page.getByRole('treegrid', { name: 'Alerts' })).toContainText('false …');
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await expect(page.getByText('and your marks')).toBeVisible();
  },
);
