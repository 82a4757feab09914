import { idle } from './ledgers.ts';
import { expect, test } from './test.ts';

test('the monitor opens with what happened, and leads to its evidence', async ({ page }) => {
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  const headline = page.getByRole('region', { name: 'What happened' });
  await expect(headline).toContainText(/left (its|their) reference at event [\d,]+ and/);
  await expect(headline).toContainText(/detectors? says? so, .*times its limit/);
  const others = headline.getByText(/other incidents?, the most severe first/);
  await others.click();
  expect(await headline.getByRole('listitem').count()).toBeGreaterThan(0);
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
