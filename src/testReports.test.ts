import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { countPlaywright, countVitest, failureLines } from '../scripts/test-reports.mjs';

/** Two tools are started. */
const LONG = { timeout: 180_000 };
const ROOT = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(join(ROOT, 'build'), { recursive: true });
/** Within the project, so that the tools find themselves. */
const folder = mkdtempSync(join(ROOT, 'build/reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The report that a tool writes of these tests. */
function reportOf(command: readonly string[], files: Readonly<Record<string, string>>, report: string): never {
  mkdirSync(join(folder, 'src'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const env = { ...process.env, FORCE_COLOR: '1', NO_COLOR: undefined, VITEST: undefined };
  const ended = spawnSync('npx', command, { cwd: folder, env, encoding: 'utf8' });
  expect(ended.status, ended.stderr).toBe(1);
  return JSON.parse(readFileSync(join(folder, report), 'utf8')) as never;
}

const FAILING = `
import { describe, expect, it } from 'vitest';
describe('a ship', () => {
  it('floats', () => undefined);
  it('sails', () => expect(3).toBe(4));
  it.skip('flies', () => undefined);
});`;
const SPEC = `
import { expect, test } from '@playwright/test';
test.describe('a ship', () => {
  test('floats', () => undefined);
  test('sails', () => expect(3).toBe(4));
  test.skip('flies', () => undefined);
});`;

it('counts what Vitest reports, and names what failed, a file that cannot be loaded too', LONG, () => {
  const count = countVitest(
    reportOf(
      ['vitest', 'run', '--root=.', '--config=none.config.js', '--reporter=json', '--outputFile=unit.json'],
      { 'none.config.js': 'export default {};', 'src/a.test.ts': FAILING, 'src/b.test.ts': "throw new Error('torn');" },
      'unit.json',
    ),
  );
  expect(count).toMatchObject({ passed: 1, failed: 2, skipped: 1 });
  expect([...count.failures!].sort()).toEqual([
    'failed: src/a.test.ts: a ship sails: AssertionError: expected 3 to be 4 // Object.is equality',
    expect.stringMatching(/^failed: src\/b\.test\.ts: the file cannot be run: .*torn/),
  ]);
});

it('counts what Playwright reports, and names what failed', LONG, () => {
  const config = "export default { testMatch: 'a.spec.ts', reporter: [['json', { outputFile: 'e2e.json' }]] };";
  const count = countPlaywright(
    reportOf(['playwright', 'test'], { 'playwright.config.ts': config, 'a.spec.ts': SPEC }, 'e2e.json'),
  );
  expect(count).toMatchObject({ passed: 1, failed: 1, skipped: 1 });
  expect(count.failures).toEqual([expect.stringMatching(/^failed: e2e\/a\.spec\.ts: a ship sails: Error: expect/)]);
});

it('shows ten lines at most, and says how many others there are', () => {
  const failures = Array.from({ length: 12 }, (_, n) => `failed: ${n}`);
  expect(failureLines(failures.slice(0, 10))).toHaveLength(10);
  expect(failureLines(failures)).toEqual([...failures.slice(0, 9), 'and 3 others that failed']);
});
