import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { readCommit } from '../src/detection/files/commit.ts';
import { fileHost } from './ledgers.ts';
import { Live, shownEvents } from './live.ts';
import { expect, test } from './test.ts';

const commitPath = (number: number): string => `_log/${String(number).padStart(20, '0')}.json`;

/** Copies files of a host into a folder of the browser's own file system: its handle is a real one. */
const copyIn = (page: Page, host: string, paths: readonly string[], bytes?: number): Promise<void> =>
  page.evaluate(
    async ([from, all, most]) => {
      const root = await navigator.storage.getDirectory();
      for (const path of all) {
        let folder = await root.getDirectoryHandle('ledger', { create: true });
        const names = path.split('/');
        for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
        const file = await (await folder.getFileHandle(names.at(-1)!, { create: true })).createWritable();
        await file.write((await (await fetch(from + path)).blob()).slice(0, most ?? undefined));
        await file.close();
      }
    },
    [host, paths, bytes ?? null] as const,
  );

/** The picker hands out that folder. After `tautline.asks` is kept, the browser has to be allowed to read it first. */
async function withFolder(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const asks = (): boolean => localStorage.getItem('tautline.asks') !== null;
    const all = FileSystemDirectoryHandle.prototype;
    const { getDirectoryHandle: open } = all;
    Object.assign(all, {
      getDirectoryHandle(this: FileSystemDirectoryHandle, ...args: Parameters<typeof open>) {
        return asks() ? Promise.reject(new DOMException('', 'NotAllowedError')) : open.apply(this, args);
      },
      queryPermission: () => Promise.resolve(asks() ? 'prompt' : 'granted'),
      requestPermission() {
        localStorage.removeItem('tautline.asks');
        return Promise.resolve('granted');
      },
    });
    Object.assign(window, {
      showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle('ledger'),
    });
  });
}

test.use({ expectedErrors: [/404 \(Not Found\)/] });

test('a ledger is followed on a plain host, and in a folder that is copied, cut, forbidden and allowed again', async ({
  page,
}) => {
  test.setTimeout(300_000);
  const live = new Live('--demo', '--port', '0');
  const ledger = await live.says(/Ledger: (\S+)/);
  const host = await fileHost({ cors: true, ranges: false, locate: (path) => join(ledger, path) });
  const bar = page.getByRole('region', { name: 'Live ledger' });
  const sheet = page.getByRole('dialog');
  try {
    await withFolder(page);
    await live.says(/Replaying/);
    await page.goto('/');
    await page.getByRole('button', { name: 'Follow a live ledger…' }).click();
    await sheet.getByLabel('Address', { exact: true }).fill(`${host.url}_log/`);
    await sheet.getByRole('button', { name: 'Follow', exact: true }).click();
    await expect(bar).toContainText(/events judged in this tab too: the same alerts/, { timeout: 60_000 });
    const before = await shownEvents(page);
    await expect.poll(() => shownEvents(page), { timeout: 30_000 }).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Laboratory', exact: true }).first().click();
    await expect(page.getByRole('region', { name: 'Deploy to the live process' })).toContainText('followed as files');
    await page.getByRole('button', { name: 'Monitor', exact: true }).first().click();
    await bar.getByRole('button', { name: 'Stop following' }).click();
    await live.end();

    const paths = (await readdir(ledger, { recursive: true })).filter((path) => /\.(?:parquet|json)$/.test(path));
    const count = paths.filter((path) => /^_log\/\d{20}\.json$/.test(path)).length;
    const commits = await Promise.all(
      Array.from({ length: count }, async (_, number) =>
        readCommit(await readFile(join(ledger, commitPath(number)), 'utf8'), ''),
      ),
    );
    const whole = commits.at(-1)!.events.to;
    // The last two that have events, and what follows them, are not there at first.
    const late = commits
      .slice(commits.filter(({ add }) => add.length > 0).at(-2)!.number)
      .map(({ number }) => commitPath(number));
    await copyIn(
      page,
      host.url,
      paths.filter((path) => !late.includes(path)),
    );
    await page.getByRole('button', { name: 'Open…' }).click();
    await sheet.getByRole('button', { name: 'Follow a live ledger…' }).click();
    await sheet.getByRole('button', { name: 'Choose a folder…' }).click();
    await expect(bar).toContainText('the same alerts', { timeout: 60_000 });
    const copied = await shownEvents(page);

    await copyIn(page, host.url, late.slice(0, 1), 60);
    await expect(bar.getByRole('alert')).toContainText(`ledger/${late[0]}: it is not whole yet`);
    await copyIn(page, host.url, late);
    await expect(bar.getByRole('alert')).toHaveCount(0);
    expect(copied).toBeLessThan(whole);
    await expect.poll(() => shownEvents(page), { timeout: 60_000 }).toBe(whole);
    await expect(page).toHaveURL(/file=live-ledger/);

    await page.evaluate(() => localStorage.setItem('tautline.asks', 'yes'));
    await page.reload();
    await expect(sheet.getByRole('alert')).toContainText('the browser asks anew whether this page may read the folder');
    await sheet.getByRole('button', { name: 'Follow ledger again' }).click();
    await expect.poll(() => shownEvents(page), { timeout: 60_000 }).toBe(whole);
    await expect(bar).not.toContainText('Parity broken');

    await bar.getByRole('button', { name: 'Stop following' }).click();
    await page.goto('/');
    await page
      .locator('.recents')
      .getByRole('button', { name: /live-ledger.*followed in its folder/ })
      .click();
    await expect.poll(() => shownEvents(page), { timeout: 60_000 }).toBe(whole);
  } finally {
    await live.end();
    await host.close();
  }
});

test('a browser that hands out no folders says what to do, and a folder without a log is no ledger', async ({
  page,
}) => {
  await page.addInitScript(() => void Reflect.deleteProperty(window, 'showDirectoryPicker'));
  await page.goto('/');
  await page.getByRole('button', { name: 'Follow a live ledger…' }).click();
  await expect(page.getByRole('dialog')).toContainText('This browser gives a page no folder that goes on growing');
  await page.evaluate(() => Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() }));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Follow a live ledger…' }).click();
  await page.getByRole('button', { name: 'Choose a folder…' }).click();
  await expect(page.getByRole('alert')).toContainText('it has no folder _log, so that it is no live ledger');
});
