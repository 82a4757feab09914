import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, type } from 'node:os';
import { join, resolve } from 'node:path';
import { TautlineFailure } from '../core/errors.ts';
import { median } from '../core/statistics.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { largeRows, rowsOf, runAppBench, runLargeBench } from './app/index.ts';
import { benignLedger } from './app/ledger.ts';
import { CASES } from './cases/index.ts';
import { WrongResult } from './compare.ts';
import { chromiumEngine, chromiumVersion, nodeEngine, type Engine } from './engine.node.ts';
import { measureFloor } from './floor/index.node.ts';
import { measure, measureGrowth, measurePool } from './measure.node.ts';
import { SECTIONS, type GrowthPoint, type Report, type Section } from './model.ts';
import { compileNative, startNative, type Compiled } from './native.node.ts';
import { hasPeers, measurePeers } from './peers/index.node.ts';
import { parseOptions, USAGE, type Options } from './options.ts';
import { costPlot } from './plot.ts';
import { performanceBlock, withBlock } from './performanceDoc.ts';
import { machineLine, plainTable, tables } from './report.ts';
import { completed, readReport } from './reports.ts';
import { Session } from './session.ts';

/** npm run bench: exit status 1 where a result is wrong, 2 where it cannot run; how fast it is has no say in it. */
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const PAGE = 'docs/performance.md';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const options = parseOptions(args);
  const out = resolve(options.out);
  await mkdir(out, { recursive: true });
  const started = performance.now();
  const file = join(out, options.file);
  const before = await readReport(file);
  let report = await emptyReport(options, out);
  for (const section of SECTIONS) {
    const made = await RUNS[section](options, out);
    if (made === null) continue;
    const { notes = [], ...figures } = made;
    const date = new Date().toISOString();
    report = {
      ...report,
      ...figures,
      notes: [...report.notes, ...notes],
      dates: { ...report.dates, [section]: date },
    };
    // After each part: a long run that is ended has its figures.
    await writeFile(file, `${JSON.stringify(completed(report, before), null, 1)}\n`);
  }
  const cases = CASES.filter(({ id }) => report.measurements.some((m) => m.case === id));
  if (report.measurements.some((m) => m.case === 'signals'))
    await writeFile(join(out, 'bench.svg'), `${costPlot(report)}\n`);
  if (options.write) await writeFile(PAGE, withBlock(await readFile(PAGE, 'utf8'), blockOf(completed(report, before))));
  console.log(
    options.markdown
      ? performanceBlock(report, cases)
      : [machineLine(report), ...report.notes, ...tables(report, cases).map((t) => `\n${plainTable(t)}`)].join('\n'),
  );
  say(`\n${file}, bench.svg; ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

const blockOf = (report: Report): string =>
  performanceBlock(
    report,
    CASES.filter(({ id }) => report.measurements.some((m) => m.case === id)),
  );

async function emptyReport(options: Options, folder: string): Promise<Report> {
  const [first] = cpus();
  const { compiler } = await compiled(folder);
  return {
    dates: {},
    quick: options.quick,
    machine: {
      cpu: first?.model ?? 'unknown processor',
      cores: cpus().length,
      system: `${type()} ${release().split('-')[0]}`,
      node: process.version,
      chromium: await chromiumVersion(),
      compiler,
    },
    notes: [],
    base: options.base,
    measurements: [],
    growth: [],
    pool: [],
    app: [],
    appEvents: options.appEvents,
    firstPicture: null,
    large: [],
    floor: null,
    peers: [],
  };
}

let compiling: Promise<Compiled> | null = null;
const compiled = (folder: string): Promise<Compiled> => (compiling ??= compileNative(folder));

/** What a part makes, with what is to be said of it; null where it was not asked for or cannot run. */
type Made = (Partial<Omit<Report, 'notes'>> & { readonly notes?: readonly string[] }) | null;

const RUNS: Readonly<Record<Section, (options: Options, folder: string) => Promise<Made>>> = {
  kernels: measureCases,
  async app({ app, appEvents, openings }) {
    if (!app || !(await isBuilt())) return null;
    const measured = await runAppBench({ ledger: { events: appEvents }, rounds: openings, onNote: say });
    return {
      app: rowsOf(measured),
      firstPicture: median(measured.isolated.map(({ firstPicture }) => firstPicture)),
    };
  },
  async large({ large, largeSize }) {
    if (!large || !(await isBuilt())) return null;
    return { large: largeRows(await runLargeBench(largeSize, { onNote: say })) };
  },
  async floor({ floor, appEvents, runs }, folder) {
    if (!floor) return null;
    const { builds, notes } = await compiled(folder);
    const natives = builds.map(startNative);
    try {
      const ledger = await benignLedger({ events: appEvents }, say);
      const found = await measureFloor(ledger, natives, await loadKernels(), { runs, scratch: folder }, say);
      const missing = found.duckdb === null ? ['DuckDB is left out: install it with "npm run bench:install".'] : [];
      return { floor: found, notes: [...notes, ...missing] };
    } finally {
      await Promise.allSettled(natives.map((native) => native.close()));
    }
  },
  async peers({ peers, appEvents, openings }, folder) {
    if (!peers || !(await isBuilt())) return null;
    if (!(await hasPeers()))
      throw new TautlineFailure({
        kind: 'parameter',
        name: 'peers',
        problem: 'the programs to compare with are not installed',
        advice: 'Run "npm run bench:install".',
      });
    const kernels = await loadKernels();
    return { peers: await measurePeers(kernels, { events: appEvents, rounds: openings, scratch: folder }, say) };
  },
};

async function measureCases(options: Options, folder: string): Promise<Made> {
  if (options.sizes.length === 0 || options.cases.length === 0) return null;
  const { builds, notes } = await compiled(folder);
  const kernels = await loadKernels();
  const natives = builds.map(startNative);
  const left: string[] = [...notes];
  let page: Engine | null = null;
  try {
    if (options.engines.includes('Chromium')) {
      try {
        page = await chromiumEngine(folder);
      } catch (thrown) {
        left.push(`Chromium is left out: ${thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown)}`);
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
      for (const engine of engines) {
        // A page has less memory than that takes beside the other sizes.
        const more = engine.name === 'Node' && options.growthEvents > Math.max(...ns) ? [options.growthEvents] : [];
        growth.push(...(await measureGrowth([...ns, ...more], base.k, engine, say)));
      }
    const byCost = sizes.toSorted((a, b) => b.n * b.k - a.n * a.k);
    const largest = [
      byCost.find(({ k }) => k === base.k),
      byCost.find(({ n, k }) => n === base.n && k !== base.k),
    ].filter((size) => size !== undefined);
    const pool = page && options.cases.includes('signals') ? await measurePool(largest, page, say) : [];
    return { measurements, growth, pool, notes: left };
  } finally {
    await Promise.allSettled([page?.close(), ...natives.map((native) => native.close())]);
  }
}

async function isBuilt(): Promise<boolean> {
  try {
    await access('dist/index.html');
    return true;
  } catch {
    say('The app is left out: build it first with "npm run build".');
    return false;
  }
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  if (thrown instanceof WrongResult || thrown instanceof TautlineFailure) say(thrown.message);
  else say(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  process.exitCode = thrown instanceof WrongResult ? 1 : 2;
}
