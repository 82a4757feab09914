// npm test: every check in turn, then the tests that failed, and one line "N passed, N failed, N skipped". A check that
// cannot run counts as one failure; the ones that do not need it go on. Of the end-to-end tests only the core runs, and
// the others count as skipped; npm run test:all (--all here) leaves none out. With --live tests of killed processes and
// brokers come last: what they need beyond Node is had meanwhile, or they are skipped, and counted.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { countPlaywright, countVitest, failureLines } from './test-reports.mjs';

/** @typedef {import('./test-reports.mjs').Count} Count */
/** @typedef {{ file: string, count: (json: any) => Count }} Report */
/**
 * @typedef {{ name: string, command: string[], env?: NodeJS.ProcessEnv, needs?: string[], minutes: number, report?:
 * Report }} Check
 */

const all = process.argv.includes('--all');
const isLive = process.argv.includes('--live');
/** @type {NodeJS.ProcessEnv} */
const tier = all ? {} : { TAUTLINE_TESTS: 'core' };

/** In turn; the lists within one together, each in its turn. @type {(Check | Check[][])[]} */
const checks = [
  { name: 'kernels', command: ['npm', 'run', '--silent', 'wasm'], minutes: 3 },
  // The parts of npm run lint, and TypeScript: about as long on either core.
  [
    [{ name: 'ESLint', command: ['npm', 'run', '--silent', 'lint:code'], minutes: 10 }],
    [
      { name: 'typecheck', command: ['npm', 'run', '--silent', 'typecheck'], minutes: 5 },
      { name: 'Prettier', command: ['npm', 'run', '--silent', 'lint:format'], minutes: 5 },
      { name: 'knip', command: ['npm', 'run', '--silent', 'lint:unused'], minutes: 5 },
    ],
  ],
  { name: 'weights of a real model', command: ['node', 'scripts/test-models.mjs'], minutes: 12 },
  {
    name: 'unit, property and golden tests',
    command: [
      'npx',
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      '--outputFile.json=test-results/unit.json',
    ],
    env: tier,
    needs: ['kernels'],
    minutes: 30,
    report: { file: 'test-results/unit.json', count: countVitest },
  },
  { name: 'build', command: ['npx', 'vite', 'build'], needs: ['kernels'], minutes: 5 },
  { name: 'command line', command: ['node', 'scripts/tautline.mjs', '--help'], needs: ['kernels'], minutes: 2 },
  {
    name: all ? 'end-to-end tests' : 'end-to-end tests, the core',
    command: ['npm', 'run', '--silent', 'test:e2e'],
    env: tier,
    needs: ['build'],
    minutes: 30,
    report: { file: 'test-results/e2e.json', count: countPlaywright },
  },
];
/** @type {NodeJS.ProcessEnv} */
const found = {};
if (isLive)
  checks.push({
    name: 'live ledger: killed processes, a real broker',
    command: [
      ...['npm', 'run', '--silent', 'test:live', '--'],
      ...['--reporter=default', '--reporter=json', '--outputFile.json=test-results/live.json'],
    ],
    env: found,
    needs: ['kernels', 'build'],
    minutes: 40,
    report: { file: 'test-results/live.json', count: countVitest },
  });

/** What the live tests need: where it cannot be had they are skipped, and where it can be it is required. */
const NEEDS = [
  { name: 'client', command: ['npm', 'run', '--silent', 'kafka:client'], minutes: 30 },
  { name: 'broker', command: ['npm', 'run', '--silent', 'kafka:broker', '--', 'fetch'], minutes: 10 },
];

/** @type {Set<string>} */
const broken = new Set();
let passed = 0;
let failed = 0;
let skipped = 0;
/** @type {string[]} */
const summary = [];
/** @type {string[]} */
const failures = [];
/** @param {Check} check */
async function perform(check) {
  console.log(`\n== ${check.name}`);
  const started = performance.now();
  const missing = check.needs?.find((name) => broken.has(name));
  const count = missing ? { passed: 0, failed: 1, note: `not run: ${missing} failed` } : await run(check);
  if (count.failed > 0) broken.add(check.name);
  passed += count.passed;
  failed += count.failed;
  skipped += count.skipped ?? 0;
  failures.push(...(count.failures ?? []));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const left = count.skipped ? `, ${count.skipped} skipped` : '';
  const note = count.note ? ` ${count.note}` : '';
  const verdict = count.failed > 0 ? 'FAIL' : 'ok  ';
  const counts = `${count.passed} passed, ${count.failed} failed${left}`;
  summary.push(`${verdict} ${check.name}: ${counts} (${seconds} s)${note}`);
}

const preparing = isLive ? prepare() : null;
for (const step of checks) {
  if (step === checks.at(-1)) await preparing;
  await Promise.all(
    (Array.isArray(step) ? step : [[step]]).map(async (turn) => {
      for (const check of turn) await perform(check);
    }),
  );
}
console.log(
  `\n${[...failureLines(failures), ...summary].join('\n')}\n${passed} passed, ${failed} failed, ${skipped} skipped`,
);
process.exitCode = failed > 0 ? 1 : 0;

/** Beside the checks and behind them: the client may have to be built. */
async function prepare() {
  mkdirSync('test-results', { recursive: true });
  const had = await Promise.all(
    NEEDS.map(async ({ name, command, minutes }) => {
      const log = `test-results/kafka-${name}.log`;
      const problem = await execute(command, {}, minutes, log);
      if (problem === null) return [name];
      const said = (await readFile(log, 'utf8')).trim().split('\n').at(-1);
      summary.push(`none Kafka ${name}: ${said || problem} (${log})`);
      return [];
    }),
  );
  const names = had.flat();
  // A broker is of use to the client alone.
  found.TAUTLINE_REQUIRE = process.env.TAUTLINE_REQUIRE ?? (names.includes('client') ? names.join() : '');
}

/**
 * @param {Check} check
 * @returns {Promise<Count>}
 */
async function run({ command, env, minutes, report }) {
  if (report) await rm(report.file, { force: true });
  const problem = await execute(command, env, minutes);
  if (!report) return problem ? { passed: 0, failed: 1, note: problem } : { passed: 1, failed: 0 };
  /** @type {Count} */
  let count;
  try {
    count = report.count(JSON.parse(await readFile(report.file, 'utf8')));
  } catch (thrown) {
    return {
      passed: 0,
      failed: 1,
      note: `${problem ?? 'exit 0'}, but no report: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
  if (count.failed > 0) return count;
  if (problem) return { ...count, failed: 1, note: problem };
  return count.passed > 0 ? count : { passed: 0, failed: 1, note: 'no test was executed' };
}

/**
 * Runs a command, showing its output; where a file is named it goes there, and the command lets others go first. Null
 * when it succeeded.
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv | undefined} env
 * @param {number} minutes
 * @param {string} [log]
 * @returns {Promise<string | null>}
 */
function execute([program, ...args], env, minutes, log) {
  return new Promise((done) => {
    const output = log === undefined ? 'inherit' : openSync(log, 'w');
    // A process group of its own, so that a hanging check takes its servers and browsers with it.
    const child = spawn(program, args, {
      stdio: ['ignore', output, output],
      detached: true,
      env: { ...process.env, ...env },
    });
    if (typeof output === 'number') {
      closeSync(output);
      if (child.pid) setPriority(child.pid, 10);
    }
    const stop = () => child.pid && process.kill(-child.pid, 'SIGKILL');
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop();
    }, minutes * 60_000);
    process.once('SIGINT', stop);
    child.on('error', (error) => {
      clearTimeout(timer);
      done(`cannot start: ${error.message}`);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      done(late ? `stopped after ${minutes} minutes` : code === 0 ? null : `exit ${code ?? signal}`);
    });
  });
}
