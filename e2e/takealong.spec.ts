import { readFileSync } from 'node:fs';
import type { Download, Page } from '@playwright/test';
import { nodePlatform } from '../src/ledger/parquet.node.ts';
import { nodeDatabase } from '../src/state/testing.ts';
import { idle } from './ledgers.ts';
import { expect, test } from './test.ts';

async function take(page: Page, button: string, item: RegExp): Promise<Download> {
  await page.getByRole('button', { name: button, exact: true }).first().click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).first().click(),
  ]);
  return file;
}

/** What stands in an SVG file; read in a page of its own, whose policy allows the styles that files have. */
async function readSvg(page: Page, text: string) {
  const blank = await page.context().newPage();
  const seen = await blank.evaluate((svg) => {
    const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
    return {
      faults: parsed.querySelectorAll('parsererror').length,
      texts: [...parsed.querySelectorAll('text')].map((node) => node.textContent),
      paths: parsed.querySelectorAll('path').length,
    };
  }, text);
  await blank.close();
  return seen;
}

/** Cells of a CSV file without quoted line ends. */
const cellsOf = (text: string): string[][] =>
  text
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));

test('a panel goes along as PNG, SVG and exact values', { tag: '@core' }, async ({ page }) => {
  await page.goto('/#v=1&sample=quick-tour&range=4700-5300');
  await idle(page);
  const png = await take(page, 'Export KL divergence (nats)', /Picture \(PNG\)/);
  expect(png.suggestedFilename()).toBe('tautline-quick-tour-KL-divergence-nats.png');
  const bytes = readFileSync(await png.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  const chart = page
    .getByRole('region', { name: 'KL divergence' })
    .getByRole('group', { name: /^KL divergence, events/ });
  const box = (await chart.boundingBox())!;
  // Twice the chart's pixels and the margins beside it.
  expect(bytes.readUInt32BE(16)).toBe(Math.round(2 * (box.width + 28)));
  expect(bytes.readUInt32BE(20)).toBeGreaterThan(2 * (box.height + 60));

  const svg = readFileSync(await (await take(page, 'Export KL divergence (nats)', /Picture \(SVG\)/)).path(), 'utf8');
  const seen = await readSvg(page, svg);
  expect(seen.faults).toBe(0);
  for (const text of ['KL divergence (nats)', 'provider-0', 'provider-3', 'Event axis', '5,000'])
    expect(seen.texts).toContain(text);
  expect(seen.paths).toBeGreaterThan(8);

  const csv = cellsOf(
    readFileSync(await (await take(page, 'Export KL divergence (nats)', /Values \(CSV\)/)).path(), 'utf8'),
  );
  expect(csv[0]).toEqual(['event', 'row', 'event_id', 'time', 'stream', 'sequence', 'state', 'kl']);
  expect(csv).toHaveLength(601);
  const rows = await page.evaluate(() =>
    window.__tautline!.query('select row, stream, kl from signals where row >= 4700 and row < 5300 order by row'),
  );
  csv.slice(1).forEach((cells, i) => {
    expect(Number(cells[1])).toBe(rows[i].row);
    expect(cells[4]).toBe(rows[i].stream);
    expect(cells[7] === '' ? null : Number(cells[7])).toBe(rows[i].kl);
  });
});

test('every panel that draws has its picture', async ({ page }) => {
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  for (const panel of await page.locator('section.panel:not(.folded)').all()) {
    await panel.scrollIntoViewIfNeeded();
    await idle(page);
    const button = panel.getByRole('button', { name: /^Export / });
    await button.click();
    const name = (await button.getAttribute('aria-label'))!;
    const item = page.getByRole('menu', { name, exact: true }).getByRole('menuitem', { name: /Picture \(SVG\)/ });
    const [file] = await Promise.all([page.waitForEvent('download'), item.click()]);
    const text = readFileSync(await file.path(), 'utf8');
    expect(text, name).toMatch(/^<svg xmlns=/);
    expect((await readSvg(page, text)).faults, name).toBe(0);
  }
});

test('all signals go along as Parquet and CSV, with the values of the engine', async ({ page }) => {
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  const name = 'Export signals: picture, values';
  const bar = page.getByTitle(name);
  await bar.click();
  const [parquet] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /All signals \(Parquet\)/ }).click(),
  ]);
  await bar.click();
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /All signals \(CSV\)/ }).click(),
  ]);
  const here = await page.evaluate(() =>
    window.__tautline!.query('select count(*)::int as n, sum(kl) as kl, sum(cusum) as cusum from signals'),
  );
  const parquetModule = await nodePlatform().parquet();
  const database = await nodeDatabase();
  await database.insert('taken', parquetModule.readParquet(readFileSync(await parquet.path())).intoIPCStream());
  const [taken] = await database.query('select count(*)::int as n, sum(kl) as kl, sum(cusum) as cusum from taken');
  await database.close();
  expect(taken).toEqual(here[0]);

  const [head, ...rows] = cellsOf(readFileSync(await csv.path(), 'utf8'));
  expect(rows).toHaveLength(Number(here[0].n));
  for (const signal of ['kl', 'cusum'] as const) {
    const at = head.indexOf(signal);
    const sum = rows.reduce((total, cells) => total + Number(cells[at]), 0);
    expect(sum).toBeCloseTo(Number(here[0][signal]), 6);
  }
});

test('hits, notices, evidence, laboratory and a link to an event go along', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/#v=1&sample=quick-tour&find=the&at=4810');
  await idle(page);
  const takeBy = async (title: string, item: RegExp): Promise<string> => {
    await page.getByTitle(title).click();
    const name = title.replace(': picture, values', '');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menu', { name, exact: true }).getByRole('menuitem', { name: item }).first().click(),
    ]);
    return readFileSync(await file.path(), 'latin1');
  };
  const find = page.getByRole('region', { name: 'Find' });
  await expect(find.getByRole('status')).toContainText(/[1-9][\d,]* hits? in/);
  const hits = await takeBy('Export hits: picture, values', /Hits \(CSV\)/);
  const [{ n }] = await page.evaluate(() =>
    window.__tautline!.query(`select count(*)::int as n from events where contains(lower(text), 'the')`),
  );
  expect(hits.match(/^\d+,\d+,2026-/gm)).toHaveLength(Number(n));
  await find.getByRole('button', { name: 'Close the search' }).click();

  await page.getByRole('button', { name: /^Notices/ }).click();
  const notices = await takeBy('Export notices: picture, values', /Table \(CSV\)/);
  const counted = await page.evaluate(() =>
    Object.values(window.__tautline!.state().analysis.report!.notices).reduce((sum, count) => sum + count, 0),
  );
  expect(cellsOf(notices)).toHaveLength(counted + 1);

  await page.getByRole('button', { name: 'Copy a link to this event' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/#v=1&sample=quick-tour.*at=4810/);

  await page
    .getByRole('button', { name: /^Look: / })
    .first()
    .click();
  await idle(page);
  await page.getByRole('tab', { name: 'Map' }).click();
  await idle(page);
  await expect(page.locator('canvas[data-picture]')).toBeVisible();
  const map = await takeBy('Export evidence Map: picture, values', /Picture \(PNG\)/);
  expect(map.slice(1, 4)).toBe('PNG');

  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await expect(page.getByRole('heading', { name: 'Labels' })).toBeVisible();
  await idle(page);
  const labels = await takeBy('Export Labels: picture, values', /Table \(CSV\)/);
  expect(cellsOf(labels).length).toBeGreaterThan(1);
});
