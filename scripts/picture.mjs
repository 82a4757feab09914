import { spawn } from 'node:child_process';
import { chromium } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';

/**
 * Takes the picture of the README (public/tautline.png) anew, from the dashboard in dist/ and its own sample:
 * `npm run build && npm run picture`.
 */
const VIEW = '#v=1&sample=quick-tour&theme=dark&range=2600-6000&at=4810';
const PORT = 4178;

const root = new URL('..', import.meta.url);
const server = spawn(
  process.execPath,
  ['--import', 'tsx', 'scripts/start.mjs', '--strict-port', '--port', String(PORT)],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const closed = new Promise((_, reject) =>
  server.once('exit', () => reject(new Error('The server has ended: is the dashboard built, and the port free?'))),
);
try {
  await Promise.race([new Promise((resolve) => server.stdout.once('data', resolve)), closed]);
  const browser = await chromium.launch({ ...(await findChromium()), args: CHROMIUM_ARGS });
  const page = await browser.newPage({ viewport: { width: 1600, height: 1060 } });
  await page.goto(`http://localhost:${PORT}/${VIEW}`);
  await page.waitForFunction(() => window.__tautline?.state().tableLoad.phase === 'loaded');
  await page.evaluate(() => window.__tautline?.idle());
  await page.getByRole('treegrid', { name: 'Alerts' }).getByRole('row').nth(1).waitFor();
  await page.getByRole('complementary', { name: 'Event inspector' }).getByText('Thread').first().waitFor();
  await page.getByText('Measuring what size of change').waitFor({ state: 'hidden' });
  await page.evaluate(() => window.__tautline?.idle());
  await page.screenshot({ path: new URL('public/tautline.png', root).pathname, animations: 'disabled' });
  await browser.close();
} finally {
  closed.catch(() => undefined);
  server.kill();
}
