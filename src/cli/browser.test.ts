import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openBrowser, opener } from './browser.ts';

it('is opened where somebody sees it', () => {
  expect(opener('linux', {})).toBeNull();
  expect(opener('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open']);
  expect(opener('darwin', {})).toEqual(['open']);
  expect(opener('win32', {})?.[0]).toBe('rundll32');
});

it.skipIf(process.platform !== 'linux')('is given the address as it is, and may be missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tautline-browser-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  vi.stubEnv('DISPLAY', ':0');
  vi.stubEnv('PATH', folder);
  openBrowser('http://localhost/#nobody');
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" > '${folder}/got'\n`);
  chmodSync(join(folder, 'xdg-open'), 0o755);
  openBrowser('http://localhost:4173/#live=a&token=$(b)');
  await expect
    .poll(() => readFileSync(join(folder, 'got'), 'utf8'), { timeout: 20_000 })
    .toBe('http://localhost:4173/#live=a&token=$(b)');
});
