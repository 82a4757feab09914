import { basename } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { watchRenderers, type RendererMemory } from './memory.ts';
import { installProbe, type Noted } from './probe.ts';

export interface Browser {
  readonly executablePath: string;
  readonly env: Record<string, string>;
  readonly args: readonly string[];
}

/** One opening of a ledger; times in ms from the choice of the folder. */
export interface Opening {
  readonly events: number;
  /** Progress on screen, all panels drawn, everything at rest (the tables filled). */
  readonly progress: number;
  readonly firstPicture: number;
  readonly atRest: number;
  /** To rest, by PerformanceObserver (0: none over 50 ms), and the longest time that a message to itself waited. */
  readonly longestTask: number;
  readonly lag: number;
  readonly memory: RendererMemory | null;
}

const TIMEOUT_MS = 180_000;

export const readProbe = (page: Page): Promise<Noted> => page.evaluate(() => window.__probe!.read());

/** A page of a browser of its own with the app at `url`, ready for a folder; the browser ends with `use`. */
export async function withApp<T>(
  { url, hash = '', timeout = TIMEOUT_MS }: { readonly url: string; readonly hash?: string; readonly timeout?: number },
  { executablePath, env, args }: Browser,
  note: (text: string) => void,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const browser = await chromium.launch({ executablePath, env, args: [...args] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(timeout);
    page.on('pageerror', (error) => note(`error of the page: ${error.message}`));
    // tsx names functions by a helper of its own, which the page does not have.
    await page.addInitScript({ content: `globalThis.__name = (named) => named; (${String(installProbe)})();` });
    await page.goto(url + hash);
    await page.waitForFunction(() => window.__tautline !== undefined);
    await page.locator('input[webkitdirectory]').first().waitFor({ state: 'attached' });
    return await use(page);
  } finally {
    await browser.close();
  }
}

/** Chooses the folder and waits until everything is at rest. */
export async function openFolder(page: Page, folder: string): Promise<Opening> {
  const memory = watchRenderers();
  await page.evaluate(() => window.__probe!.start(true));
  await page.locator('input[webkitdirectory]').first().setInputFiles(folder);
  return opened(page, memory);
}

/** What came of an opening that is under way since the probe was started. */
export async function opened(page: Page, memory: ReturnType<typeof watchRenderers>): Promise<Opening> {
  const firstPicture = await page.evaluate(() => window.__probe!.settled());
  await page.evaluate(() => window.__tautline!.idle());
  const noted = await readProbe(page);
  return {
    events: await page.evaluate(() => window.__tautline!.state().analysis.report!.events),
    progress: noted.progress - noted.input,
    firstPicture: firstPicture - noted.input,
    atRest: noted.now - noted.input,
    longestTask: noted.longTask,
    lag: noted.lag,
    memory: await memory.stop(),
  };
}

/** When rows of the ledger could be read on screen; ms from the choice of the folder. */
export interface RowsRead {
  /** The message of an event that the address names, in the inspector. */
  readonly inspector: number;
  /** A message in the list of the hits of a search that the address holds. */
  readonly table: number;
}

/** In a sixth of the harness's messages or so. */
const SEARCHED = 'audit trail';
/** Of an address that asks for the folder, an event and a search. */
export const rowsHash = (folder: string): string =>
  `#v=2&file=${encodeURIComponent(basename(folder))}&at=1000&find=${encodeURIComponent(SEARCHED)}`;

/** Opens the folder at an address that names an event and a search (`rowsHash`), until both have their rows. */
export async function readRows(page: Page, folder: string): Promise<RowsRead> {
  await page.evaluate(() => window.__probe!.start());
  await page.locator('input[webkitdirectory]').first().setInputFiles(folder);
  const seen = await page.evaluate(
    (word) =>
      new Promise<Record<'inspector' | 'table', number>>((resolve) => {
        const found = { inspector: Number.NaN, table: Number.NaN };
        const has = (selector: string, text: string): boolean =>
          document.querySelector(selector)?.textContent.includes(text) ?? false;
        const look = (): void => {
          const at = performance.now();
          if (Number.isNaN(found.inspector) && has('.right .event-text', ' ')) found.inspector = at;
          if (Number.isNaN(found.table) && has('.hits .alert-row[aria-rowindex="2"] [aria-colindex="4"]', word))
            found.table = at;
          if (Number.isNaN(found.inspector) || Number.isNaN(found.table)) requestAnimationFrame(look);
          else resolve(found);
        };
        look();
      }),
    SEARCHED,
  );
  const { input } = await readProbe(page);
  return { inspector: seen.inspector - input, table: seen.table - input };
}
