import { existsSync } from 'node:fs';

const SYSTEM_PATHS = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

/**
 * A Firefox for the tests: TAUTLINE_FIREFOX (a path), or one that the system has; null where there is none.
 * @returns {string | null}
 */
export function findFirefox() {
  const wanted = process.env.TAUTLINE_FIREFOX;
  return wanted ?? SYSTEM_PATHS.find((path) => existsSync(path)) ?? null;
}
