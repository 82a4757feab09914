import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { idle, openFiles } from './ledgers.ts';
import { Live, shownEvents } from './live.ts';
import { expect, test } from './test.ts';

let live: Live;
test.beforeEach(() => {
  live = new Live('--demo', '--port', '0');
});
test.afterEach(() => live.end());

test(
  'the demo is followed from its address: charts roll, the drift is announced, this tab judges the same',
  { tag: '@core' },
  async ({ page }) => {
    test.setTimeout(300_000);
    await page.goto(await live.says(/App: (\S+)/));
    const bar = page.getByRole('region', { name: 'Live ledger' });
    await expect(bar).toContainText('Live', { timeout: 60_000 });
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page).toHaveURL(/#v=1&file=live-default/);
    expect(page.url()).not.toContain('token');

    const shown = (): Promise<number> => shownEvents(page);
    const before = await shown();
    await expect.poll(shown, { timeout: 30_000 }).toBeGreaterThan(before);
    const range = async () => page.evaluate(() => window.__tautline!.state().view.range!);
    await expect.poll(async () => (await range()).to - (await shown())).toBe(0);

    await expect(bar.locator('.live-alert')).toContainText('provider-3', { timeout: 120_000 });
    await expect(bar).toContainText(/events judged in this tab too: the same alerts/);
    // The button is of the newest alert, and disabled until its event is on screen: another may come in at the click.
    await expect(async () => {
      await bar.getByRole('button', { name: 'Show' }).click();
      await expect(page.getByLabel('Event inspector')).toBeVisible({ timeout: 5000 });
    }).toPass({ timeout: 60_000 });

    await bar.getByRole('button', { name: 'Pause' }).click();
    await expect(bar).toContainText(/[\d,]+ more have come/, { timeout: 30_000 });
    await bar.getByRole('button', { name: 'To the newest' }).click();
    await expect(bar.getByText(/more have come/)).toHaveCount(0, { timeout: 30_000 });

    await page.locator('[data-parameter="h"] input[type=range]').press('ArrowRight');
    await page.getByRole('button', { name: 'Laboratory', exact: true }).first().click();
    const deploying = page.getByRole('region', { name: 'Deploy to the live process' });
    await expect(deploying.getByRole('table')).toContainText('CUSUM h');
    await deploying.getByRole('button', { name: /^Deploy to the live process/ }).click();
    await deploying.getByRole('button', { name: 'Deploy now' }).click();
    await expect(deploying.getByRole('alert')).toContainText('Say who deploys it');
    await deploying.getByLabel('Who deploys it').fill('Ana');
    await deploying.getByLabel('Why').fill('fewer false alarms');
    await deploying.getByRole('button', { name: 'Deploy now' }).click();
    await expect(deploying.getByRole('status')).toContainText(/In force from event [\d,]+ on/, { timeout: 30_000 });
    await expect(deploying).toContainText('The parameters are those in force', { timeout: 30_000 });
    await page.getByRole('button', { name: 'Monitor', exact: true }).first().click();
    await expect(bar).toContainText(/Ana deployed [0-9a-f]{12}, in force from event [\d,]+ on: fewer false alarms/);

    await page.locator('[data-parameter="h"] input[type=range]').press('ArrowRight');
    await page.getByRole('button', { name: 'Laboratory', exact: true }).first().click();
    await deploying.getByRole('button', { name: /^Deploy to the live process/ }).click();
    await deploying.getByRole('button', { name: 'Run beside first' }).click();
    await expect(deploying.getByRole('status')).toContainText('Beside the one in force', { timeout: 30_000 });
    await page.getByRole('button', { name: 'Monitor', exact: true }).first().click();
    const candidate = bar.getByRole('group').filter({ hasText: /^Candidate/ });
    await candidate.getByText(/stage shadow: \d+ alerts of its own/).click();
    await candidate.getByRole('button', { name: 'Promote to canary' }).click();
    await expect(candidate).toContainText('stage canary', { timeout: 30_000 });
    await expect(candidate).toContainText(/[\d,]+ events from [\d,]+ on/);

    await expect(bar).not.toContainText('Parity broken');
    await bar.getByRole('button', { name: 'Stop following' }).click();
    await expect(bar).toHaveCount(0);
    await idle(page);
    const ledger = await live.says(/Ledger: (\S+)/);
    await live.end();
    expect(await new Live('verify', ledger).says(/commits?, .*/)).toContain('everything holds');
  },
);

test.describe('a server that goes', () => {
  test.use({
    expectedErrors: [/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|ERR_CONNECTION_RESET|Failed to fetch/],
  });
  test('the server goes and comes back, the page is loaded again, and what is followed is saved and opened', async ({
    page,
  }, { outputDir }) => {
    test.setTimeout(300_000);
    const root = join(outputDir, 'kept');
    await mkdir(root, { recursive: true });
    const start = (port: string): Live =>
      new Live(
        '--demo',
        '--port',
        port,
        ...['log', 'ledger', 'token'].flatMap((name) => [`--${name}`, join(root, name)]),
      );
    await live.end();
    live = start('0');
    const address = await live.says(/App: (\S+)/);
    await page.goto(address);
    const bar = page.getByRole('region', { name: 'Live ledger' });
    await expect(bar).toContainText('Live', { timeout: 60_000 });
    await expect(bar).toContainText('the same alerts', { timeout: 60_000 });

    await live.end();
    await expect(bar.getByRole('alert')).toContainText('nobody answers');
    const before = await shownEvents(page);
    live = start(new URL(address).port);
    await expect(bar.getByRole('alert')).toHaveCount(0, { timeout: 60_000 });
    await expect.poll(() => shownEvents(page), { timeout: 60_000 }).toBeGreaterThan(before);

    await page.locator('[data-parameter="h"] input[type=range]').press('ArrowRight');
    await expect(page).toHaveURL(/[&?]h=/);
    await page.reload();
    await expect(bar).toContainText('Live', { timeout: 60_000 });
    await expect(page).toHaveURL(/[&?]h=/);

    await bar.getByRole('button', { name: 'Pause' }).click();
    const saving = page.waitForEvent('download');
    await bar.getByRole('button', { name: 'Save' }).click();
    const saved = join(root, 'saved.parquet');
    await (await saving).saveAs(saved);
    await bar.getByRole('button', { name: 'Stop following' }).click();
    await openFiles(page, saved);
    await expect(bar).toHaveCount(0);
    expect(await shownEvents(page)).toBeGreaterThanOrEqual(before);
  });
});

test('events that are piped and posted become a ledger with a bundle, which is followed and holds', async ({ page }, {
  outputDir,
}) => {
  const folders = ['log', 'ledger'].flatMap((name) => [`--${name}`, join(outputDir, name)]);
  await live.end();
  live = new Live('--port', '0', '--otlp', '0', '--stdin', ...folders);
  await page.goto(await live.says(/App: (\S+)/));
  await expect(page.getByRole('dialog')).toContainText('no events yet');

  const words = ['order', 'parcel', 'refund', 'invoice', 'address', 'thanks', 'delay', 'card'];
  const start = Date.UTC(2026, 0, 5, 9);
  const said = (i: number): string => [3, 5, 7].map((step) => words[(i * step + (i >> step)) % words.length]).join(' ');
  const rows = Array.from({ length: 2400 }, (_, i) => ({
    ...{ event_id: i, ts: start + 1000 * i, provider_id: `p-${i % 2}`, thread_id: `t-${i >> 4}` },
    ...{ text: said(i), latency_ms: 100 + (i % 7) },
  }));
  // Faster than the log takes them they would be dropped, as they should.
  for (let i = 0; i < rows.length; i += 300) {
    live.write(
      `${rows
        .slice(i, i + 300)
        .map((row) => JSON.stringify(row))
        .join('\n')}\n`,
    );
    await page.waitForTimeout(150);
  }
  await live.says(/first bundle was fitted/);
  const bar = page.getByRole('region', { name: 'Live ledger' });
  await expect(bar).toContainText('2,400 events');

  const intake = await live.says(/POST (http:\S+?)v1/);
  const data = { provider_id: 'p-0', thread_id: 't-x', text: 'order parcel', ts: start + 2_400_000 };
  const posted = await fetch(`${intake}v1/events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/cloudevents+json' },
    body: JSON.stringify({ specversion: '1.0', id: '1', source: '/test', type: 'message', data }),
  });
  expect(await posted.json()).toEqual({ taken: 1, problems: [] });
  await expect(bar).toContainText('2,401 events');
  await bar.getByRole('button', { name: 'Stop following' }).click();
  await live.end();
  const verifying = new Live('verify', join(outputDir, 'ledger'));
  expect(await verifying.says(/2,?401 events.*/)).toContain('everything holds');
});
