import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boxMuller, mulberry32, openMulberry32 as uniform } from '../../../core/random.ts';
import { DEFAULT_PARAMETERS } from '../../parameters.ts';
import type { Alert } from '../../types.ts';
import { INVESTIGATED_SIGNALS, type InvestigationColumns, type FieldColumn } from './columns.ts';
import { examine } from './examine.ts';
import { conclude, type TestOutcome } from './investigation.ts';
import { blockLength, blockPermutations, holm, nullDistribution, shareReached } from './permutation.ts';
import { planInvestigation } from './plan.ts';
import type { ComparisonTask, TestTask } from './tasks.ts';
import { investigationWindows } from './windows.ts';

const normals = (n: number, seed: number): number[] => {
  const random = uniform(seed);
  return Array.from({ length: n }, () => boxMuller(random(), random()));
};
/** Autocorrelated noise. */
function memory(n: number, phi: number, seed: number): number[] {
  let last = 0;
  return normals(n, seed).map((e) => (last = phi * last + e));
}
const comparison = (numbers: readonly number[], baseline: number, seed = 1): ComparisonTask => ({
  kind: 'comparison',
  test: 'x',
  title: 'X',
  seed,
  permutations: 199,
  looks: 1,
  index: numbers.map((_, i) => i),
  baseline,
  leftOut: [],
  categories: [],
  numbers: [{ label: 'Number', unit: '', isShare: false, values: numbers }],
});

describe('permutation tests', () => {
  test('blocks are permutations that keep neighbours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }), fc.integer(), (n, block, seed) => {
        const next = blockPermutations(n, block, mulberry32(seed));
        for (let round = 0; round < 3; round++) {
          const positions = [...next()];
          expect(positions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
          const breaks = positions.filter((p, i) => i > 0 && p !== (positions[i - 1] + 1) % n).length;
          expect(breaks).toBeLessThan(Math.ceil(n / block));
        }
      }),
    );
  });

  test('blocks are longer where the baseline remembers longer', () => {
    expect(blockLength(normals(300, 1), 400)).toBe(8);
    expect(blockLength(memory(300, 0.9, 1), 400)).toBeGreaterThan(16);
    expect(blockLength(new Float64Array(50), 60)).toBe(8);
    expect(blockLength(new Float64Array(95).fill(0.1), 190)).toBe(8);
    expect(blockLength([1, 2], 6)).toBe(1);
  });

  test.each([
    ['independent', 0],
    ['autocorrelated', 0.7],
  ])('p is about uniform where nothing changed: %s', (_, phi) => {
    const runs = 200;
    const found = Array.from(
      { length: runs },
      (_unused, run) => examine(comparison(memory(240, phi, 1000 + run), 180, run)).findings[0].p,
    );
    const below = (limit: number) => found.filter((p) => p <= limit).length / runs;
    // Three standard errors of a share of 200 are 0.11 at a half and 0.05 at 0.05; memory that is not measured in full
    // leaves a little more.
    expect(below(0.5)).toBeGreaterThan(0.39);
    expect(below(0.5)).toBeLessThan(0.61);
    expect(below(0.05)).toBeLessThan(0.1);
  });

  test('taking events one by one would find what is not there', () => {
    const runs = 100;
    const naive =
      Array.from({ length: runs }, (_unused, run) => {
        const values = memory(240, 0.9, 5000 + run);
        const mean = (positions: Int32Array) =>
          Math.abs(
            positions.slice(180).reduce((sum, i) => sum + values[i], 0) / 60 - values.reduce((a, b) => a + b, 0) / 240,
          );
        const inOrder = Int32Array.from(values, (_value, i) => i);
        return shareReached(mean(inOrder), nullDistribution(240, 1, 99, mulberry32(run), mean));
      }).filter((p) => p <= 0.05).length / runs;
    expect(naive).toBeGreaterThan(0.3);
  });

  test('p is never 0, and small for a change of level', () => {
    const changed = [...normals(200, 3), ...normals(60, 4).map((v) => v + 2)];
    const [found] = examine(comparison(changed, 200)).findings;
    expect(found.p).toBe(1 / 200);
    expect(found.effect.value).toBeGreaterThan(0.7);
    expect(examine(comparison(changed, 200))).toEqual(examine(comparison(changed, 200)));
  });
});

describe('Holm', () => {
  test('is the worked example, in the order given', () => {
    // 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1, none below the one before.
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((value, i) => expect(adjusted[i]).toBeCloseTo(value, 12));
    expect(holm([])).toEqual([]);
  });
  test('never lowers a p-value, keeps order and stays within 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (p) => {
        const adjusted = holm(p);
        for (const [i, value] of adjusted.entries()) {
          expect(value).toBeGreaterThanOrEqual(p[i]);
          expect(value).toBeLessThanOrEqual(1);
          for (const [j, other] of adjusted.entries()) if (p[i] < p[j]) expect(value).toBeLessThanOrEqual(other);
        }
      }),
    );
  });
});

/** Enough for a p-value that stands, however many looks there are: every signal is one or more. */
const PERMUTATIONS = 199 + 100 * INVESTIGATED_SIGNALS.length;

/** A stream of 400 events whose model, words and latency change at event 340. */
function changed(): { columns: InvestigationColumns; fields: FieldColumn[]; alert: Alert } {
  const n = 400;
  const onset = 340;
  const noise = normals(n, 8);
  const level = (rise: number) => Float64Array.from(noise, (v, i) => v + (i >= onset ? rise : 0));
  const alert: Alert = {
    kind: 'STYLE_SHIFT',
    stream: 0,
    onset,
    fired: 345,
    resolved: null,
    onsetSeq: onset,
    firedSeq: 345,
    peak: 9,
    lag: 5,
  };
  const earlier: Alert = { ...alert, onset: 100, fired: 104, resolved: 120 };
  const codes = Int32Array.from({ length: n }, (_, i) => i % 3);
  const columns: InvestigationColumns = {
    alert,
    stream: 'a',
    windows: { window: { from: onset, to: n }, baseline: { from: 40, to: onset }, note: '' },
    index: Int32Array.from({ length: n }, (_, i) => i),
    row: Int32Array.from({ length: n }, (_, i) => i),
    part: Int8Array.from({ length: n }, (_, i) => (i >= onset ? 1 : i >= 40 ? 0 : -1)),
    time: Float64Array.from({ length: n }, (_, i) => 1000 * i),
    latency: level(5).map((v) => v + 60),
    isVoid: new Uint8Array(n),
    agent: { codes, values: ['ann', 'bob', 'cid'] },
    thread: { codes: codes.map((_, i) => Math.floor(i / 10)), values: Array.from({ length: 40 }, (_, i) => `t${i}`) },
    instantiation: null,
    signals: {
      ...(Object.fromEntries(INVESTIGATED_SIGNALS.map((name) => [name, level(0)])) as InvestigationColumns['signals']),
      rho: new Float64Array(n).fill(Number.NaN),
      shift: level(3),
      style: level(9),
    },
    earlier: [earlier],
  };
  const rows = Array.from({ length: n - 40 }, (_, i) => i + 40);
  const fields: FieldColumn[] = [
    {
      name: 'text',
      kind: 'category',
      values: rows.map((i) => (i >= onset ? `kindly await word${i % 7}` : `sure thing word${i % 7}`)),
    },
    {
      name: 'model',
      kind: 'category',
      values: rows.map((i) => (i >= onset ? 'model-b' : i % 20 === 0 ? null : 'model-a')),
    },
    { name: 'label', kind: 'category', values: rows.map((i) => (i >= onset ? 'swap' : null)) },
    { name: 'source_event', kind: 'number', values: rows.map((i) => BigInt(i)) },
    { name: 'note', kind: 'category', values: rows.map((i) => `n${i}`) },
    { name: 'tokens', kind: 'number', values: rows.map((i) => noise[i]) },
  ];
  return { columns, fields, alert };
}

function run(tasks: readonly TestTask[]): TestOutcome[] {
  return tasks.map((task): TestOutcome => {
    try {
      return { task, ms: 1, examined: examine(task) };
    } catch (thrown) {
      return { task, ms: 1, thrown };
    }
  });
}

function investigate(break_?: string) {
  const { columns, fields, alert } = changed();
  const tasks = planInvestigation(columns, fields, { seed: 1, permutations: PERMUTATIONS }).map((task) =>
    task.test === break_ ? ({ ...task, numbers: null } as unknown as TestTask) : task,
  );
  return conclude(
    {
      alert,
      stream: 'a',
      windows: columns.windows,
      changed: null,
      ledger: { name: 'l', fingerprint: 'f' },
      parameters: DEFAULT_PARAMETERS,
      seed: 1,
      permutations: PERMUTATIONS,
      startedAt: new Date(0),
      ms: 3,
    },
    run(tasks),
  );
}

describe('an investigation', () => {
  const found = investigate();

  test('ranks what changed at the alert first', () => {
    const standing = found.hypotheses.filter((h) => h.pAdjusted <= 0.05);
    expect(new Set(standing.map((h) => h.test))).toEqual(new Set(['categories', 'latency', 'words', 'signals']));
    expect(standing.find((h) => h.test === 'categories')!.statement).toContain(
      'model: "model-b" is 100 % of the window against 0 % of the baseline; it comes up first at event 340',
    );
    expect(standing.find((h) => h.test === 'words')!.statement).toMatch(/kindly|await|sure|thing/);
    expect(standing.find((h) => h.test === 'signals')!.statement).toContain('Distance to reference (EMD) is higher');
    const sizes = standing.map((h) => Math.abs(h.effect.value));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  test("does not look at ground truth, the alert's own signal, ids or free names, and says what it left out", () => {
    const all = found.hypotheses.map((h) => h.statement).join(' ');
    expect(all).not.toMatch(/label|Displacement|source_event|note:/);
    const run = found.tests.find((e) => e.test === 'categories')!;
    expect(run.reason).toContain('source_event only counts up; note has 360 different values');
  });

  test('finds an earlier alert that looks the same, and not one that does not', () => {
    const { columns, fields } = changed();
    const again = {
      ...columns.signals,
      shift: columns.signals.shift.map((v, i) => v + (i >= 100 && i < 160 ? 3 : 0)),
      style: columns.signals.style.map((v, i) => v + (i >= 100 && i < 160 ? 9 : 0)),
    };
    const nearest = (signals: InvestigationColumns['signals']) =>
      examine(
        planInvestigation({ ...columns, signals }, fields, { seed: 1, permutations: PERMUTATIONS }).find(
          (task) => task.kind === 'earlier',
        )!,
      ).findings[0];
    expect(nearest(again).p).toBeLessThan(0.1);
    expect(nearest(again).effect.value).toBeGreaterThan(0.8);
    expect(nearest(columns.signals).p).toBeGreaterThan(0.1);
    expect(nearest(again).statement).toContain('Of 1 earlier STYLE_SHIFT alerts of the stream the one at event 104');
  });

  test('leaves signals that move too slowly out of stretches, and says so; an alert is asked about them', () => {
    const { columns, fields } = changed();
    const slow = Float64Array.from(columns.index);
    const with_ = { ...columns, signals: { ...columns.signals, shift: slow } };
    const signalsOf = (of: InvestigationColumns) => {
      const [task] = planInvestigation(of, fields, { seed: 1, permutations: PERMUTATIONS });
      return task as ComparisonTask;
    };
    const label = 'Distance to reference (EMD)';
    expect(signalsOf(with_).numbers.map((one) => one.label)).toContain(label);
    const stretch = signalsOf({ ...with_, alert: null, earlier: [] });
    expect(stretch.numbers.map((one) => one.label)).not.toContain(label);
    expect(stretch.leftOut).toContain(`${label} moves too slowly for so few events`);
    expect(stretch.numbers.length).toBeGreaterThan(3);
  });

  test('calls nothing a cause', () => {
    const sentences = [
      ...found.hypotheses.map((h) => h.statement),
      ...found.notes,
      ...found.tests.map((e) => `${e.title} ${e.reason}`),
    ].join(' ');
    expect(sentences).not.toMatch(/caus|because|due to|led to|explain/i);
  });

  test('is an audit trail that JSON keeps whole', () => {
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(found.looks).toBe(found.hypotheses.length);
    expect(found.looks).toBe(found.tests.reduce((sum, e) => sum + e.looks, 0));
    expect(found.tests).toHaveLength(9);
    expect(new Set(found.tests.map((e) => e.seed)).size).toBe(9);
  });

  test('goes on where a test fails, and shows it as failed', () => {
    const broken = investigate('latency');
    expect(broken.tests.find((e) => e.test === 'latency')).toMatchObject({
      status: 'failed',
      looks: 0,
      reason: expect.stringContaining('null'),
    });
    expect(broken.hypotheses.filter((h) => h.test !== 'latency').length).toBe(
      found.hypotheses.filter((h) => h.test !== 'latency').length,
    );
    expect(broken.notes.join(' ')).toContain('1 of 9 tests failed');
  });
});

describe('windows', () => {
  const events = (n: number) =>
    ({ n, streams: ['a', 'b'], stream: Int32Array.from({ length: n }, (_, i) => i % 2) }) as never;
  const alert = (onset: number, cleared: number | null): Alert => ({
    kind: 'DRIFT',
    stream: 0,
    onset,
    fired: onset + 8,
    resolved: cleared,
    onsetSeq: 1,
    firedSeq: 1,
    peak: 1,
    lag: 4,
  });
  const count = ({ from, to }: { from: number; to: number }) =>
    Array.from({ length: to - from }, (_, i) => from + i).filter((i) => i % 2 === 0).length;

  test('hold the episode from its onset, within limits, and the events before it', () => {
    const short = investigationWindows(events(4000), alert(2000, 2012), { from: 0, to: 800 });
    expect([count(short.window), count(short.baseline)]).toEqual([24, 512]);
    expect([short.window.from, short.baseline.to]).toEqual([2000, 1999]);
    expect(count(investigationWindows(events(4000), alert(2000, null), { from: 0, to: 800 }).window)).toBe(128);
    expect(count(investigationWindows(events(4000), alert(2000, 2100), { from: 0, to: 800 }).window)).toBe(50);
  });

  test('fall back on the reference, and refuse where there is nothing to compare', () => {
    const early = investigationWindows(events(200), alert(60, null), { from: 0, to: 60 });
    expect(early.baseline).toEqual({ from: 0, to: 59 });
    expect(early.note).toContain('reference');
    expect(() => investigationWindows(events(60), alert(8, null), { from: 0, to: 8 })).toThrow('too few events');
  });
});
