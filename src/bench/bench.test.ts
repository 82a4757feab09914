import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samplePartitions } from '../harness/samples.ts';
import { testKernels } from '../kernels/testing.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { CASES } from './cases/index.ts';
import { requireEqual, WrongResult } from './compare.ts';
import { nodeEngine } from './engine.node.ts';
import { measureFloor } from './floor/index.node.ts';
import { interleave } from './interleave.ts';
import { casesAt, measure } from './measure.node.ts';
import type { Measurement, Report } from './model.ts';
import { compileNative, startNative } from './native.node.ts';
import { parseOptions } from './options.ts';
import { costPlot } from './plot.ts';
import { performanceBlock, withBlock } from './performanceDoc.ts';
import { decodeRecords, encodeRecords } from './records.ts';
import { markdownTable, plainTable, tables, targetRows } from './report.ts';
import { completed } from './reports.ts';
import { Session } from './session.ts';

describe('records', () => {
  it('come back as they went', () => {
    const columns = {
      d: Float64Array.of(1.5, Number.NaN, -0),
      f: Float32Array.of(0.25),
      i: Int32Array.of(-7, 9, 1),
      u: Uint8Array.of(1, 2, 3, 4, 5),
      none: new Float64Array(0),
    };
    const parts = encodeRecords(columns);
    expect(parts.reduce((sum, part) => sum + part.length, 0) % 8).toBe(0);
    expect(decodeRecords(Buffer.concat(parts))).toEqual(columns);
    expect(() => encodeRecords({ aNameOfFarTooManyLetters: Uint8Array.of(1) })).toThrow('too long');
  });
});

describe('comparison', () => {
  it('names what differs', () => {
    const wanted = { kl: [1, Number.NaN, 3] };
    expect(
      requireEqual('tracker', 'reference', { kl: [1, Number.NaN, 3 + 1e-9] }, wanted, { other: 1e-8 }),
    ).toBeGreaterThan(0);
    expect(() => requireEqual('tracker', 'reference', { kl: [1, Number.NaN, 3.1] }, wanted, { other: 1e-8 })).toThrow(
      /tracker: reference gives kl\[2\] = 3.1, wasm 3/,
    );
    expect(() => requireEqual('tracker', 'C', { kl: [1, 2, 3] }, wanted, { other: 1e-8 })).toThrow(WrongResult);
    expect(() => requireEqual('tracker', 'C', {}, wanted, { other: 1 })).toThrow(/nothing for kl/);
    expect(() => requireEqual('tracker', 'C', { kl: [1, Number.NaN] }, wanted, { other: 1 })).toThrow(
      /2 values for kl, 3 wanted/,
    );
    expect(requireEqual('tracker', 'reference', { kl: [1, Number.NaN] }, wanted, { other: 0 }, true)).toBe(0);
  });
});

describe('interleaving', () => {
  it('runs in turn, repeats short runs and lets slow ones rest', async () => {
    const log: string[] = [];
    const subject = (name: string, ms: number, least: number) => ({
      name,
      least,
      run: (times: number) => (log.push(name), ms * times),
    });
    const timings = await interleave([subject('quick', 1, 3), subject('slow', 1000, 0), subject('steady', 100, 2)], {
      runs: 4,
      shortest: 10,
      budget: 250,
    });
    expect(timings.map(({ name, ms, rounds, times }) => [name, ms, rounds, times])).toEqual([
      ['quick', 1, 4, 10],
      ['slow', 1000, 1, 1],
      ['steady', 100, 2, 1],
    ]);
    expect(log.slice(log.indexOf('steady') + 1)).toEqual(['quick', 'steady', 'quick', 'steady', 'quick', 'quick']);
  });
});

describe('options', () => {
  it('reads sizes and parts', () => {
    const full = parseOptions([]);
    expect(full.sizes).toEqual([
      ...[10_000, 50_000, 250_000, 1_000_000].map((n) => ({ n, k: 8 })),
      ...[16, 32, 64].map((k) => ({ n: 50_000, k })),
    ]);
    expect([full.engines, full.app, full.cases.length]).toEqual([['Node', 'Chromium'], true, CASES.length]);
    expect(parseOptions(['--only', 'pipeline,node']).cases).toEqual(['signals', 'decisions']);
    expect(parseOptions(['--only', 'pipeline,node']).engines).toEqual(['Node']);
    expect(parseOptions(['--only', 'app'])).toMatchObject({ sizes: [], cases: [], app: true });
    expect(parseOptions(['--only', 'floor,large'])).toMatchObject({ cases: [], app: false, large: true, floor: true });
    expect(parseOptions(['--sizes', '20000x16', '--cases', 'tracker'])).toMatchObject({
      sizes: [{ n: 20_000, k: 16 }],
      base: { n: 20_000, k: 16 },
      app: false,
    });
  });

  it('says what is wrong', () => {
    expect(() => parseOptions(['--only', 'nothing'])).toThrow(/only.*nothing.*kernels/);
    expect(() => parseOptions(['--sizes', '100x8'])).toThrow(/sizes/);
    expect(() => parseOptions(['--runs', '0'])).toThrow(/runs/);
    expect(() => parseOptions(['--fast'])).toThrow(/options/);
    for (const part of [
      ['--quick'],
      ['--cases', 'tracker'],
      ['--only', 'pipeline'],
      ['--only', 'kernels,pipeline,node'],
    ])
      expect(() => parseOptions([...part, '--write'])).toThrow(/not for docs/);
    for (const part of [[], ['--only', 'app'], ['--only', 'kernels,pipeline'], ['--peers']])
      expect(parseOptions([...part, '--write'])).toMatchObject({ write: true, file: 'bench.json' });
  });
});

const measurement = (change: Partial<Measurement>): Measurement => ({
  engine: 'Node',
  case: 'signals',
  n: 50_000,
  k: 8,
  side: 'wasm',
  ms: 50,
  fastest: 45,
  rounds: 7,
  times: 1,
  units: 50_000,
  bytes: 1e6,
  difference: null,
  ...change,
});

const report: Report = {
  dates: { kernels: '2026-01-01T00:00:00.000Z' },
  quick: false,
  appEvents: 1_000_000,
  firstPicture: 1500,
  large: [],
  floor: {
    events: 1_000_000,
    dimension: 64,
    k: 8,
    duckdb: '1.5',
    sides: [
      { side: 'DuckDB', ms: 400, fastest: 390, rounds: 7 },
      { side: 'C -msse2', ms: 600, fastest: 590, rounds: 7 },
      { side: 'wasm', ms: 700, fastest: 690, rounds: 7 },
    ],
  },
  peers: [
    {
      name: 'Another',
      does: 'a table',
      firstPicture: 1600.4,
      least: 1500,
      most: 1700,
      longestTask: 0,
      memory: null,
      rounds: 5,
    },
  ],
  notes: [],
  base: { n: 50_000, k: 8 },
  app: [],
  pool: [0, 1, 2].map((workers) => ({
    engine: 'Chromium',
    n: 1_000_000,
    k: 8,
    workers,
    ms: 900 / (workers + 1),
    rounds: 5,
  })),
  machine: { cpu: 'a processor', cores: 2, system: 'Linux 6', node: 'v20.0.0', chromium: null, compiler: 'gcc 12' },
  growth: [
    { engine: 'Node', n: 10_000, k: 8, ns: 1000, rounds: 3 },
    { engine: 'Node', n: 1_000_000, k: 8, ns: 1200, rounds: 3 },
  ],
  measurements: [
    measurement({}),
    measurement({ side: 'C -msse2', ms: 25, fastest: 30, difference: 0 }),
    measurement({ side: 'reference', ms: 20, fastest: 20, units: 2000, difference: 1e-9 }),
    measurement({ n: 10_000, units: 10_000, ms: 10 }),
    measurement({ k: 64, ms: 800 }),
  ],
};

describe('report', () => {
  it('holds ratios against targets', () => {
    const rows = targetRows(report);
    expect(rows.map(({ measured, met }) => [measured, met])).toEqual([
      ['2.00× (fastest runs 1.50×)', false],
      ['10×', true],
      ['–', null],
      ['–', null],
      ['within 20 %', false],
    ]);
  });

  it('prints every size, and what the reference implementation left out', () => {
    const text = tables(
      report,
      CASES.filter(({ id }) => id === 'signals'),
    )
      .map(plainTable)
      .join('\n');
    expect(text).toMatch(/signals stage +50,000 +8 +1,000 ns +1,000,000 +20 +10× \(2,000\) +2\.00×/);
    expect(text).toMatch(/signals stage +10,000/);
    expect(text).toMatch(/not met/);
    expect(text).toMatch(/1,000,000 +8 +none +900 ms +1\.00×/);
    expect(text).toMatch(/1,000,000 +8 +2 +300 ms +3\.00×/);
    expect(
      markdownTable({
        title: '',
        rows: [
          ['', 'b'],
          ['x', '1'],
        ],
      }),
    ).toBe('|  | b |\n| --- | ---: |\n| x | 1 |');
    const block = performanceBlock(report, CASES);
    expect(block).toContain('| signals stage | 50,000 | 8 | 1,000 | 500 |');
    expect(block).toContain('kernels on 2026-01-01.');
    expect(block).toContain('| first full picture against DuckDB and C -msse2 together | 1.5× |');
    expect(block).toContain('| Another | a table | 1,600 | 1,500 to 1,700 | 0 | not measured here |');
    expect(withBlock('a\n<!-- bench -->\nold\n<!-- /bench -->\nb', block)).toBe(
      `a\n<!-- bench -->\n${block}\n<!-- /bench -->\nb`,
    );
    expect(() => withBlock('a', block)).toThrow('no <!-- bench -->');
  });

  it('keeps what a later run on the same machine left out', () => {
    const later: Report = {
      ...report,
      dates: { app: '2026-01-02T00:00:00.000Z' },
      measurements: [],
      growth: [],
      pool: [],
      floor: null,
      firstPicture: 1200,
    };
    const whole = completed(later, report);
    expect(whole).toMatchObject({
      firstPicture: 1200,
      floor: null,
      dates: { kernels: report.dates.kernels, app: later.dates.app },
    });
    expect(whole.measurements).toEqual(report.measurements);
    expect(completed({ ...later, quick: true }, report).measurements).toEqual([]);
    expect(completed({ ...later, machine: { ...report.machine, cores: 4 } }, report).measurements).toEqual([]);
    expect(completed(later, null)).toBe(later);
  });

  it('plots both growths as well-formed SVG with every point', () => {
    const svg = costPlot(report);
    expect(svg.match(/<circle/g)).toHaveLength(8);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).toMatch(/prefers-color-scheme: dark/);
    const open = [...svg.matchAll(/<(\w+)(?:\s[^>]*[^/>])?>/g)].map(([, name]) => name).sort();
    expect([...svg.matchAll(/<\/(\w+)>/g)].map(([, name]) => name).sort()).toEqual(open);
  });
});

it('cases are run where their cost changes', () => {
  const at = (n: number, k: number) =>
    casesAt({ cases: CASES, base: { n: 50_000, k: 8 } }, { n, k }).map(({ id }) => id);
  expect(at(50_000, 8)).toEqual(CASES.map(({ id }) => id));
  expect(at(10_000, 8)).not.toContain('assignment');
  expect(at(50_000, 64)).not.toContain('detectors');
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
});

it('wasm, reference and, where there is a compiler, C agree in every case', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tautline-bench-'));
  const { compiler, builds, notes } = await compileNative(folder);
  const natives = builds.map(startNative);
  try {
    const session = new Session(testKernels());
    const size = { n: 2000, k: 3 };
    const found = await measure(
      { sizes: [size], base: size, cases: CASES, runs: 1, patience: 0, folder },
      session,
      [nodeEngine(session)],
      natives,
      () => undefined,
    );
    const sides = new Set(found.map(({ side }) => side));
    expect([...sides].sort()).toEqual(
      compiler === null
        ? ['reference', 'wasm']
        : ['reference', 'wasm', ...builds.flatMap(({ name }) => [name, `${name}, textbook`])].sort(),
    );
    for (const { id } of CASES) expect(found.some((m) => m.case === id && m.side === 'wasm' && m.ms > 0)).toBe(true);
    // Of many axes the tracker updates a factor instead of making one.
    const tracker = {
      sizes: [{ n: 2000, k: 21 }],
      base: { n: 2000, k: 21 },
      cases: CASES.filter(({ id }) => id === 'tracker'),
      runs: 1,
      patience: 0,
      folder,
    };
    expect(await measure(tracker, session, [nodeEngine(session)], natives, () => undefined)).toHaveLength(sides.size);
    // From a ledger's columns on; DuckDB, where it is installed, finds the same in its files.
    const ledger = join(folder, 'ledger');
    const parts = samplePartitions(testKernels(), 'benign', nodePlatform(), { events: 4000, messagesOnly: true });
    for await (const { files } of parts)
      for (const { path, bytes } of files) {
        await mkdir(join(ledger, path, '..'), { recursive: true });
        await writeFile(join(ledger, path), bytes);
      }
    const floor = await measureFloor(ledger, natives, testKernels(), { runs: 1, scratch: folder }, () => undefined);
    expect(floor).toMatchObject({ events: 4000, dimension: 64, k: 8 });
    expect(floor.sides.map(({ side }) => side)).toEqual([
      ...(floor.duckdb === null ? [] : ['DuckDB']),
      ...builds.map(({ name }) => name),
      'wasm',
    ]);
    // Without a compiler the note says so, and the bench goes on.
    if (compiler === null) expect(notes[0]).toMatch(/no C compiler/);
  } finally {
    await Promise.all(natives.map((native) => native.close()));
    await rm(folder, { recursive: true, force: true });
  }
});
