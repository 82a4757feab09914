import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { readFolder } from '../src/embedding/folder.ts';
import { createModel, describeModel } from '../src/embedding/model.ts';
import { startNodeSession } from '../src/embedding/session.node.ts';
import { tinyModel } from '../src/embedding/testing.ts';
import { fileHost, idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const report = (page: Page) =>
  page.evaluate(() => {
    const { ledger } = window.__tautline!.state();
    return ledger.phase === 'open' ? ledger.report : null;
  });

let folder: string;
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-tiny-'));
  for (const { path, bytes } of tinyModel()) {
    await mkdir(dirname(join(folder, 'tiny', path)), { recursive: true });
    await writeFile(join(folder, 'tiny', path), bytes);
  }
});
test.afterAll(() => rm(folder, { recursive: true }));

/** Three agents that talk of one thing; from event 500 on one of them of another, in other letters. */
const AIR = ['flight', 'seat', 'ticket', 'delay', 'airport', 'baggage'];
const SHOP = ['jjj', 'xyx', 'kzz', 'qqj', 'zzx', 'vjk'];
const talk = (rows: number) => ({
  name: 'talk.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    [
      'event_id,provider_id,text',
      ...Array.from({ length: rows }, (_, i) => {
        const words = i >= 500 && i % 3 === 1 ? SHOP : AIR;
        const said = [0, 1, 2, 3].map((j) => words[(i * 7 + j * j * (i % 11)) % 6]);
        return `${i},p${i % 3},"${said.join(' ')}, ${i % 97}"`;
      }),
    ].join('\n'),
  ),
});

/** It is there by itself where rows were left out. */
async function openReport(page: Page): Promise<void> {
  const sheet = page.getByRole('dialog', { name: /^Open report/ });
  if (!(await sheet.isVisible())) await page.getByTitle(/^What opening this ledger found/).click();
  await expect(sheet).toBeVisible();
}

const openModels = async (page: Page): Promise<void> => {
  await page
    .getByRole('button', { name: /embedding models…|Use a model that sees meanings…/i })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: 'Embedding models' })).toBeVisible();
};

/** Adds the tiny model from its folder; its row. */
async function addTiny(page: Page) {
  await page.getByTestId('model-folder').setInputFiles(join(folder, 'tiny'));
  const row = page.getByRole('listitem').filter({ hasText: 'probe' }).filter({ hasText: 'tiny' });
  await expect(row).toBeVisible();
  return row;
}

test(
  'a ledger of texts gets the vectors of a model that was dropped, and at once the next time',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await openFiles(page, talk(900));
    expect((await report(page))?.embedder).toBe('built-in');
    expect(loaded.filter((url) => /ort-wasm|embedding\.worker|models\.worker/.test(url))).toEqual([]);

    await openReport(page);
    await expect(page.getByText(/see which words a text has/)).toBeVisible();
    await openModels(page);
    await expect(page.getByText('None yet: add one below.')).toBeVisible();
    const row = await addTiny(page);
    await expect(row).toContainText('16 dimensions');
    await expect(row).toContainText('no vectors kept yet');
    await page.screenshot({ path: 'test-results/shots/embedding-models.png' });

    await row.getByRole('checkbox', { name: /every ledger of texts/ }).check();
    await row.getByRole('button', { name: 'Use for this ledger' }).click();
    await idle(page);
    const opened = await report(page);
    expect(opened).toMatchObject({ embedder: 'model', dimension: 16, events: 900, model: { name: 'tiny' } });
    expect(opened?.embedded?.computed).toBe(opened?.embedded?.texts);
    // What Node makes of the same files is the same model, to the hash.
    const there = await describeModel(await createModel(readFolder(tinyModel(), 'tiny'), startNodeSession));
    expect(opened?.model?.probe).toBe(there.probe);
    await openReport(page);
    await expect(page.getByText(/see what a text is about/)).toBeVisible();
    await page.screenshot({ path: 'test-results/shots/embedded.png' });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export', exact: true }).last().click();
    const [table] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /^Table as CSV/ }).click(),
    ]);
    const [head, ...alerts] = (await readFile(await table.path(), 'utf8')).trim().split(/\r?\n/);
    expect(head.split(',').at(-1)).toBe('model');
    expect(alerts.length).toBeGreaterThan(0);
    expect(alerts.every((line) => line.endsWith(there.probe))).toBe(true);

    // Offline from here on: the model and its vectors are in the browser.
    await page.reload();
    await openFiles(page, talk(900));
    const again = await report(page);
    expect(again).toMatchObject({ embedder: 'model', fingerprint: opened?.fingerprint });
    expect(again?.embedded).toMatchObject({ computed: 0, texts: opened?.embedded?.texts });
  },
);

test('a sample can be taken, the built-in embedder be used again, and a model be removed', async ({ page }) => {
  await page.goto('/');
  await openModels(page);
  await addTiny(page);
  await page.keyboard.press('Escape');
  await openFiles(page, talk(900));
  await openReport(page);
  await openModels(page);
  await page.getByRole('spinbutton', { name: /Events of each stream/ }).fill('100');
  await page.getByRole('checkbox', { name: /uniform sample/ }).check();
  await page.getByRole('button', { name: 'Use for this ledger' }).click();
  await idle(page);
  expect(await report(page)).toMatchObject({ embedder: 'model', events: 300 });
  await openReport(page);
  await openModels(page);
  await page.getByRole('button', { name: 'Use the built-in embedder for this ledger' }).click();
  await idle(page);
  expect(await report(page)).toMatchObject({ embedder: 'built-in', events: 900 });
  await openReport(page);
  await openModels(page);
  await page.getByRole('button', { name: 'Remove tiny' }).click();
  await expect(page.getByText('None yet: add one below.')).toBeVisible();
});

test.describe('what is no model, or is fetched', () => {
  test.use({ expectedErrors: [/404/] });
  test('is refused with what is missing, or comes from an address', async ({ page }) => {
    await page.goto('/');
    await openModels(page);
    await page.getByTestId('model-files').setInputFiles(join(folder, 'tiny', 'config.json'));
    await expect(page.getByRole('alert')).toContainText('it has no tokenizer.json');
    const host = await fileHost({ cors: true, ranges: false, locate: (name) => join(folder, 'tiny', name) });
    await page.getByLabel('Or the address of its folder').fill(host.url);
    await page.getByRole('button', { name: 'Fetch', exact: true }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'probe' });
    await expect(row).toContainText('16 dimensions');
    await expect(row).toContainText(`from ${host.url}`);
    await host.close();
    await expect(
      page.getByRole('button', { name: /^Fetch about 24 MB from .*: all-MiniLM-L6-v2, Apache-2.0/ }),
    ).toBeVisible();
  });
});
