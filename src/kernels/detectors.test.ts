import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMulberry32 as uniform } from '../core/random.ts';
import {
  cusumSeries,
  detectorState,
  governanceWeights,
  openEpisodes,
  runDetectors,
  type DetectorLimits,
  type Episode,
} from './detectors.ts';
import { KINDS } from './layout.ts';
import { testKernels } from './testing.ts';
import { pieces } from './testEvents.ts';
import { boxCox, createDetectorState, cusumStep, detectorStep } from './reference/detectors.ts';

const shared = testKernels();
const fixture = JSON.parse(readFileSync(new URL('./fixtures/kernels.json', import.meta.url), 'utf8')) as {
  cusum: { z: number[]; S: number[]; h: number; kappa: number; cap: number };
};

const LIMITS: DetectorLimits = {
  m: 0,
  s: 0.5,
  h: 3,
  kappa: 0.5,
  cap: 2,
  tauMax: 3,
  tauMin: 1,
  entropyClear: 1.3,
  lo: 0.5,
  hi: 2,
  dwell: 3,
  voidOpen: 0.2,
  voidClear: 0.3,
  tensionLow: 0.4,
  tensionHigh: 1.6,
};

interface Columns {
  readonly n: number;
  readonly stream: Int32Array;
  readonly seq: Int32Array;
  readonly isVoid: Uint8Array;
  readonly kl: Float64Array;
  readonly friction: Float64Array;
  readonly entropy: Float64Array;
  readonly rho: Float64Array;
  readonly tension: Float64Array;
}

/**
 * Signals that wander across their limits, so that every detector opens and closes; `calm` ones keep away from them but
 * for single events, and take values that limits have.
 */
function columns(n: number, streams: number, seed: number, voids = 0.1, calm = false): Columns {
  const random = uniform(seed);
  const stream = Int32Array.from({ length: n }, () => Math.floor(random() * streams));
  const counts = new Int32Array(streams);
  const seq = stream.map((s) => ++counts[s]);
  const isVoid = Uint8Array.from({ length: n }, () => (random() < voids ? 1 : 0));
  const walk = (high: number, missing = 0, always = false) => {
    const level = new Float64Array(streams).fill(0.5);
    return Float64Array.from(stream, (s, i) => {
      level[s] = calm
        ? Math.round(20 * (random() < 0.01 ? random() : 0.5 + 0.1 * random())) / 20
        : Math.min(1, Math.max(0, level[s] + 0.4 * (random() - 0.5)));
      return (isVoid[i] && !always) || random() < missing ? Number.NaN : high * level[s];
    });
  };
  return {
    n,
    stream,
    seq,
    isVoid,
    kl: calm ? walk(2).map((v) => v * Math.ceil(3 * random() ** 2)) : walk(4),
    friction: walk(3),
    entropy: walk(2),
    rho: walk(0.6, 0, true),
    tension: walk(2, 0.1),
  };
}

interface Outcome {
  readonly cusum: number[];
  readonly eventState: number[];
  readonly notice: number[];
  readonly episodes: readonly Episode[];
  readonly weights: number[];
}
const byFired = (a: Episode, b: Episode) => a.fired - b.fired || a.stream - b.stream || a.kind - b.kind;

function wasm(c: Columns, streams: number, limits: DetectorLimits, cuts: readonly number[] = []): Outcome {
  const kernels = shared.fork();
  const { arena } = kernels;
  const f64 = (values: Float64Array) => arena.f64From(values);
  const inputs = {
    stream: arena.i32From(c.stream),
    seq: arena.i32From(c.seq),
    isVoid: arena.u8From(c.isVoid),
    kl: f64(c.kl),
    boxCox: f64(c.kl.map((v) => 2 - 2 / Math.sqrt(v))),
    friction: f64(c.friction),
    entropy: f64(c.entropy),
    rho: f64(c.rho),
    tension: f64(c.tension),
  };
  const out = { cusum: arena.f64(c.n), eventState: arena.u8(c.n), notice: arena.u8(c.n) };
  const state = detectorState(kernels, streams);
  const closed = pieces(c.n, cuts).flatMap(([from, to]) =>
    runDetectors(
      kernels,
      inputs,
      {
        limits,
        warmup: new Int32Array(streams).fill(5),
        referenceTo: 10,
      },
      state,
      out,
      from,
      to,
    ),
  );
  return {
    cusum: [...out.cusum.view()],
    eventState: [...out.eventState.view()],
    notice: [...out.notice.view()],
    episodes: [...closed, ...openEpisodes(state)].sort(byFired),
    weights: [...governanceWeights(state)],
  };
}

function reference(c: Columns, streams: number, limits: DetectorLimits): Outcome {
  const states = Array.from({ length: streams }, createDetectorState);
  const episodes: Episode[] = [];
  const steps = Array.from({ length: c.n }, (_, index) =>
    detectorStep(
      limits,
      states[c.stream[index]],
      {
        index,
        stream: c.stream[index],
        seq: c.seq[index],
        isVoid: c.isVoid[index] === 1,
        warming: index < 10 || c.seq[index] <= 5,
        kl: c.kl[index],
        friction: c.friction[index],
        entropy: c.entropy[index],
        rho: c.rho[index],
        tension: c.tension[index],
      },
      episodes,
    ),
  );
  return {
    cusum: steps.map((s) => s.cusum),
    eventState: steps.map((s) => s.eventState),
    notice: steps.map((s) => s.notice),
    episodes: episodes.sort(byFired),
    weights: states.map((s) => s.governanceWeight),
  };
}

describe('detector kernel', () => {
  it('equals its reference implementation, however the run is cut', () => {
    const kinds = new Set<number>();
    const shape = fc.record({
      n: fc.integer({ min: 0, max: 400 }),
      streams: fc.constantFrom(1, 3),
      voids: fc.constantFrom(0, 0.01, 0.1),
      calm: fc.boolean(),
      // 2 is beyond any score here, 0.8 cuts scores off that cross no limit.
      cap: fc.constantFrom(LIMITS.cap, 0.8),
    });
    fc.assert(
      fc.property(
        shape,
        fc.integer(),
        fc.array(fc.nat(400), { maxLength: 4 }),
        ({ n, streams, voids, calm, cap }, seed, cuts) => {
          const c = columns(n, streams, seed, voids, calm);
          const limits = { ...LIMITS, cap };
          const [got, wanted] = [wasm(c, streams, limits, cuts), reference(c, streams, limits)];
          expect(got.eventState).toEqual(wanted.eventState);
          expect(got.notice).toEqual(wanted.notice);
          expect(got.episodes).toEqual(wanted.episodes);
          expect(got.cusum.map((v) => v.toFixed(9))).toEqual(wanted.cusum.map((v) => v.toFixed(9)));
          expect(got.weights.map((v) => v.toFixed(9))).toEqual(wanted.weights.map((v) => v.toFixed(9)));
          expect(got).toEqual(wasm(c, streams, limits));
          for (const { kind } of got.episodes) kinds.add(kind);
        },
      ),
      { numRuns: 160 },
    );
    expect([...kinds].sort((a, b) => a - b)).toEqual(Array.from({ length: KINDS }, (_, kind) => kind));
  });

  it('caps every score, of events taken two at a time and of those beside a pause', () => {
    const n = 40;
    const [first, pause] = [10, 26];
    const level = (value: number) => new Float64Array(n).fill(value);
    const c: Columns = {
      n,
      stream: new Int32Array(n),
      seq: Int32Array.from({ length: n }, (_, i) => i + 1),
      isVoid: new Uint8Array(n).fill(1, pause, pause + 1),
      kl: level(2.25),
      friction: level(1),
      entropy: level(1.5),
      rho: level(0.5),
      tension: level(1),
    };
    // Box-Cox of 2.25 is 2/3, so every score is 4/3; the cap leaves 0.6 of it, kappa takes 0.5.
    const limits = { ...LIMITS, cap: 0.6 };
    const rise = (i: number) => (0.1 * (i - first + (i < pause ? 1 : 0))).toFixed(9);
    const wanted = Array.from({ length: n }, (_, i) => (i < first || i === pause ? 'NaN' : rise(i)));
    expect(wasm(c, 1, limits).cusum.map((v) => v.toFixed(9))).toEqual(wanted);
    expect(reference(c, 1, limits).cusum.map((v) => v.toFixed(9))).toEqual(wanted);
  });

  it('stays silent where limits are missing', () => {
    const missing = Object.fromEntries(
      Object.keys(LIMITS).map((name) => [name, Number.NaN]),
    ) as unknown as DetectorLimits;
    const { cusum, eventState, episodes, weights } = wasm(columns(300, 2, 1), 2, { ...missing, dwell: 8 });
    expect(cusum.every(Number.isNaN)).toBe(true);
    expect(new Set(eventState)).toEqual(new Set([0, 1, 7]));
    expect(episodes).toEqual([]);
    expect(weights).toEqual([0, 0]);
  });

  it('hands out more episodes than it has room for at once', () => {
    const n = 30_000;
    const c = columns(n, 1, 2, 0);
    // Entropy below and above its limits in turn: an episode every second event.
    const flapping = { ...c, entropy: Float64Array.from({ length: n }, (_, i) => (i % 2 ? 2 : 0.1)) };
    const { episodes } = wasm(flapping, 1, LIMITS);
    expect(episodes).toEqual(reference(flapping, 1, LIMITS).episodes);
    expect(episodes.length).toBeGreaterThan(14_000);
  });
});

describe('winsorised CUSUM', () => {
  it('gives the golden series', () => {
    const { z, S, h, kappa, cap } = fixture.cusum;
    const got = cusumSeries(shared, Float64Array.from(z), h, kappa, cap);
    S.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 10));
    let s = 0;
    z.forEach((value, i) => expect((s = cusumStep(s, value, h, kappa, cap))).toBe(got[i]));
  });

  it('stays between 0 and 2h and takes four events at least to fire', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 100 }), (z) => {
        const s = cusumSeries(shared, Float64Array.from(z), 8.5, 1, 3.5);
        expect(s.every((value) => value >= 0 && value <= 17)).toBe(true);
        const fired = s.findIndex((value) => value > 8.5);
        if (fired >= 0) expect(fired).toBeGreaterThanOrEqual(3);
      }),
    );
    expect(cusumSeries(shared, Float64Array.of(5, -Infinity), 8.5, 1, 3.5)).toEqual(Float64Array.of(2.5, 0));
    expect(boxCox(0)).toBe(-Infinity);
  });
});
