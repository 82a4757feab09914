import type { Page } from '@playwright/test';
import { idle } from './ledgers.ts';
import { expect, test } from './test.ts';

/** 300 events of two agents with ids from 0, made by hand. */
const run = (name: string, header = 'event_id,ts,agent_id,text') => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(
    [
      header,
      ...Array.from(
        { length: 300 },
        (_, i) => `${i},${1_767_600_000_000 + i * 1000},${'ab'[i % 2]},"${name}: step ${(i * 7) % 31} of the plan"`,
      ),
    ].join('\n'),
  ),
});

const drop = async (page: Page, files: ReturnType<typeof run>[]): Promise<void> => {
  await page.goto('/');
  await page.locator('input[type=file]:not([webkitdirectory])').first().setInputFiles(files);
  await idle(page);
};
const opened = (page: Page) =>
  page.evaluate(() => {
    const { ledger, analysis } = window.__tautline!.state();
    return ledger.phase === 'open'
      ? {
          name: ledger.report.name,
          events: ledger.report.events,
          streams: analysis.report?.streams.map(({ name }) => name),
        }
      : ledger.phase;
  });

test('several ledgers are listed: one of them opens, or all, or all to be compared', async ({ page }) => {
  const files = [run('run-1.csv'), run('run-2.csv'), run('other.csv', 'id,timestamp,speaker,content')];
  await drop(page, files.slice(0, 2));
  await expect(page.getByRole('heading', { name: 'Several ledgers' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText(
    '2 ledgers in 2 files, not one: their events have the same ids (event 0 is row 1 of',
  );
  await expect(page.getByRole('row', { name: /run-2\.csv 300 2026-01-05 08:00:00\.000 to/ })).toBeVisible();
  await page.screenshot({ path: 'test-results/several.png' });

  await page.getByRole('button', { name: 'Open run-2.csv' }).click();
  await idle(page);
  expect(await opened(page)).toMatchObject({ name: 'run-2.csv', events: 300, streams: ['a', 'b'] });

  await page.goBack();
  await page.getByRole('button', { name: 'Open all together' }).click();
  await idle(page);
  expect(await opened(page)).toMatchObject({ events: 600, streams: ['a', 'b'] });

  await drop(page, files);
  await expect(page.getByRole('alert')).toContainText('event_id is "id" in other.csv and is "event_id" in run-1.csv');
  await page.getByRole('button', { name: 'Compare: a stream each' }).click();
  await idle(page);
  expect(await opened(page)).toMatchObject({ events: 900, streams: ['other.csv', 'run-1.csv', 'run-2.csv'] });
  await page.screenshot({ path: 'test-results/compared.png' });
});
