import type { Page } from '@playwright/test';
import { idle, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

/**
 * A file in the browser's own file system: its handle is a real one, which is stored and read as that of a file on
 * disk, and needs no permission.
 */
async function withPicker(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(
    async ([file, content]) => {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle(file, { create: true });
      const writable = await handle.createWritable();
      await writable.write(content);
      await writable.close();
      Object.assign(window, { showOpenFilePicker: () => Promise.resolve([handle]) });
    },
    [name, text] as const,
  );
}

const ledger = ndjson(600);
const recents = (page: Page) => page.locator('.recents');

const isOpen = (page: Page): Promise<void> =>
  expect(page.getByRole('contentinfo', { name: 'Status' })).toContainText('600 events');

/** Waits until the list, which is written once the view has stood still, has the address of the page. */
async function kept(page: Page): Promise<void> {
  await idle(page);
  const addresses = () =>
    page.evaluate(async () => {
      if (!(await indexedDB.databases()).some(({ name }) => name === 'tautline')) return [];
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('tautline');
        request.onsuccess = () => resolve(request.result);
      });
      const all = await new Promise<{ address: string }[]>((resolve) => {
        const request = database.transaction('recent').objectStore('recent').getAll();
        request.onsuccess = () => resolve(request.result as { address: string }[]);
      });
      database.close();
      return all.map(({ address }) => address);
    });
  await expect.poll(addresses).toContain(new URL(page.url()).hash.slice(1));
}

/** A page without an address. */
async function anew(page: Page): Promise<void> {
  await page.evaluate(() => history.replaceState(null, '', '/'));
  await page.reload();
}

test(
  'a file that was chosen is open again after a reload, and from the list, as it was left',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    await withPicker(page, 'kept.ndjson', ledger.buffer.toString());
    await page.getByRole('button', { name: 'Choose files…' }).click();
    await isOpen(page);
    await idle(page);
    await page.locator('[data-parameter="h"] input[type=range]').press('ArrowRight');
    await expect(page).toHaveURL(/[&?]h=/);
    await idle(page);
    const address = page.url();
    await kept(page);

    await page.reload();
    await isOpen(page);
    await idle(page);
    expect(page.url()).toBe(address);

    await anew(page);
    await expect(recents(page).getByRole('heading', { name: 'Recent ledgers' })).toBeVisible();
    await expect(recents(page)).toContainText(/600 events, .*; read from your disk; /);
    await recents(page)
      .getByRole('button', { name: /^kept\.ndjson/ })
      .click();
    await isOpen(page);
    await idle(page);
    expect(page.url()).toBe(address);

    // One that is gone says so, and what to do.
    await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('kept.ndjson'));
    await anew(page);
    await recents(page)
      .getByRole('button', { name: /^kept\.ndjson/ })
      .click();
    await expect(recents(page).getByRole('alert')).toContainText(
      'kept.ndjson is not where it was: moved, renamed or deleted. Choose it anew, or take it off the list.',
    );
    await recents(page).getByRole('button', { name: 'Take kept.ndjson off the list' }).click();
    await expect(recents(page)).toHaveCount(0);
  },
);

test('a copy is kept by choice, says its size, opens after a reload, and is removed', async ({ page }) => {
  await page.goto('/');
  // A plain file field leads back to nothing: without a copy the file is asked for.
  await openFiles(page, ledger);
  await kept(page);
  await page.reload();
  await expect(page.getByText(/This link was made on/)).toBeVisible();
  await expect(recents(page)).toContainText('its file has to be chosen again');

  await openFiles(page, ledger);
  await page.getByRole('button', { name: 'Open…' }).click();
  await recents(page)
    .getByRole('button', { name: /^Keep a copy \(/ })
    .click();
  await expect(recents(page)).toContainText(/a copy of [\d.]+ kB in this browser/i);
  await page.keyboard.press('Escape');
  await kept(page);

  await page.reload();
  await isOpen(page);
  await idle(page);
  await page.getByRole('button', { name: 'Open…' }).click();
  await recents(page).getByRole('button', { name: 'Remove the copy of made.ndjson' }).click();
  await expect(recents(page)).toContainText('its file has to be chosen again');
  const left = await page.evaluate(async () => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('ledgers');
    const names: string[] = [];
    for await (const name of root.keys()) names.push(name);
    return names;
  });
  expect(left).toEqual([]);
  await page.reload();
  await expect(page.getByText(/This link was made on/)).toBeVisible();
});

test('what is dropped is found again by its handle', async ({ page }) => {
  await page.goto('/');
  await withPicker(page, 'dropped.ndjson', ledger.buffer.toString());
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('dropped.ndjson');
    // A drop that a script makes carries files, but no handles.
    Object.assign(DataTransferItem.prototype, { getAsFileSystemHandle: () => Promise.resolve(handle) });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(await handle.getFile());
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  });
  await isOpen(page);
  await kept(page);
  await page.reload();
  await isOpen(page);
});
