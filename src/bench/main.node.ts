import { access, mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, type } from 'node:os';
import { join, resolve } from 'node:path';
import { TautlineFailure } from '../core/errors.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { runAppBench } from './app/index.ts';
import { CASES } from './cases/index.ts';
import { WrongResult } from './compare.ts';
import { chromiumEngine, nodeEngine, type Engine } from './engine.node.ts';
import { measure, measureGrowth, measurePool } from './measure.node.ts';
import type { AppRow, GrowthPoint, Machine, Report } from './model.ts';
import { compileNative, startNative, type Compiled } from './native.node.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { costPlot } from './plot.ts';
import { performanceBlock } from './performanceDoc.ts';
import { machineLine, plainTable, tables } from './report.ts';
import { Session } from './session.ts';

/** npm run bench: exit status 1 where a result is wrong, 2 where it cannot run; how fast it is has no say in it. */
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const options = parseOptions(args);
  const out = resolve(options.out);
  await mkdir(out, { recursive: true });
  const started = performance.now();
  const notes: string[] = [];
  const timed = options.sizes.length > 0 && options.cases.length > 0;
  const compiled: Compiled = timed ? await compileNative(out) : { compiler: null, builds: [], notes: [] };
  notes.push(...compiled.notes);
  let chromium: string | null = null;
  const nothing: Measured = { measurements: [], growth: [], pool: [] };
  const { measurements, growth, pool } = timed
    ? await measureCases(options, out, compiled, notes, (version) => (chromium = version))
    : nothing;
  const app = options.app ? await measureApp(options, notes) : [];
  const [first] = cpus();
  const machine: Machine = {
    cpu: first?.model ?? 'unknown processor',
    cores: cpus().length,
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    chromium,
    compiler: compiled.compiler,
  };
  const report: Report = {
    date: new Date().toISOString(),
    machine,
    notes,
    base: options.base,
    measurements,
    growth,
    pool,
    app,
  };
  const cases = CASES.filter(({ id }) => measurements.some((m) => m.case === id));
  await writeFile(join(out, 'bench.json'), `${JSON.stringify(report, null, 1)}\n`);
  if (measurements.some((m) => m.case === 'signals')) await writeFile(join(out, 'bench.svg'), `${costPlot(report)}\n`);
  console.log(
    options.markdown
      ? performanceBlock(report, cases)
      : [machineLine(report), ...notes, ...tables(report, cases).map((table) => `\n${plainTable(table)}`)].join('\n'),
  );
  say(`\n${join(out, 'bench.json')}, bench.svg; ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

type Measured = Pick<Report, 'measurements' | 'growth' | 'pool'>;

async function measureCases(
  options: Options,
  folder: string,
  compiled: Compiled,
  notes: string[],
  onVersion: (chromium: string) => void,
): Promise<Measured> {
  const kernels = await loadKernels();
  const natives = compiled.builds.map(startNative);
  let page: Engine | null = null;
  try {
    if (options.engines.includes('Chromium')) {
      try {
        page = await chromiumEngine(folder);
        onVersion(page.version);
      } catch (thrown) {
        notes.push(`Chromium is left out: ${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)}`);
      }
    }
    const { sizes, base, runs, patience } = options;
    const plan = { sizes, base, runs, patience, folder, cases: CASES.filter(({ id }) => options.cases.includes(id)) };
    const session = new Session(kernels);
    const engines = [...(options.engines.includes('Node') ? [nodeEngine(session)] : []), ...(page ? [page] : [])];
    const measurements = await measure(plan, session, engines, natives, say);
    const ns = sizes.filter(({ k }) => k === base.k).map(({ n }) => n);
    const growth: GrowthPoint[] = [];
    if (ns.length > 1 && options.cases.includes('signals'))
      for (const engine of engines) growth.push(...(await measureGrowth(ns, base.k, engine, say)));
    const byCost = sizes.toSorted((a, b) => b.n * b.k - a.n * a.k);
    const largest = [
      byCost.find(({ k }) => k === base.k),
      byCost.find(({ n, k }) => n === base.n && k !== base.k),
    ].filter((size) => size !== undefined);
    const pool = page && options.cases.includes('signals') ? await measurePool(largest, page, say) : [];
    return { measurements, growth, pool };
  } finally {
    await Promise.allSettled([page?.close(), ...natives.map((native) => native.close())]);
  }
}

async function measureApp({ appEvents }: Options, notes: string[]): Promise<readonly AppRow[]> {
  try {
    await access('dist/index.html');
  } catch {
    notes.push('The app is left out: build it first with "npm run build".');
    return [];
  }
  return (await runAppBench({ events: appEvents, onNote: say })).rows;
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  if (thrown instanceof WrongResult || thrown instanceof TautlineFailure) say(thrown.message);
  else say(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  process.exitCode = thrown instanceof WrongResult ? 1 : 2;
}
