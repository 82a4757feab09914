import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHROMIUM_ARGS, findChromium } from '../scripts/chromium.mjs';
import { tinyModel } from '../src/embedding/testing.ts';
import { idle, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

// A graphics card in software, which Chromium brings along: slow, but it is the browser's own WebGPU.
const { executablePath, env } = await findChromium();
test.use({
  launchOptions: {
    executablePath,
    env,
    args: [
      ...CHROMIUM_ARGS.filter((arg) => arg !== '--disable-gpu'),
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  },
});

const talk = {
  name: 'talk.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    ['event_id,provider_id,text', ...Array.from({ length: 240 }, (_, i) => `${i},p${i % 2},"so, ${i % 20}"`)].join(
      '\n',
    ),
  ),
};

test('a model runs on the graphics card where its vectors are those of the processor', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'tautline-tiny-'));
  for (const { path, bytes } of tinyModel()) {
    await mkdir(dirname(join(folder, 'tiny', path)), { recursive: true });
    await writeFile(join(folder, 'tiny', path), bytes);
  }
  await page.goto('/');
  const adapter = await page.evaluate(async () => (await navigator.gpu?.requestAdapter())?.info.architecture ?? null);
  test.skip(adapter === null, 'this Chromium has no WebGPU adapter');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page
    .getByRole('button', { name: /embedding models…/i })
    .first()
    .click();
  await page.getByTestId('model-folder').setInputFiles(join(folder, 'tiny'));
  const row = page.getByRole('listitem').filter({ hasText: 'probe' });
  const choice = row.getByRole('checkbox', { name: /^on the graphics card by WebGPU: [\d,]+ characters a second/ });
  await expect(choice).toBeVisible();
  await choice.setChecked(true);
  await row.getByRole('checkbox', { name: /every ledger of texts/ }).check();
  await page.keyboard.press('Escape');
  asked.length = 0;
  await openFiles(page, talk);
  await idle(page);
  const report = await page.evaluate(() => {
    const { ledger } = window.__tautline!.state();
    return ledger.phase === 'open' ? ledger.report : null;
  });
  expect(report).toMatchObject({ embedder: 'model', model: { name: 'tiny' }, embedded: { texts: 20, computed: 20 } });
  expect(report?.embedded).not.toHaveProperty('note');
  expect(asked.filter((url) => /ort-wasm/.test(url)).every((url) => url.includes('asyncify'))).toBe(true);
  await rm(folder, { recursive: true });
});
