import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileHost, idle, openFiles, fixture } from './ledgers.ts';
import { expect, test } from './test.ts';

const question = (page: import('@playwright/test').Page) =>
  page.getByRole('group', { name: /open a ledger|pass this/i });

test(
  'a link that names an address fetches nothing before it is agreed to, and asks once',
  { tag: '@core' },
  async ({ page }) => {
    const host = await fileHost({ cors: true, ranges: true });
    const { host: name } = new URL(host.url);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(host.url)) asked.push(request.url());
    });
    await page.goto(`/#v=1&url=${host.url}fracture.parquet&h=9`);
    await expect(question(page)).toContainText(`Open a ledger from ${name}?`);
    await expect(page.getByRole('alert')).toContainText('on your own computer');
    // Longer than the engine takes to start and fetch.
    await page.waitForTimeout(1500);
    await page.screenshot({ path: 'test-results/shots/consent.png' });
    expect([asked, host.asked]).toEqual([[], []]);

    await page.getByRole('button', { name: 'Do not open' }).click();
    await expect(page.getByText('Nothing was fetched. Choose a file')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
    await page.screenshot({ path: 'test-results/shots/consent-declined.png' });
    expect(new URL(page.url()).hash).not.toContain('fracture');
    expect([asked, host.asked]).toEqual([[], []]);

    await page.goto(`/#v=1&url=${host.url}fracture.parquet&h=9`);
    await page.getByRole('button', { name: `Open from ${name}` }).click();
    await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
    expect(await page.evaluate(() => window.__tautline!.state().view.parameters.h)).toBe(9);
    await page.reload();
    await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
    await idle(page);
    await host.close();
  },
);

test('another ledger can be opened instead; names are shown as they are asked for', async ({ page }) => {
  await page.goto('/#url=https://b\u00fccher.example@x\u0430mple.org:8443/ledger.parquet');
  await expect(question(page)).toContainText('xn--xmple-4ve.org:8443');
  await expect(question(page)).not.toContainText('cher.example');
  await expect(page.getByText(/user name/)).toBeVisible();
  await page.screenshot({ path: 'test-results/shots/consent-punycode.png' });
  await page.getByRole('button', { name: 'Do not open' }).click();
  await openFiles(page, fixture('fracture.parquet'));
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
});

test('a server that passes the request on is asked about again, before anything goes where it leads', async ({
  page,
}) => {
  const host = await fileHost({ cors: true, ranges: true });
  const inside = host.url.replace('localhost', '127.0.0.1');
  const { server, url } = await redirecting(`${inside}fracture.parquet`);
  await page.goto(`/#url=${url}`);
  await page.getByRole('button', { name: /^Open from/ }).click();
  await expect(question(page)).toContainText('pass this on to another address?');
  await page.screenshot({ path: 'test-results/shots/consent-redirect.png' });
  expect(host.asked).toEqual([]);
  await page.getByRole('button', { name: 'Follow it' }).click();
  await expect(question(page)).toContainText(`Open a ledger from ${new URL(inside).host}?`);
  await expect(page.getByRole('alert')).toContainText('on your own computer');
  await page.screenshot({ path: 'test-results/shots/consent-redirected.png' });
  await page.getByRole('button', { name: /^Open from/ }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible();
  await idle(page);
  await new Promise((resolve) => server.close(resolve));
  await host.close();
});

async function redirecting(to: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'Range');
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else response.writeHead(302, { Location: to }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}/ledger.parquet` };
}
