import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { idle, openSample } from './ledgers.ts';
import { expect, test } from './test.ts';

/** Ten ledgers of 50,000 events on a busy machine. */
const SLOW = 90_000;

const verdict = (page: Page, id: string): Locator => page.locator(`tr[data-verdict="${id}"]`);
const run = (page: Page): Promise<void> => page.getByRole('button', { name: 'Run calibration' }).click();
const finished = (page: Page): Promise<void> => expect(page.locator('.outcome')).toBeVisible({ timeout: SLOW });
/** The pictures come after the verdicts. */
const drawn = (page: Page): Promise<void> => expect(page.locator('.picture')).toHaveCount(5, { timeout: SLOW });

async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `test-results/shots/calibration-${name}.png` });
}

test.setTimeout(180_000);

test(
  'one click runs the four profiles: the figures of Gwamanda 2026, and the ablation fails as it must',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    await idle(page);
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await expect(page.getByRole('heading', { name: 'Calibration', exact: true })).toBeVisible();
    expect(new URL(page.url()).hash).toBe('#v=1&screen=calibration');
    await shot(page, '1-before');

    const started = Date.now();
    await run(page);
    await expect(page.getByRole('progressbar', { name: 'The four profiles' })).toBeVisible();
    await finished(page);
    test.info().annotations.push({
      type: 'measured',
      description: `four profiles and the ablation: ${Date.now() - started} ms`,
    });
    await expect(page.locator('.outcome')).toContainText(/All \d+ verdicts pass/);
    const rows = page.locator('tr[data-verdict]');
    expect(await rows.count()).toBeGreaterThanOrEqual(16);
    for (const row of await rows.all()) {
      await expect(row).toHaveAttribute('data-pass', 'true');
      await expect(row.locator('.verdict').first()).toHaveText('pass');
    }
    await expect(verdict(page, 'fracture-event').locator('.measured')).toHaveText('12,403');
    await expect(verdict(page, 'homogenisation-event').locator('.measured')).toHaveText('28,110');
    expect(Number(await verdict(page, 'ablation-void').locator('.measured').textContent())).toBeGreaterThan(0);
    await drawn(page);
    await expect(page.getByRole('img', { name: /CUSUM of 4 streams/ })).toHaveAttribute(
      'aria-label',
      /Drift \d+, first at 12,403/,
    );
    await shot(page, '2-verdicts');

    await page.getByText('Every free choice').click();
    await expect(page.getByRole('row', { name: /fractureOnset/ })).toBeVisible();
    await page.getByRole('row', { name: /fractureOnset/ }).scrollIntoViewIfNeeded();
    await shot(page, '3-choices');

    // The results outlive a change of screen.
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await expect(page.getByText('See when a multi-agent conversation')).toBeVisible();
    await page.goBack();
    await expect(verdict(page, 'fracture-event')).toBeVisible();

    // The ledger of the ablation opens with the parameter that makes it one.
    await page.locator('tbody[data-case="ablation"]').getByRole('button', { name: 'Open this ledger' }).click();
    await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: SLOW });
    await idle(page);
    const { parameters, screen, alerts } = await page.evaluate(() => {
      const { view, analysis } = window.__tautline!.state();
      return {
        parameters: view.parameters,
        screen: view.screen,
        alerts: analysis.report!.alerts.filter(({ kind }) => kind === 'VOID').length,
      };
    });
    expect({ screen, adaptive: parameters.adaptive }).toEqual({ screen: 'monitor', adaptive: false });
    await page.getByRole('button', { name: 'Calibration', exact: true }).click();
    // What the monitor finds in it is what the harness found.
    await expect(verdict(page, 'ablation-void').locator('.measured')).toHaveText(String(alerts));
  },
);

test('another seed opens as that ledger, and fails only what depends on the draw', async ({ page }) => {
  await page.goto('/#v=1&screen=calibration');
  await page.getByRole('textbox', { name: 'Seed', exact: true }).fill('7');
  await run(page);
  await finished(page);
  await expect(page.locator('.outcome')).toContainText('seed 7');
  const failing = page.locator('tr[data-pass="false"]');
  const ids = await failing.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-verdict')));
  expect(ids).toEqual(['fracture-event', 'homogenisation-event']);
  for (const row of await failing.all()) await expect(row).toContainText('depends on the draw');
  await page.locator('tbody[data-case="fracture"]').getByRole('button', { name: 'Open this ledger' }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: SLOW });
  expect(page.url()).toContain('sample=fracture@7');
  await page.reload();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: SLOW });
});

test('the parameter panel’s thresholds are tested from its header, and the table says against what they fail', async ({
  page,
}) => {
  await openSample(page, 'Quick tour');
  await page.getByRole('switch', { name: /Adaptive window/ }).uncheck();
  const h = page.getByRole('textbox', { name: /CUSUM h/ });
  await h.fill('4.25');
  await h.press('Enter');
  await idle(page);
  await page.getByRole('button', { name: 'Run calibration' }).click();
  await expect(page.getByRole('heading', { name: 'Calibration', exact: true })).toBeVisible();
  await finished(page);
  await expect(page.locator('.outcome')).toContainText('now fail');
  await expect(verdict(page, 'backoff-alerts')).toHaveAttribute('data-pass', 'false');
  await expect(verdict(page, 'backoff-alerts').locator('.verdict').first()).toHaveText('fail');
  await expect(verdict(page, 'backoff-alerts')).toContainText('now fails');
  await expect(verdict(page, 'backoff-window').locator('.measured')).toHaveText('120 ms');
  await expect(verdict(page, 'benign-alerts')).toHaveAttribute('data-pass', 'false');
  await expect(verdict(page, 'fracture-event')).toHaveAttribute('data-pass', 'false');
  await expect(verdict(page, 'benign-coupling')).toHaveAttribute('data-pass', 'true');
  await drawn(page);
  await shot(page, '4-what-if');
  // The monitor is as it was left.
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await expect(h).toHaveValue('4.25');
});

test('a run can be cancelled and started again', async ({ page }) => {
  await page.goto('/#v=1&screen=calibration');
  await run(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: 'Run calibration' })).toBeVisible();
  await expect(page.locator('.outcome')).toHaveCount(0);
  await run(page);
  await finished(page);
  await expect(page.locator('.outcome')).toContainText(/All \d+ verdicts pass/);
});

test('Monte Carlo: runs, is saved, is loaded again, compared, and cancelled with what it had', async ({ page }) => {
  await page.goto('/#v=1&screen=calibration');
  await page.getByRole('textbox', { name: 'Seeds', exact: true }).fill('3');
  await page.getByRole('button', { name: 'Run the Monte Carlo' }).click();
  await expect(page.getByRole('progressbar', { name: 'Monte Carlo' })).toBeVisible();
  const outcome = page.getByTestId('monte-carlo-outcome');
  await expect(outcome).toContainText('3 seeds', { timeout: SLOW });
  await expect(outcome).toContainText('750,000 events');
  test.info().annotations.push({ type: 'measured', description: (await outcome.textContent()) ?? '' });
  await expect(page.locator('tr[data-measure="lag"]')).toContainText('3');
  await expect(page.locator('tbody[data-case="backoff"] tr[data-share="clean"]')).toContainText('3 of 3');
  await expect(page.locator('tbody[data-case="ablation"] tr[data-share="clean"]')).toContainText('0 of 3');
  await expect(page.getByRole('img', { name: /^Off-diagonal coupling/ })).toHaveAttribute(
    'aria-label',
    /median 0\.7.*3 ledgers/,
  );

  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save results…' }).click(),
  ]);
  const text = await readFile(await saved.path(), 'utf8');
  await page
    .getByTestId('monte-carlo-file')
    .setInputFiles({ name: 'before.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await expect(page.getByRole('heading', { name: 'Compared with before.json' })).toBeVisible();
  await expect(page.getByText('Nothing differs')).toBeVisible({ timeout: SLOW });
  await page.getByTestId('monte-carlo-file').setInputFiles({
    name: 'broken.json',
    mimeType: 'application/json',
    buffer: Buffer.from(text.replace('"seeds":3', '"seeds":4')),
  });
  await expect(page.getByRole('alert')).toContainText('broken.json: it holds 15 of 20 trials');
  await page.getByRole('button', { name: 'Keep to compare with' }).click();
  await expect(page.getByText('This is the run below')).toBeVisible();

  // Another threshold: its effect against the run that was kept.
  await page.evaluate(() => {
    location.hash = '#v=1&screen=calibration&h=4.25';
  });
  await page.getByRole('button', { name: 'Parameter panel (1 changed)' }).click();
  await page.getByRole('button', { name: 'Run the Monte Carlo' }).click();
  await expect(outcome).toContainText('h 4.25 (default 8.5)', { timeout: SLOW });
  const differs = page.locator('tr[data-differs="true"]');
  await expect(
    differs
      .filter({ hasText: 'Detection lag' })
      .or(differs.filter({ hasText: 'false alert' }))
      .first(),
  ).toContainText('differs', { timeout: SLOW });

  // A long run: partial results as they come, then what it had when it was stopped.
  await page.getByRole('textbox', { name: 'Seeds', exact: true }).fill('200');
  await page.getByRole('button', { name: 'Run the Monte Carlo' }).click();
  await expect(page.locator('.monte-carlo-progress')).toContainText(/of 1,000 ledgers · .* left/, { timeout: SLOW });
  await expect
    .poll(
      async () => Number(/^\d+/.exec((await page.locator('.monte-carlo-progress span').textContent()) ?? '')?.[0]),
      { timeout: SLOW },
    )
    .toBeGreaterThan(10);
  await expect(page.getByRole('navigation', { name: 'Screens' })).toContainText(/\d %/);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(outcome).toContainText(/Stopped after \d+ of 200 seeds/);
});

test('a worker that dies over its ledger is replaced, and the verdicts stand', async ({ page }) => {
  await page.addInitScript(() => {
    // The first harness worker ends over its first task, as one does that the browser kills.
    const Original = window.Worker;
    let taken = false;
    window.Worker = class extends Original {
      #doomed = false;
      #alive = false;
      #asked = false;
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (taken || options?.name !== 'tautline-harness') return;
        taken = this.#doomed = true;
        this.addEventListener('message', ({ data }) => {
          if (typeof (data as { livenessLock?: unknown }).livenessLock === 'string') this.#alive = true;
          this.#end();
        });
      }
      override postMessage(message: unknown, transfer?: StructuredSerializeOptions | Transferable[]): void {
        super.postMessage(message, transfer as Transferable[]);
        if ((message as { path?: readonly string[] }).path?.[0] === 'run') this.#asked = true;
        this.#end();
      }
      #end(): void {
        if (this.#doomed && this.#alive && this.#asked) setTimeout(() => this.terminate(), 20);
      }
    };
  });
  await page.goto('/#v=1&screen=calibration');
  await run(page);
  await expect(page.locator('.toast')).toContainText('A calibration worker stopped', { timeout: SLOW });
  await finished(page);
  await expect(page.locator('.outcome')).toContainText(/All \d+ verdicts pass/);
});

test('dark and light, at 1280 and 2560 px: nothing runs over', async ({ page }) => {
  await page.goto('/#v=1&screen=calibration&h=4.25');
  await page.getByRole('button', { name: /Parameter panel/ }).click();
  await run(page);
  await finished(page);
  await drawn(page);
  await page.getByRole('textbox', { name: 'Seeds', exact: true }).fill('8');
  await page.getByRole('button', { name: 'Run the Monte Carlo' }).click();
  await expect(page.getByTestId('monte-carlo-outcome')).toBeVisible({ timeout: SLOW });
  await page.getByRole('button', { name: 'Keep to compare with' }).click();
  await page.getByRole('button', { name: 'Defaults' }).click();
  await page.getByRole('button', { name: 'Run the Monte Carlo' }).click();
  await expect(page.getByText(/figures differ/)).toBeVisible({ timeout: SLOW });
  const screen = page.getByTestId('calibration');
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 2560]) {
      await page.setViewportSize({ width, height: 1100 });
      await screen.evaluate((element) => element.scrollTo(0, 0));
      await drawn(page);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBeLessThanOrEqual(0);
      expect(await screen.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
      await shot(page, `${colorScheme}-${width}`);
      await page.getByRole('heading', { name: /^Compared with/ }).scrollIntoViewIfNeeded();
      await screen.evaluate((element) => element.scrollBy(0, 500));
      await shot(page, `${colorScheme}-${width}-monte-carlo`);
    }
  }
});
