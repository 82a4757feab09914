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
import { runTransport, slicedEmd, transportState } from './kernel.ts';
import { slicedEmd as emdReference, wasserstein1 } from './referenceImplementation.ts';

const shared = testKernels();
const fixture = JSON.parse(
  readFileSync(new URL('../../../kernels/fixtures/kernels.json', import.meta.url), 'utf8'),
) as {
  wasserstein1_equal_counts: { a: number[]; b: number[]; w1: number }[];
};

interface Settings {
  readonly size: number;
  readonly minimum: number;
  readonly referenceTo: number;
  /** Newest reference rows of each stream, oldest first. */
  readonly reference: readonly (readonly Float32Array[])[];
}
type Outcome = Record<'tension' | 'shift', Float64Array>;

function wasm(e: TestEvents, o: Settings, cuts: readonly number[] = [], only?: Uint8Array): Outcome {
  const kernels = shared.fork();
  const { arena } = kernels;
  const events = blocksOf(kernels, e, only);
  const rows = new Float32Array(e.streams * o.size * e.k);
  o.reference.forEach((own, s) => own.forEach((row, j) => rows.set(row, (s * o.size + j) * e.k)));
  const options = {
    ...o,
    referenceRows: arena.f32From(rows),
    referenceCounts: arena.i32From(o.reference.map((own) => own.length)),
  };
  const untouched = () => arena.f64From(new Float64Array(e.n).fill(-1));
  const out = { tension: untouched(), shift: untouched() };
  const state = transportState(kernels, e.streams, e.k, o.size);
  for (const [from, to] of pieces(e.n, cuts)) runTransport(kernels, events, options, state, out, from, to);
  return { tension: out.tension.view().slice(), shift: out.shift.view().slice() };
}

function reference(e: TestEvents, o: Settings): Outcome {
  const tension = new Float64Array(e.n).fill(Number.NaN);
  const shift = new Float64Array(e.n).fill(Number.NaN);
  const spoken: { s: number; x: Float32Array }[] = [];
  for (let i = 0; i < e.n; i++) {
    if (e.isVoid[i]) continue;
    const s = e.stream[i];
    const others = spoken.filter((event) => event.s !== s).slice(-o.size);
    spoken.push({ s, x: e.x.subarray(i * e.k, (i + 1) * e.k) });
    const own = spoken.filter((event) => event.s === s).slice(-o.size);
    tension[i] = emdReference(
      own.map(({ x }) => x),
      others.map(({ x }) => x),
      e.k,
      o.minimum,
    );
    if (i >= o.referenceTo)
      shift[i] = emdReference(
        own.map(({ x }) => x),
        o.reference[s],
        e.k,
        o.minimum,
      );
  }
  return { tension, shift };
}

const referenceOf = (e: TestEvents, lengths: readonly number[], size: number): Float32Array[][] => {
  const random = uniform(11);
  return Array.from({ length: e.streams }, (_, s) =>
    Array.from({ length: Math.min(size, lengths[s % lengths.length]) }, () => Float32Array.from(normals(e.k, random))),
  );
};

describe('transport kernel', () => {
  it('equals its reference implementation, however the run is cut', () => {
    const settings = fc.record({
      size: fc.constantFrom(4, 7, 16, 64),
      minimum: fc.constantFrom(1, 2, 4),
      referenceTo: fc.constantFrom(0, 40),
      lengths: fc.array(fc.nat(70), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(shapes(250), settings, fc.array(fc.nat(250), { maxLength: 4 }), (shape, { lengths, ...o }, cuts) => {
        const e = testEvents(shape);
        const given = { ...o, reference: referenceOf(e, lengths, o.size) };
        const [got, wanted] = [wasm(e, given, cuts), reference(e, given)];
        // Differences of float32 coordinates are rounded to float32.
        for (const name of ['tension', 'shift'] as const)
          expect([name, deviation(got[name], wanted[name])]).toEqual([name, expect.toSatisfy((d: number) => d < 1e-6)]);
        expect(got).toEqual(wasm(e, given));
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same bits where the streams are computed in two parts', () => {
    fc.assert(
      fc.property(
        shapes(200),
        fc.constantFrom(4, 16, 64),
        fc.constantFrom(0, 40),
        fc.nat(127),
        fc.array(fc.nat(200), { maxLength: 2 }),
        (shape, size, referenceTo, bits, cuts) => {
          const e = testEvents(shape);
          const given = { size, minimum: 2, referenceTo, reference: referenceOf(e, [size, 3], size) };
          const chosen = parts(e.streams, bits);
          const whole = wasm(e, given);
          const runs = chosen.map((only) => wasm(e, given, cuts, only));
          for (const name of ['tension', 'shift'] as const)
            expect([
              name,
              merged(
                e,
                chosen,
                runs.map((run) => run[name]),
                -1,
              ),
            ]).toEqual([name, [...whole[name]]]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('equals its reference implementation when values tie', () => {
    const e = testEvents({ n: 300, k: 2, streams: 3, seed: 9, voids: 0.1 });
    const tied = { ...e, x: e.x.map((v) => Math.round(v)) };
    const given = {
      size: 16,
      minimum: 4,
      referenceTo: 50,
      reference: referenceOf(tied, [16, 9], 16).map((own) => own.map((row) => row.map(Math.round))),
    };
    const [got, wanted] = [wasm(tied, given), reference(tied, given)];
    for (const name of ['tension', 'shift'] as const) expect(deviation(got[name], wanted[name])).toBeLessThan(1e-12);
  });

  it('permutes with the labels of the streams', () => {
    const e = testEvents({ n: 300, k: 3, streams: 3, seed: 8, voids: 0.1 });
    const given = { size: 16, minimum: 4, referenceTo: 300, reference: referenceOf(e, [0], 16) };
    expect(wasm({ ...e, stream: e.stream.map((s) => [2, 0, 1][s]) }, given)).toEqual(wasm(e, given));
  });
});

describe('sliced EMD', () => {
  it('gives the golden answers on one axis', () => {
    for (const { a, b, w1 } of fixture.wasserstein1_equal_counts) {
      expect(wasserstein1(a, b)).toBeCloseTo(w1, 12);
      expect(Math.abs(slicedEmd(shared, Float32Array.from(a), Float32Array.from(b), 1) - w1)).toBeLessThan(
        1e-6 * (1 + w1),
      );
    }
  });

  it('is symmetric, moves with a translation, and is 0 only between equals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 2, 5, 8), fc.integer(), (n, k, seed) => {
        const random = uniform(seed);
        const [a, b] = [Float32Array.from(normals(n * k, random)), Float32Array.from(normals(n * k, random))];
        expect(slicedEmd(shared, a, b, k)).toBe(slicedEmd(shared, b, a, k));
        expect(slicedEmd(shared, a, a, k)).toBe(0);
        expect(slicedEmd(shared, a, b, k)).toBeGreaterThan(0);
        // A power of two is added without rounding to these coordinates only nearly.
        expect(
          slicedEmd(
            shared,
            a,
            a.map((v) => v + 2),
            k,
          ),
        ).toBeCloseTo(2, 5);
      }),
    );
  });
});
