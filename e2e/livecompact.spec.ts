import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fileHost } from './ledgers.ts';
import { shownEvents } from './live.ts';
import { expect, test } from './test.ts';

test.use({ expectedErrors: [/404 \(Not Found\)|ERR_INTERNET_DISCONNECTED/] });

test('a ledger that is compacted stays the same for who follows it, was away meanwhile, or comes late', async ({
  page,
  context,
}) => {
  test.setTimeout(300_000);
  const script = fileURLToPath(new URL('./liveBench.ts', import.meta.url));
  const bench = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(bench.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  const folder = await line();
  const ask = (what: string): Promise<string> => {
    bench.stdin.write(`${what}\n`);
    return line();
  };
  const host = await fileHost({ cors: true, ranges: false, locate: (path) => join(folder, path) });
  let fed = 0;
  const feed = async (to: number): Promise<void> => {
    await ask(`feed ${to}`);
    fed = to;
  };
  const compacted = async (): Promise<number> => Number(await ask('compact'));
  const bar = page.getByRole('region', { name: 'Live ledger' });
  const showsAll = () => expect.poll(() => shownEvents(page), { timeout: 60_000 }).toBe(fed);
  try {
    await feed(1300);
    expect(await compacted()).toBeGreaterThan(50);
    await page.goto('/');
    await page.getByRole('button', { name: 'Follow a live ledger…' }).click();
    await page.getByRole('dialog').getByLabel('Address', { exact: true }).fill(host.url);
    await page.getByRole('dialog').getByRole('button', { name: 'Follow', exact: true }).click();
    await showsAll();

    await feed(1500);
    await showsAll();
    await context.setOffline(true);
    await feed(2000);
    expect(await compacted()).toBeGreaterThan(10);
    await context.setOffline(false);
    await showsAll();

    await feed(2700);
    await showsAll();
    expect(await compacted()).toBeGreaterThan(10);
    await feed(2800);
    await showsAll();
    await expect(bar).toContainText('the same alerts', { timeout: 60_000 });
    await expect(bar).not.toContainText('Parity broken');
    await page.reload();
    await showsAll();
  } finally {
    bench.stdin.end('end\n');
    await host.close();
  }
});
