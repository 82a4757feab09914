// npm run live:picture [-- --seconds 60]: how long a commit of a live ledger takes to the charts. Runs the demo, which
// a headless browser follows, and counts from the time that stands in a commit to the second frame after the page has
// said that its events are shown. Prints also when the first alert was announced. The first 20 s, while what was there
// before is opened, are left out.
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';

/** @typedef {{ events: number, at: number }} Shown */
/** @typedef {Window & { shown?: Shown[] }} Page */

const OPENING_MS = 20_000;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const began = Date.now();
const live = spawn(
  process.execPath,
  [fileURLToPath(new URL('tautline.mjs', import.meta.url)), 'live', '--demo', '--port', '0'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
let said = '';
live.stdout.on('data', (bytes) => (said += String(bytes)));
/** @param {RegExp} pattern */
async function says(pattern) {
  for (;;) {
    const found = pattern.exec(said);
    if (found) return found[1];
    if (live.exitCode !== null) throw new Error(`live has ended: ${said}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

const { executablePath, env } = await findChromium();
const browser = await chromium.launch({ executablePath, env, args: CHROMIUM_ARGS });
try {
  const ledger = await says(/Ledger: (\S+)/);
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(await says(/App: (\S+)/));
  const opened = Date.now();
  const count = page.locator('.live-head span').first();
  await count.waitFor({ timeout: 120_000 });
  await count.evaluate((element) => {
    const own = /** @type {Page} */ (window);
    const shown = (own.shown = /** @type {Shown[]} */ ([]));
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const note = async () => {
      const events = Number(/^[\d,]+/.exec(element.textContent ?? '')?.[0].replaceAll(',', ''));
      if (shown.at(-1)?.events === events) return;
      const entry = { events, at: Infinity };
      shown.push(entry);
      await frame();
      await frame();
      entry.at = Date.now();
    };
    new MutationObserver(() => void note()).observe(element, { subtree: true, characterData: true, childList: true });
  });
  const alerted = page.locator('.live-alert strong').first().waitFor({ timeout: 300_000 });
  alerted.then(
    () => console.log(`first alert announced ${((Date.now() - began) / 1000).toFixed(1)} s after the start`),
    () => console.log('no alert was announced'),
  );
  await page.waitForTimeout(1000 * Number(values.seconds));
  const shown = await page.evaluate(() => /** @type {Page} */ (window).shown ?? []);
  const names = (await readdir(join(ledger, '_log'))).filter((name) => /^\d{20}\.json$/.test(name)).sort();
  /** @type {Map<number, number>} */
  const written = new Map();
  for (const name of names) {
    const { events, add, written: at } = JSON.parse(await readFile(join(ledger, '_log', name), 'utf8'));
    if (add.length > 0) written.set(events.to, Date.parse(at));
  }
  const took = shown
    .filter(({ at }) => at > opened + OPENING_MS)
    .flatMap(({ events, at }) => (written.has(events) && Number.isFinite(at) ? [at - (written.get(events) ?? 0)] : []))
    .sort((a, b) => a - b);
  /** @param {number} share */
  const quantile = (share) => took[Math.min(took.length - 1, Math.floor(share * took.length))];
  console.log(
    took.length === 0
      ? 'nothing was shown'
      : `${took.length} pictures: commit to picture p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, ` +
          `${took[0]} to ${took.at(-1)} ms`,
  );
} finally {
  await browser.close();
  live.kill('SIGTERM');
}
