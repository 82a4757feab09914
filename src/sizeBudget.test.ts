import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { precompress } from '../scripts/precompress.mjs';
import { sizeBudget } from '../scripts/size-budget.mjs';

/** What compresses badly: 60 kB of it are some 30 kB after gzip. */
const noise = (length: number): string =>
  Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 4).toString(36)).join('');

let root = '';
let printed = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tautline-budget-'));
  printed = '';
  vi.spyOn(console, 'log').mockImplementation((text: string) => void (printed += `${text}\n`));
  await writeFile(
    join(root, 'index.html'),
    '<!doctype html><title>x</title><script type="module" src="./main.js"></script>',
  );
  await writeFile(
    join(root, 'main.js'),
    `document.title = ${JSON.stringify(noise(2000))}; import('./echarts-later.js');`,
  );
  await writeFile(join(root, 'echarts-later.js'), `document.title = ${JSON.stringify(noise(9000))};`);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

/** Builds the small page with the project's own plugins. */
async function buildWith(budget: { firstLoad: number; files: Record<string, number> }): Promise<unknown> {
  const file = join(root, 'budget.json');
  await writeFile(file, JSON.stringify(budget));
  return build({ root, configFile: false, logLevel: 'silent', plugins: [precompress(), sizeBudget(file)] });
}

test('a build within its budget passes and says what each part weighs', async () => {
  await buildWith({ firstLoad: 40, files: { 'echarts-*.js': 80 } });
  const row = (name: string) =>
    new RegExp(`^${name} +([\\d.]+) +([\\d.]+) +([\\d.]+)$`, 'm').exec(printed)!.slice(1).map(Number);
  const [shell, charts] = [row('shell \\(the first load\\)'), row('charts')];
  for (const [raw, gzip, brotli] of [shell, charts]) {
    expect(raw).toBeGreaterThan(gzip);
    expect(gzip).toBeGreaterThan(1);
    expect(brotli).toBeGreaterThan(1);
  }
  expect(charts[1]).toBeGreaterThan(2 * shell[1]);
  expect(row('duckdb')).toEqual([0, 0, 0]);
});

test('a build over its budget fails, and says by what', async () => {
  await expect(buildWith({ firstLoad: 1, files: { 'echarts-*.js': 80 } })).rejects.toThrow(
    /Over the size budget[^]*the first load is [\d.]+ kB gzip, the budget is 1 kB/,
  );
  await expect(buildWith({ firstLoad: 40, files: { 'echarts-*.js': 2 } })).rejects.toThrow(
    /echarts-later-.*\.js is [\d.]+ kB gzip, the budget of "echarts-\*\.js" is 2 kB/,
  );
  await expect(buildWith({ firstLoad: 40, files: {} })).rejects.toThrow(/has no budget: add a pattern/);
});
