import type { Page } from '@playwright/test';
import { watchRenderers } from './memory.ts';
import { opened, withApp, type Browser, type Opening } from './opening.ts';

export interface LargeSize {
  readonly events: number;
  readonly dimension: number;
  /** What a tab is told that the machine has, where it is to be too little; half of it is the tab's. */
  readonly memoryGib: number;
}

/** A ledger of many events. */
export interface Large extends LargeSize {
  /** Opened whole; null if the tab is said to have no room for it. */
  readonly whole: (Opening & { readonly style: boolean }) | null;
  /** In a tab that may take less: what was said, and one provider's part of it opened; null if it was not refused. */
  readonly narrowed: { readonly said: string; readonly opening: Opening } | null;
}

const PATIENCE_MS = 1_800_000;

/** Opens the folder whole, and where the browser is told of less memory, by name. */
export async function measureLarge(
  url: string,
  folder: string,
  size: LargeSize,
  browser: Browser,
  note: (text: string) => void,
): Promise<Large> {
  const target = { url, timeout: PATIENCE_MS };
  note(`opening ${size.events} events whole`);
  const whole = await withApp(target, browser, note, async (page) => {
    const memory = watchRenderers();
    await page.evaluate(() => window.__probe!.start(true));
    await page.locator('input[webkitdirectory]').first().setInputFiles(folder);
    if (await refusal(page)) {
      await memory.stop();
      return null;
    }
    const opening = await opened(page, memory);
    const style = await page.evaluate(() =>
      window
        .__tautline!.state()
        .analysis.report!.health.some(({ channel, outOfAction }) => channel === 'style' && outOfAction === null),
    );
    return { ...opening, style };
  });
  note(`opening ${size.events} events on a machine of ${size.memoryGib} GiB`);
  const narrowed = await withApp(target, browser, note, async (page) => {
    await claimMemory(page, url, size.memoryGib);
    await page.locator('input[webkitdirectory]').first().setInputFiles(folder);
    const said = await refusal(page);
    if (said === null) return null;
    const panel = page.getByRole('region', { name: 'Part of the ledger' });
    await panel.getByRole('checkbox', { name: /^provider-0/ }).click();
    await panel.getByRole('status').filter({ hasText: 'that fits' }).waitFor();
    const memory = watchRenderers();
    await page.evaluate(() => window.__probe!.start(true));
    // By key: that is what the probe takes as the start.
    await panel.getByRole('button', { name: 'Open this part' }).press('Enter');
    return { said, opening: await opened(page, memory) };
  });
  return { ...size, whole, narrowed };
}

/** The page and its workers are told of less memory than there is. */
async function claimMemory(page: Page, url: string, gib: number): Promise<void> {
  const claim = `Object.defineProperty(Object.getPrototypeOf(navigator), 'deviceMemory', { get: () => ${gib} });`;
  await page.addInitScript({ content: claim });
  await page.route(/\.worker-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: claim + (await response.text()) });
  });
  await page.goto(url);
  await page.waitForFunction(() => window.__tautline !== undefined);
  await page.locator('input[webkitdirectory]').first().waitFor({ state: 'attached' });
}

/** What the app says where a ledger is refused; null as soon as it is read. */
async function refusal(page: Page): Promise<string | null> {
  const outcome = await page.waitForFunction(() => {
    const { ledger, analysis } = window.__tautline!.state();
    if (analysis.report) return 'open';
    return ledger.phase === 'failed' ? document.querySelector('[role=alert]')?.textContent : undefined;
  });
  const said = await outcome.jsonValue();
  return said === 'open' || said === undefined ? null : said;
}
