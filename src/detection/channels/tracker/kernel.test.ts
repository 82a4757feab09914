import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMulberry32 as uniform } from '../../../core/random.ts';
import { testKernels } from '../../../kernels/testing.ts';
import {
  blocksOf,
  deviation,
  merged,
  normals,
  parts,
  pieces,
  shapes,
  testEvents,
  type TestEvents,
} from '../../../kernels/testEvents.ts';
import { gaussianKl, renyi2, runTracker, trackerState, type TrackerOptions } from './kernel.ts';
import {
  createTrackerState,
  gaussianKl as klReference,
  renyi2 as renyiReference,
  trackerStep,
} from './referenceImplementation.ts';

const shared = testKernels();
const fixture = JSON.parse(
  readFileSync(new URL('../../../kernels/fixtures/kernels.json', import.meta.url), 'utf8'),
) as {
  gaussian_kl_and_entropy: { k: number; A: number[][]; B: number[][]; kl_nats: number; renyi2_bits_A: number }[];
};

interface Settings extends Omit<TrackerOptions, 'anchor'> {
  readonly means: Float64Array | null;
}
const SIGNALS = ['friction', 'trace', 'kl', 'boxCox', 'entropy', 'residual'] as const;
type Outcome = Record<(typeof SIGNALS)[number], Float64Array | Float32Array>;

/** Every piece of the run starts from a copy of the state before it. */
function wasm(e: TestEvents, o: Settings, cuts: readonly number[] = [], only?: Uint8Array): Outcome {
  const kernels = shared.fork();
  const { arena } = kernels;
  const events = blocksOf(kernels, e, only);
  const f64 = () => arena.f64From(new Float64Array(e.n).fill(-1));
  const out = {
    friction: f64(),
    trace: f64(),
    kl: f64(),
    boxCox: f64(),
    entropy: f64(),
    residual: arena.f32From(new Float32Array(e.n * e.k)),
  };
  const inputs = { instantiation: arena.i32From(e.instantiation), window: arena.f64From(e.window) };
  let state = trackerState(kernels, e.streams, e.k);
  const options = { ...o, anchor: o.means && arena.f64From(o.means) };
  for (const [from, to] of pieces(e.n, cuts)) {
    const saved = state.view().slice();
    state = trackerState(kernels, e.streams, e.k);
    state.view().set(saved);
    runTracker(kernels, events, inputs, options, state, out, from, to);
  }
  return Object.fromEntries(SIGNALS.map((name) => [name, out[name].view().slice()])) as Outcome;
}

function reference(e: TestEvents, o: Settings): Outcome {
  const f64 = () => new Float64Array(e.n).fill(Number.NaN);
  const out = {
    friction: f64(),
    trace: f64(),
    kl: f64(),
    boxCox: f64(),
    entropy: f64(),
    residual: new Float32Array(e.n * e.k),
  };
  const states = Array.from({ length: e.streams }, () => createTrackerState(e.k));
  const residual = new Float64Array(e.k);
  for (let i = 0; i < e.n; i++) {
    if (e.isVoid[i]) continue;
    const s = e.stream[i];
    const relax = i >= o.referenceFrom && i < o.referenceTo ? 1 : Math.min(1, o.windowReference / e.window[i]);
    const step = trackerStep(
      { ...o, k: e.k, anchored: o.means !== null },
      states[s],
      e.x.subarray(i * e.k, (i + 1) * e.k),
      relax,
      e.instantiation[i],
      o.means?.subarray(s * e.k, (s + 1) * e.k) ?? new Float64Array(e.k),
      residual,
    );
    for (const name of ['friction', 'trace', 'kl', 'entropy'] as const) out[name][i] = step[name];
    out.boxCox[i] = (step.kl ** -0.5 - 1) / -0.5;
    out.residual.set(residual, i * e.k);
  }
  return out;
}

const settings: fc.Arbitrary<Omit<Settings, 'means'> & { anchored: boolean }> = fc.record({
  lambdaFast: fc.constantFrom(0.25, 0.6),
  lambdaSlow: fc.constantFrom(0.05, 0.2),
  shrinkage: fc.constantFrom(0.1, 0.5),
  windowReference: fc.constantFrom(120, 200, Infinity),
  referenceFrom: fc.constantFrom(0, 20),
  referenceTo: fc.constantFrom(0, 60),
  anchored: fc.boolean(),
});
const withMeans = (e: TestEvents, { anchored, ...o }: Omit<Settings, 'means'> & { anchored: boolean }): Settings => ({
  ...o,
  means: anchored ? normals(e.streams * e.k, uniform(7)).map((v) => v / 4) : null,
});

const random = (k: number, seed: number): Float64Array => {
  const g = normals(k * (k + 4), uniform(seed));
  return Float64Array.from({ length: k * k }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k + 4; p++) sum += g[Math.floor(at / k) * (k + 4) + p] * g[(at % k) * (k + 4) + p];
    return sum / (k + 4);
  });
};
/** Q S Q^T with a random product of plane rotations Q, applied to the covariance or to points. */
function rotation(k: number, seed: number): Float64Array {
  const u = uniform(seed);
  const q = Float64Array.from({ length: k * k }, (_, at) => (Math.floor(at / k) === at % k ? 1 : 0));
  for (let i = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++) {
      const angle = 2 * Math.PI * u();
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let col = 0; col < k; col++) {
        const [a, b] = [q[i * k + col], q[j * k + col]];
        q[i * k + col] = c * a - s * b;
        q[j * k + col] = s * a + c * b;
      }
    }
  }
  return q;
}

/** What KL is, computed from the two matrices of every event; like the kernel it keeps variances above zero. */
function inFull(e: TestEvents, { lambdaFast, lambdaSlow, shrinkage }: Settings): Float64Array {
  const { k } = e;
  const state = createTrackerState(k);
  const residual = new Float64Array(k);
  return Float64Array.from({ length: e.n }, (_, i) => {
    const first = state.count === 0;
    const before = state.slow.slice();
    trackerStep(
      { k, lambdaFast, lambdaSlow, shrinkage, anchored: false },
      state,
      e.x.subarray(i * k, (i + 1) * k),
      1,
      e.instantiation[i],
      residual,
      residual.slice(),
    );
    for (let a = 0; a < k && !first; a++) {
      state.fast[a * k + a] += Math.max(lambdaFast, 1 / state.count) * 1e-100;
      state.slow[a * k + a] += Math.max(lambdaSlow, 1 / state.count) * 1e-100;
    }
    return first
      ? 0
      : gaussianKl(
          shared,
          state.fast.map((v, at) => (1 - shrinkage) * v + shrinkage * before[at]),
          before,
          k,
        );
  });
}

describe('tracker kernel', () => {
  it('equals its reference implementation', () => {
    fc.assert(
      fc.property(shapes(150), settings, (shape, o) => {
        const e = testEvents(shape);
        // A memory of few events leaves many axes next to singular, which multiplies the kernel's inflation of
        // variances by 1e-12.
        const given = withMeans(e, { ...o, lambdaSlow: shape.k > 8 ? 0.05 : o.lambdaSlow });
        const [got, wanted] = [wasm(e, given), reference(e, given)];
        for (const name of SIGNALS) {
          // Near KL 0 the transform has a pole.
          if (name === 'boxCox') continue;
          expect([name, deviation(got[name], wanted[name])]).toEqual([
            name,
            expect.toSatisfy((d: number) => d < (name === 'kl' ? 1e-5 : name === 'residual' ? 1e-7 : 1e-11)),
          ]);
        }
        expect(got.boxCox).toEqual(Float64Array.from(got.kl, (kl) => 2 - 2 / Math.sqrt(kl)));
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bits however the run is cut', () => {
    fc.assert(
      fc.property(shapes(120), settings, fc.array(fc.nat(120), { maxLength: 5 }), (shape, o, cuts) => {
        const e = testEvents(shape);
        const given = withMeans(e, o);
        expect(wasm(e, given, cuts)).toEqual(wasm(e, given));
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same bits where the streams are computed in two parts', () => {
    fc.assert(
      fc.property(
        shapes(120),
        settings,
        fc.nat(127),
        fc.array(fc.nat(120), { maxLength: 2 }),
        (shape, o, bits, cuts) => {
          const e = testEvents(shape);
          const given = withMeans(e, o);
          const chosen = parts(e.streams, bits);
          const whole = wasm(e, given);
          const runs = chosen.map((only) => wasm(e, given, cuts, only));
          for (const name of SIGNALS) {
            const joined =
              name === 'residual'
                ? merged(
                    e,
                    chosen,
                    runs.map((run) => run[name]),
                    0,
                    e.k,
                  )
                : merged(
                    e,
                    chosen,
                    runs.map((run) => run[name]),
                    -1,
                  );
            expect([name, joined]).toEqual([name, [...whole[name]]]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not see where the axes point', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 3, 5, 8), fc.integer(), (k, seed) => {
        const e = testEvents({ n: 80, k, streams: 2, seed, voids: 0.05 });
        const q = rotation(k, seed + 1);
        const turned = new Float32Array(e.x.length).fill(Number.NaN);
        for (let i = 0; i < e.n; i++) {
          for (let a = 0; a < k; a++) {
            let sum = 0;
            for (let b = 0; b < k; b++) sum += q[a * k + b] * e.x[i * k + b];
            turned[i * k + a] = sum;
          }
        }
        const o = {
          lambdaFast: 0.25,
          lambdaSlow: 0.05,
          shrinkage: 0.1,
          windowReference: 120,
          referenceFrom: 0,
          referenceTo: 0,
          means: null,
        };
        const [before, after] = [wasm(e, o), wasm({ ...e, x: turned }, o)];
        // Float32 coordinates are rounded anew by the rotation.
        for (const name of ['friction', 'kl', 'entropy', 'trace'] as const)
          expect(deviation(after[name], before[name])).toBeLessThan(2e-5);
      }),
      { numRuns: 30 },
    );
  });
});

describe('tracker kernel, many axes', () => {
  it('equals its reference implementation on many axes, where the slow factor is updated rather than made anew', () => {
    const shape = fc.record({
      n: fc.integer({ min: 0, max: 250 }),
      k: fc.constantFrom(20, 21, 24, 33, 64),
      streams: fc.constantFrom(1, 2, 3),
      seed: fc.integer(),
      voids: fc.constantFrom(0, 0.05),
    });
    fc.assert(
      fc.property(shape, settings, fc.array(fc.nat(250), { maxLength: 3 }), (given, o, cuts) => {
        const e = testEvents(given);
        const exact = withMeans(e, { ...o, lambdaSlow: 0.05 });
        const [got, wanted] = [wasm(e, exact, cuts), reference(e, exact)];
        for (const name of ['friction', 'trace', 'kl', 'entropy'] as const) {
          expect([name, deviation(got[name], wanted[name])]).toEqual([name, expect.toSatisfy((d: number) => d < 1e-7)]);
        }
        expect(got).toEqual(wasm(e, exact));
      }),
      { numRuns: 25 },
    );
  });

  it('equals its reference implementation after thousands of updates', () => {
    const e = testEvents({ n: 2500, k: 20, streams: 1, seed: 4, voids: 0 });
    const o = {
      lambdaFast: 0.25,
      lambdaSlow: 0.05,
      shrinkage: 0.1,
      windowReference: 150,
      referenceFrom: 0,
      referenceTo: 0,
      means: null,
    };
    expect(deviation(wasm(e, o).kl, reference(e, o).kl)).toBeLessThan(1e-10);
  });

  it.each([
    [
      'a stream that falls silent, comes back, loses axes and meets outliers',
      (i: number, a: number, z: number) =>
        i % 500 < 150 ? z : i % 500 < 260 ? 0.3 : i % 500 < 330 ? (a === 0 ? z : 0.1) : i % 97 === 50 ? 1e6 * z : z,
    ],
    ['one message for ever', () => 0.7],
    ['axes of very different size', (_i: number, a: number, z: number) => z * 10 ** ((a % 13) - 6)],
    ['fading messages', (i: number, _a: number, z: number) => z * Math.exp(-i / 30)],
    ['growing messages', (i: number, _a: number, z: number) => z * Math.exp(i / 30)],
    [
      'three messages in slightly different words',
      (i: number, a: number, z: number) => Math.sin(a * (((i * 7919) % 3) + 1)) + 1e-4 * z,
    ],
  ] as const)('equals the full computation on %s, wherever the run is cut', (_, value) => {
    const n = 1500;
    const k = 21;
    const z = normals(n * k, uniform(3));
    const e = testEvents({ n, k, streams: 1, seed: 1, voids: 0 });
    const given = {
      ...e,
      x: Float32Array.from(z, (v, j) => value(Math.floor(j / k), j % k, v)),
      instantiation: Int32Array.from({ length: n }, (_i, i) => Math.floor(i / 400)),
    };
    for (const [lambdaFast, lambdaSlow, shrinkage] of [
      [0.25, 0.05, 0.1],
      [0.6, 0.3, 0.5],
    ]) {
      const o = {
        lambdaFast,
        lambdaSlow,
        shrinkage,
        windowReference: Infinity,
        referenceFrom: 0,
        referenceTo: 0,
        means: null,
      };
      const got = wasm(given, o);
      expect(got.kl.every(Number.isFinite)).toBe(true);
      expect(deviation(got.kl, inFull(given, o))).toBeLessThan(1e-5);
      expect(wasm(given, o, [1, 2, 149, 150, 151, 300, 777, 1030, 1031])).toEqual(got);
    }
  });
});

describe('tracker kernel, any axes', () => {
  it('permutes with the labels of the streams', () => {
    const e = testEvents({ n: 200, k: 5, streams: 3, seed: 3, voids: 0.1 });
    const o = {
      lambdaFast: 0.25,
      lambdaSlow: 0.05,
      shrinkage: 0.1,
      windowReference: 120,
      referenceFrom: 0,
      referenceTo: 0,
      means: null,
    };
    expect(wasm({ ...e, stream: e.stream.map((s) => [2, 0, 1][s]) }, o)).toEqual(wasm(e, o));
  });

  it.each([
    ['one message for ever', () => 0.7],
    ['one axis only', (a: number, z: number) => (a === 0 ? z : 0.3)],
    ['three messages', (a: number, z: number) => (z > 0.5 ? Math.sin(a) : z > -0.5 ? Math.cos(2 * a) : 0.1 * a)],
  ] as const)('takes no rounding for a divergence on %s', (_, value) => {
    const n = 20_000;
    const k = 4;
    const z = normals(n, uniform(1));
    const e = testEvents({ n, k, streams: 1, seed: 1, voids: 0 });
    const x = Float32Array.from({ length: n * k }, (_x, j) => value(j % k, z[Math.floor(j / k)]));
    for (const means of [null, new Float64Array(k)]) {
      const out = wasm(
        { ...e, x, instantiation: e.instantiation.fill(-1) },
        {
          lambdaFast: 0.25,
          lambdaSlow: 0.05,
          shrinkage: 0.1,
          windowReference: 120,
          referenceFrom: 0,
          referenceTo: 0,
          means,
        },
      );
      for (const name of ['friction', 'trace', 'kl', 'entropy'] as const)
        expect(out[name].every(Number.isFinite)).toBe(true);
      // Directions without variance die out; what is left diverges no more than it does elsewhere. The anchored one
      // does measure the collapse.
      if (!means) expect(Math.max(...out.kl.subarray(2000))).toBeLessThan(12);
      expect(Math.max(...out.entropy)).toBeLessThanOrEqual(Math.log2(k) + 1e-12);
    }
  });
});

describe('Gaussian divergence and entropy', () => {
  it.each(fixture.gaussian_kl_and_entropy)(
    'give the golden answer at k = $k',
    ({ k, A, B, kl_nats, renyi2_bits_A }) => {
      const [a, b] = [Float64Array.from(A.flat()), Float64Array.from(B.flat())];
      for (const kl of [gaussianKl(shared, a, b, k), klReference(a, b, k)]) expect(kl).toBeCloseTo(kl_nats, 8);
      for (const bits of [renyi2(shared, a, k), renyiReference(a, k)]) expect(bits).toBeCloseTo(renyi2_bits_A, 12);
    },
  );

  it('is never negative, 0 only between equals, and entropy at most log2 k', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 5, 8, 13, 32, 64), fc.integer(), (k, seed) => {
        const [a, b] = [random(k, seed), random(k, seed + 1)];
        expect(gaussianKl(shared, a, b, k)).toBeGreaterThan(0);
        expect(gaussianKl(shared, a, a, k)).toBeLessThan(1e-10);
        expect(Math.abs(gaussianKl(shared, a, b, k) - klReference(a, b, k))).toBeLessThan(
          1e-7 * (1 + klReference(a, b, k)),
        );
        expect(renyi2(shared, a, k)).toBeLessThanOrEqual(Math.log2(k) + 1e-12);
        expect(Math.abs(renyi2(shared, a, k) - renyiReference(a, k))).toBeLessThan(1e-12);
      }),
      { numRuns: 60 },
    );
  });
});
