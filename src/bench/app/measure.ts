import type { Page } from '@playwright/test';
import { watchRenderers, type RendererMemory } from './memory.ts';
import { openFolder, readProbe, withApp, type Browser, type Opening, type RowsRead } from './opening.ts';
import type { Noted } from './probe.ts';
import { measureSearch, type Search } from './search.ts';

/** What a user does with an open ledger; times in ms from the act. */
export interface Use {
  readonly opening: Opening;
  /** At rest, by `performance.measureUserAgentSpecificMemory`; null if the page may not ask. */
  readonly heldBytes: number | null;
  /** Pictures of the CUSUM panel that each show another analysis, a second of dragging h. */
  readonly picturesPerSecond: number;
  /** Frames of the page in the same time. */
  readonly framesPerSecond: number;
  readonly dragLongestTask: number;
  readonly dragLag: number;
  /** Turn of the wheel with Ctrl over a panel to all panels drawn. */
  readonly zoom: number;
  /**
   * Step of the fast memory to the first picture of the visible range, and to the refined one; of a zoomed view and of
   * the whole ledger.
   */
  readonly lambdaFirst: number;
  readonly lambdaRefined: number;
  readonly lambdaWholeFirst: number;
  readonly lambdaWholeRefined: number;
  /** One after another. */
  readonly searches: readonly Search[];
  /** Of everything measured. */
  readonly longestTask: number;
  readonly lag: number;
  readonly memory: RendererMemory | null;
}

/** What is measured of the app over one ledger. */
export interface AppMeasurements {
  /** Isolated, so that threads share memory; and not, as on a plain static host. */
  readonly isolated: readonly Opening[];
  readonly plain: readonly Opening[];
  /** Of isolated openings at an address that asks for rows. */
  readonly rows: readonly RowsRead[];
  readonly use: Use;
}

const DRAG_MS = 2000;

/** Opens the folder in the app at `url` and does what a user would, once. */
export const measureUse = (url: string, folder: string, browser: Browser, note: (text: string) => void): Promise<Use> =>
  withApp({ url }, browser, note, async (page) => {
    const memory = watchRenderers();
    note('opening, to be used');
    const opening = await openFolder(page, folder);
    const opened = await readProbe(page);
    const heldBytes = await held(page);

    note('dragging h');
    const dragged = await dragSlider(page, 'CUSUM h slider');
    const revisions = new Set(
      dragged.drawn.filter(({ panels }) => panels.includes('cusum')).map(({ revision }) => revision),
    );
    const dragSeconds = (dragged.now - dragged.input) / 1000;

    note('lambda, the whole ledger in view');
    const whole = await stepSlider(page, 'lambda_fast');
    note('zoom');
    const zoomed = await zoomIn(page);
    for (let i = 0; i < 8; i++) await zoomIn(page);
    note('lambda, zoomed in');
    const near = await stepSlider(page, 'lambda_fast');
    note('search');
    const searched = await measureSearch(page);
    const parts = [opened, dragged, whole.noted, zoomed.noted, near.noted, searched.noted];
    return {
      opening,
      heldBytes,
      picturesPerSecond: revisions.size / dragSeconds,
      framesPerSecond: dragged.frames / dragSeconds,
      dragLongestTask: dragged.longTask,
      dragLag: dragged.lag,
      zoom: zoomed.settled,
      lambdaFirst: near.first,
      lambdaRefined: near.settled,
      lambdaWholeFirst: whole.first,
      lambdaWholeRefined: whole.settled,
      searches: searched.searches,
      longestTask: Math.max(...parts.map((part) => part.longTask)),
      lag: Math.max(...parts.map((part) => part.lag)),
      memory: await memory.stop(),
    };
  });

/** Bytes that the page and its workers hold, after a collection. */
async function held(page: Page): Promise<number | null> {
  return page.evaluate(async () => {
    const { measureUserAgentSpecificMemory: measure } = performance as {
      measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }>;
    };
    if (!measure || !crossOriginIsolated) return null;
    // It waits for a collection, which an idle page may put off.
    const timeout = new Promise<null>((resolve) => setTimeout(() => resolve(null), 15_000));
    return Promise.race([
      measure.call(performance).then(
        ({ bytes }) => bytes,
        () => null,
      ),
      timeout,
    ]);
  });
}

/**
 * Moves a slider to and fro, another value each frame, as a pointer at the screen's rate does. The page does it itself:
 * a mouse driven from outside waits for an answer after each move, some 100 ms on two busy cores, and would measure
 * that.
 */
async function dragSlider(page: Page, name: string): Promise<Noted> {
  const slider = page.getByRole('slider', { name });
  await slider.scrollIntoViewIfNeeded();
  await slider.focus();
  await page.evaluate(() => window.__probe!.start());
  const noted = await slider.evaluate(
    async (element, { duration, period }) => {
      const input = element as HTMLInputElement;
      const [min, max] = [Number(input.min), Number(input.max)];
      // React listens to its own setter; the prototype's is what a pointer uses.
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!;
      const started = performance.now();
      for (let t = 0; t < duration; t = performance.now() - started) {
        set!.call(input, String(min + (max - min) * (0.45 + 0.3 * Math.sin((2 * Math.PI * t) / period))));
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(requestAnimationFrame);
      }
      const read = window.__probe!.read();
      input.dispatchEvent(new Event('change', { bubbles: true }));
      return read;
    },
    { duration: DRAG_MS, period: 1600 },
  );
  await page.evaluate(() => window.__tautline!.idle());
  return noted;
}

interface Step {
  readonly noted: Noted;
  /** ms from the input to the first picture that it changed, and to the last. */
  readonly first: number;
  readonly settled: number;
}

/** One key on a slider that changes the signals. */
async function stepSlider(page: Page, parameter: string): Promise<Step> {
  const slider = page.locator(`[data-parameter="${parameter}"] input[type=range]`).first();
  await slider.scrollIntoViewIfNeeded();
  await slider.focus();
  return step(page, () => page.keyboard.press('ArrowRight'), 'divergence');
}

async function zoomIn(page: Page): Promise<Step> {
  const panel = (await page.locator('[data-panel="divergence"] .chart-plot').boundingBox())!;
  await page.mouse.move(panel.x + panel.width * 0.6, panel.y + panel.height / 2);
  await page.keyboard.down('Control');
  const zoomed = await step(page, () => page.mouse.wheel(0, -400), 'divergence');
  await page.keyboard.up('Control');
  return zoomed;
}

async function step(page: Page, act: () => Promise<void>, panel: string): Promise<Step> {
  await page.evaluate(() => window.__probe!.start());
  await act();
  await page.waitForFunction(() => !Number.isNaN(window.__probe!.read().input));
  const settled = await page.evaluate(() => window.__probe!.settled());
  await page.evaluate(() => window.__tautline!.idle());
  const noted = await readProbe(page);
  const drawn = noted.drawn.filter(({ panels }) => panels.includes(panel));
  return {
    noted,
    first: (drawn[0]?.at ?? Number.NaN) - noted.input,
    settled: Math.max(settled, drawn.at(-1)?.at ?? 0) - noted.input,
  };
}
