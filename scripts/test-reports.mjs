// What the JSON reports of Vitest and Playwright say: how many tests there were, and which of them failed.

/** @typedef {{ passed: number, failed: number, skipped?: number, note?: string, failures?: string[] }} Count */
/** @typedef {{ status: string, fullName: string, failureMessages?: string[] }} VitestTest */
/** @typedef {{ name: string, status: string, message?: string, assertionResults: VitestTest[] }} VitestFile */
/** @typedef {{ title: string, ok: boolean, tests: { results: { error?: { message?: string } }[] }[] }} Spec */
/** @typedef {{ title: string, file: string, specs: Spec[], suites?: Suite[] }} Suite */

const LINE = 200;

/**
 * A file that cannot be loaded has no failed test in it and counts as one.
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults:
 * VitestFile[] }} report
 * @returns {Count}
 */
export function countVitest(report) {
  /** @type {string[]} */
  const failures = [];
  for (const { name, status, message, assertionResults } of report.testResults) {
    const file = fileOf(name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of failed) failures.push(lineOf(file, fullName, failureMessages?.[0]));
    if (status === 'failed' && failed.length === 0) failures.push(lineOf(file, 'the file cannot be run', message));
  }
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

/**
 * One that passes at its second try failed.
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, suites: Suite[], errors:
 * { message?: string }[] }} report
 * @returns {Count}
 */
export function countPlaywright({ stats, suites, errors }) {
  const failures = errors.map(({ message }) => lineOf('e2e', 'no test was started', message));
  for (const suite of suites) collect(suite, '', failures);
  const failed = stats.unexpected + stats.flaky + errors.length;
  return { passed: stats.expected, failed, skipped: stats.skipped, failures };
}

/** @param {Suite} suite @param {string} above @param {string[]} failures */
function collect({ title, file, specs, suites = [] }, above, failures) {
  const place = title === file ? above : `${above}${title} `;
  for (const spec of specs) {
    const errors = spec.tests.flatMap(({ results }) => results.flatMap(({ error }) => (error ? [error.message] : [])));
    if (!spec.ok || errors.length > 0) failures.push(lineOf(`e2e/${file}`, place + spec.title, errors[0]));
  }
  for (const below of suites) collect(below, place, failures);
}

/**
 * Of the failed tests so many lines: a log of which only the end is kept tells them then.
 * @param {readonly string[]} failures
 * @param {number} [most]
 */
export const failureLines = (failures, most = 10) =>
  failures.length <= most
    ? [...failures]
    : [...failures.slice(0, most - 1), `and ${failures.length - most + 1} others that failed`];

/** @param {string} path */
const fileOf = (path) => path.slice(path.lastIndexOf('/src/') + 1);

/** @param {string} file @param {string} title @param {string} [message] */
function lineOf(file, title, message = '') {
  // Colours of a terminal.
  // eslint-disable-next-line no-control-regex
  const plain = message.replace(/\x1b\[[\d;]*m/g, '').trim();
  const line = `failed: ${file}: ${title}: ${plain.split('\n')[0]}`;
  return line.length > LINE ? `${line.slice(0, LINE - 1)}…` : line;
}
