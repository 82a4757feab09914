import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { couplingState, previousInThread, readCouplingMatrix, runCoupling, type CouplingOptions } from './kernel.ts';
import { testKernels } from '../../../kernels/testing.ts';
import {
  blocksOf,
  deviation,
  pieces,
  shapes,
  testEvents,
  THREADS,
  type TestEvents,
} from '../../../kernels/testEvents.ts';
import { couplingStep, createCouplingState } from './referenceImplementation.ts';

const shared = testKernels();

/** The coordinates serve as residuals. */
function wasm(
  e: TestEvents,
  o: CouplingOptions,
  cuts: readonly number[] = [],
): { rho: Float64Array; matrix: Float64Array } {
  const kernels = shared.fork();
  const { arena } = kernels;
  const events = blocksOf(kernels, e);
  const previous = new Int32Array(e.n);
  previousInThread(e.thread, e.isVoid, THREADS, previous);
  const inputs = {
    residual: events.x,
    time: arena.f64From(e.time),
    window: arena.f64From(e.window),
    previous: arena.i32From(previous),
  };
  const state = couplingState(kernels, e.streams, e.k);
  const rho = arena.f64(e.n);
  for (const [from, to] of pieces(e.n, cuts)) runCoupling(kernels, events, inputs, o, state, rho, from, to);
  return { rho: rho.view().slice(), matrix: readCouplingMatrix(kernels, e.streams, state) };
}

function reference(e: TestEvents, o: CouplingOptions): { rho: Float64Array; matrix: Float64Array } {
  const options = { ...o, k: e.k, streams: e.streams };
  const state = createCouplingState(options);
  const rho = Float64Array.from({ length: e.n }, (_, i) =>
    couplingStep(
      options,
      state,
      e.stream[i],
      e.isVoid[i] ? null : e.x.subarray(i * e.k, (i + 1) * e.k),
      e.time[i],
      e.window[i],
      e.thread[i],
    ),
  );
  const matrix = Float64Array.from({ length: e.streams ** 2 }, (_, at) => {
    const [p, q] = [Math.floor(at / e.streams), at % e.streams];
    return p === q ? Number.NaN : state.cross[at] / Math.sqrt(state.energy[p] * state.energy[q]);
  });
  return { rho, matrix };
}

const options: fc.Arbitrary<CouplingOptions> = fc.record({
  lambda: fc.constantFrom(0.05, 0.3),
  sync: fc.constantFrom('time', 'turn'),
  turnWindow: fc.constantFrom(1, 3, 8),
});

describe('coupling kernel', () => {
  it('equals its reference implementation, however the run is cut', () => {
    fc.assert(
      fc.property(shapes(200), options, fc.array(fc.nat(200), { maxLength: 4 }), (shape, o, cuts) => {
        const e = testEvents(shape);
        const [got, wanted] = [wasm(e, o, cuts), reference(e, o)];
        expect(deviation(got.rho, wanted.rho)).toBeLessThan(1e-12);
        expect(deviation(got.matrix, wanted.matrix)).toBeLessThan(1e-12);
        expect(got).toEqual(wasm(e, o));
      }),
      { numRuns: 60 },
    );
  });

  it('matches nobody without time stamps', () => {
    const e = testEvents({ n: 100, k: 3, streams: 3, seed: 5, voids: 0 });
    const { rho } = wasm({ ...e, time: e.time.map(() => Number.NaN) }, { lambda: 0.05, sync: 'time', turnWindow: 8 });
    expect(rho.every((value) => value === 0)).toBe(true);
  });

  it('permutes with the labels of the streams', () => {
    const e = testEvents({ n: 200, k: 4, streams: 3, seed: 6, voids: 0.1 });
    const label = [2, 0, 1];
    for (const sync of ['time', 'turn'] as const) {
      const o = { lambda: 0.05, sync, turnWindow: 8 };
      const [before, after] = [wasm(e, o), wasm({ ...e, stream: e.stream.map((s) => label[s]) }, o)];
      expect(deviation(after.rho, before.rho)).toBeLessThan(1e-14);
      before.matrix.forEach((value, at) =>
        expect(after.matrix[label[Math.floor(at / 3)] * 3 + label[at % 3]]).toBe(value),
      );
    }
  });

  it('stays finite when a stream repeats itself for ever', () => {
    const e = testEvents({ n: 30_000, k: 2, streams: 2, seed: 7, voids: 0 });
    const { rho, matrix } = wasm({ ...e, x: e.x.map(() => 0) }, { lambda: 0.05, sync: 'time', turnWindow: 8 });
    expect(rho.every(Number.isFinite)).toBe(true);
    expect(matrix[1]).toBe(0);
  });
});
