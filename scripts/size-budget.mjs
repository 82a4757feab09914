import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The budget: kB (1000 bytes) after gzip. `firstLoad` is what the page needs before it can be used: index.html, the
 * entry, its static imports and their styles. `files` gives every other script, style and module a limit by the first
 * pattern that fits its name.
 * @typedef {{ firstLoad: number, files: Record<string, number> }} Budget
 * @typedef {{ name: string, firstLoad: boolean, raw: number, gzip: number, brotli: number }} BuiltFile
 */

/**
 * What the files that are loaded later belong to, by the first pattern that fits their name.
 * @type {readonly (readonly [part: string, pattern: RegExp])[]}
 */
const PARTS = [
  ['kernels', /^kernels.*\.wasm$/],
  ['duckdb', /duckdb/],
  ['parquet', /parquet/],
  ['charts', /^echarts/],
  ['all else, on demand', /./],
];

/**
 * What is over budget, as sentences; empty when all is well.
 * @param {readonly BuiltFile[]} files
 * @param {Budget} budget
 * @returns {string[]}
 */
function overBudget(files, budget) {
  const problems = [];
  const first = files.filter((f) => f.firstLoad).reduce((sum, f) => sum + f.gzip, 0);
  if (first > budget.firstLoad * 1000)
    problems.push(`the first load is ${kB(first)} kB gzip, the budget is ${budget.firstLoad} kB`);
  for (const file of files) {
    if (file.firstLoad) continue;
    const limit = Object.entries(budget.files).find(([pattern]) => matches(file.name, pattern));
    if (!limit) problems.push(`${file.name} (${kB(file.gzip)} kB gzip) has no budget: add a pattern for it`);
    else if (file.gzip > limit[1] * 1000)
      problems.push(`${file.name} is ${kB(file.gzip)} kB gzip, the budget of "${limit[0]}" is ${limit[1]} kB`);
  }
  return problems;
}

/**
 * Vite plugin: prints the size of every file that the page loads and fails the build when one is over budget. Runs
 * after `precompress`.
 * @param {string} budgetFile
 * @returns {import('vite').Plugin}
 */
export function sizeBudget(budgetFile) {
  return {
    name: 'tautline:size-budget',
    apply: 'build',
    writeBundle: {
      order: 'post',
      sequential: true,
      handler({ dir = 'dist' }, bundle) {
        const first = firstLoadFiles(bundle);
        const files = Object.keys(bundle)
          .filter((name) => /\.(html|js|css|wasm)$/.test(name))
          .map((name) => measure(dir, name, first.has(name)))
          .sort((a, b) => Number(b.firstLoad) - Number(a.firstLoad) || b.gzip - a.gzip);
        console.log(table(files));
        const budget = /** @type {Budget} */ (JSON.parse(readFileSync(budgetFile, 'utf8')));
        const problems = overBudget(files, budget);
        if (problems.length > 0) this.error(`Over the size budget (${budgetFile}):\n  ${problems.join('\n  ')}`);
      },
    },
  };
}

/**
 * @param {import('vite').Rolldown.OutputBundle} bundle
 * @returns {Set<string>}
 */
function firstLoadFiles(bundle) {
  const seen = new Set(Object.keys(bundle).filter((name) => name.endsWith('.html')));
  const visit = (/** @type {string} */ name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const chunk = bundle[name];
    if (chunk?.type !== 'chunk') return;
    chunk.imports.forEach(visit);
    chunk.viteMetadata?.importedCss.forEach((css) => seen.add(css));
  };
  for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) visit(chunk.fileName);
  return seen;
}

/**
 * @param {string} dir
 * @param {string} name
 * @param {boolean} firstLoad
 * @returns {BuiltFile}
 */
function measure(dir, name, firstLoad) {
  const path = join(dir, name);
  const size = (/** @type {string} */ file) => statSync(existsSync(file) ? file : path).size;
  return { name: basename(name), firstLoad, raw: size(path), gzip: size(`${path}.gz`), brotli: size(`${path}.br`) };
}

/** @param {readonly BuiltFile[]} files */
function table(files) {
  const row = (/** @type {string[]} */ [name, ...sizes]) => name.padEnd(44) + sizes.map((s) => s.padStart(10)).join('');
  const first = files.filter((f) => f.firstLoad);
  const later = files.filter((f) => !f.firstLoad);
  const sum = (/** @type {readonly BuiltFile[]} */ of, /** @type {'raw' | 'gzip' | 'brotli'} */ key) =>
    kB(of.reduce((total, f) => total + f[key], 0));
  const total = (/** @type {string} */ name, /** @type {readonly BuiltFile[]} */ of) =>
    row([name, sum(of, 'raw'), sum(of, 'gzip'), sum(of, 'brotli')]);
  const partOf = (/** @type {BuiltFile} */ file) => PARTS.find(([, pattern]) => pattern.test(file.name))?.[0];
  return [
    row(['kB', 'raw', 'gzip', 'brotli']),
    ...first.map((f) => row([f.name, kB(f.raw), kB(f.gzip), kB(f.brotli)])),
    ...later.map((f) => row([f.name, kB(f.raw), kB(f.gzip), kB(f.brotli)])),
    '',
    row(['kB in all', 'raw', 'gzip', 'brotli']),
    total('shell (the first load)', first),
    ...PARTS.map(([part]) =>
      total(
        part,
        later.filter((f) => partOf(f) === part),
      ),
    ),
  ].join('\n');
}

/** @param {number} bytes */
const kB = (bytes) => (bytes / 1000).toFixed(1);

/**
 * @param {string} name
 * @param {string} pattern `*` stands for anything
 */
function matches(name, pattern) {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(name);
}
