import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CovarianceAccumulator } from './covariance.ts';
import { fullEigenpairs, topEigenpairs } from './eigen.ts';
import { gramEigenpairs } from './gram.ts';
import { Scheduler } from '../core/scheduler.ts';
import { projectRows } from './project.ts';
import { testKernels } from './testing.ts';
import {
  jacobiEigen,
  multiplyRows,
  projectRows as projectReference,
  withinCovariance,
} from './reference/projection.ts';

const kernels = testKernels();
const scheduler = () => new Scheduler('Testing', {});

/** Deterministic numbers in (-1, 1) for the larger cases. */
function numbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}

/** Covariance-like matrix with the given eigenvalues. */
function withSpectrum(values: readonly number[], seed: number): Float64Array {
  const n = values.length;
  const random = numbers(seed);
  const basis = kernels.fork();
  const q = basis.arena.f64From(Float64Array.from({ length: n * n }, random));
  expect(basis.exports.orthonormalise(q.ptr, n, n, 0)).toBe(n);
  const rows = q.view().map((v, i) => v * Math.sqrt(values[Math.floor(i / n)]));
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let r = 0; r < n; r++) for (let j = 0; j < n; j++) a[i * n + j] += rows[r * n + i] * rows[r * n + j];
  return a;
}

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));

function expectEigenpairs(
  matrix: Float64Array,
  n: number,
  values: Float64Array,
  vectors: Float64Array,
  tolerance: number,
): void {
  const k = values.length;
  const products = multiplyRows(matrix, n, vectors, k, n);
  expect(largest(products.map((v, i) => v - values[Math.floor(i / n)] * vectors[i])) / values[0]).toBeLessThan(
    tolerance,
  );
  const gram = multiplyRows(vectors, k, vectors, k, n);
  expect(largest(gram.map((v, i) => v - (i % (k + 1) === 0 ? 1 : 0)))).toBeLessThan(1e-12);
}

describe('within-stream covariance', () => {
  it('agrees with its reference implementation, far from the origin too, in any chunking', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1 }),
        fc.constantFrom(0, 1000),
        (d, n, s, seed, away) => {
          const random = numbers(seed);
          const streams = Int32Array.from({ length: n }, () => Math.floor(((random() + 1) / 2) * s) % s);
          const vectors = Float32Array.from({ length: n * d }, (_, i) => random() + away + streams[Math.floor(i / d)]);
          fc.pre(n > new Set(streams).size);
          const accumulator = new CovarianceAccumulator(kernels.fork(), d, s);
          const cut = Math.floor(n / 3);
          accumulator.add(vectors.subarray(0, cut * d), streams.subarray(0, cut));
          accumulator.add(vectors.subarray(cut * d), streams.subarray(cut));
          const { covariance, mean, count } = accumulator.finish();
          const expected = withinCovariance(vectors, streams, d);
          expect(count).toBe(n);
          expect(largest(mean.map((m, l) => m - expected.mean[l]))).toBeLessThan(1e-12 * (1 + away));
          const scale = largest(expected.covariance);
          expect(largest(covariance.view().map((c, i) => c - expected.covariance[i]))).toBeLessThan(
            1e-11 * scale + 1e-18,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses streams outside its range', () => {
    const accumulator = new CovarianceAccumulator(kernels.fork(), 3, 2);
    expect(() => accumulator.add(new Float32Array(3), Int32Array.of(2))).toThrow('stream 2 of 2');
    expect(() => accumulator.add(new Float32Array(4), Int32Array.of(0))).toThrow('vectors has 4 elements, 3 expected');
  });
});

describe('eigenpairs', () => {
  it('of the full decomposition agree with Jacobi rotations', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1 }), async (n, seed) => {
        const random = numbers(seed);
        const matrix = new Float64Array(n * n);
        for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = random();
        const own = kernels.fork();
        const { values, vectors } = await fullEigenpairs(own, own.arena.f64From(matrix), n, n, scheduler());
        const expected = jacobiEigen(matrix, n);
        expect(largest(values.map((v, i) => v - expected.values[i]))).toBeLessThan(1e-12 * n);
        const products = multiplyRows(matrix, n, vectors, n, n);
        expect(largest(products.map((v, i) => v - values[Math.floor(i / n)] * vectors[i]))).toBeLessThan(1e-12 * n);
      }),
      { numRuns: 60 },
    );
  });

  const spectra: Record<string, number[]> = {
    'slow decay, as of embeddings': Array.from({ length: 200 }, (_, i) => 0.96 ** i),
    'power law': Array.from({ length: 200 }, (_, i) => 1 / (1 + i) ** 2),
    'eight axes over noise': Array.from({ length: 200 }, (_, i) => (i < 8 ? 1 + i / 50 : 1e-4)),
    'rank 5': Array.from({ length: 200 }, (_, i) => (i < 5 ? 3 - i / 2 : 0)),
    'one axis far above the rest': Array.from({ length: 200 }, (_, i) => (i === 0 ? 1e8 : 0.97 ** i)),
    'nearly equal neighbours': Array.from({ length: 200 }, (_, i) => 1 - 1e-5 * i),
    'equal eigenvalues': Array.from({ length: 200 }, (_, i) => (i < 20 ? 2 : 1)),
  };
  for (const [name, spectrum] of Object.entries(spectra)) {
    it(`of the subspace iteration agree with the full decomposition: ${name}`, async () => {
      const n = spectrum.length;
      const matrix = withSpectrum(spectrum, 17);
      const own = kernels.fork();
      const found = await topEigenpairs(own, own.arena.f64From(matrix), n, 8, scheduler());
      const full = await fullEigenpairs(own, own.arena.f64From(matrix), n, 9, scheduler());
      const sorted = spectrum.toSorted((a, b) => b - a);
      expectEigenpairs(matrix, n, found.values, found.vectors, 1e-10);
      for (let i = 0; i < 8; i++) {
        expect(Math.abs(found.values[i] - full.values[i])).toBeLessThan(1e-12 * sorted[0]);
        expect(Math.abs(found.values[i] - sorted[i])).toBeLessThan(1e-11 * sorted[0]);
        // The direction is determined only where the eigenvalue stands apart.
        const gap = Math.min(i > 0 ? sorted[i - 1] - sorted[i] : Infinity, sorted[i] - sorted[i + 1]) / sorted[0];
        if (gap < 1e-6) continue;
        const cosine = Math.abs(
          multiplyRows(found.vectors.slice(i * n, (i + 1) * n), 1, full.vectors.slice(i * n, (i + 1) * n), 1, n)[0],
        );
        expect(1 - cosine).toBeLessThan(1e-12);
      }
    });
  }

  it('are found by iteration for spectra of embeddings, and are the same bits every time', async () => {
    const matrix = withSpectrum(spectra['power law'], 5);
    const runs = [kernels.fork(), kernels.fork()].map((own) =>
      topEigenpairs(own, own.arena.f64From(matrix), 200, 8, scheduler()),
    );
    const [first, second] = await Promise.all(runs);
    expect(first.method).toBe('subspace');
    expect(first.residual).toBeLessThan(1e-10);
    expect(second).toEqual(first);
  });

  it('of few rows by the Gram matrix equal those of the covariance, and rank is not invented', async () => {
    const random = numbers(3);
    const [n, d, rank] = [30, 90, 6];
    const basis = Float64Array.from({ length: rank * d }, random);
    const rows = new Float64Array(n * d);
    for (let i = 0; i < n; i++)
      for (let r = 0; r < rank; r++) {
        const weight = random();
        for (let l = 0; l < d; l++) rows[i * d + l] += weight * basis[r * d + l];
      }
    const own = kernels.fork();
    const found = await gramEigenpairs(own, own.arena.f64From(rows), n, d, n - 1, 10, scheduler());
    expect(found.values.length).toBe(rank);
    const covariance = new Float64Array(d * d);
    for (let i = 0; i < n; i++)
      for (let a = 0; a < d; a++)
        for (let b = 0; b < d; b++) covariance[a * d + b] += (rows[i * d + a] * rows[i * d + b]) / (n - 1);
    expectEigenpairs(covariance, d, found.values, found.vectors, 1e-11);
    expect(
      largest(found.values.map((v, i) => v - jacobiEigen(covariance, d).values[i])) / found.values[0],
    ).toBeLessThan(1e-12);
  });

  it('refuse a matrix that is not finite instead of running on', async () => {
    const own = kernels.fork();
    await expect(
      topEigenpairs(own, own.arena.f64From(new Float64Array(100 * 100).fill(NaN)), 100, 3, scheduler()),
    ).rejects.toThrow('not finite');
    await expect(
      fullEigenpairs(own, own.arena.f64From(new Float64Array(9).fill(NaN)), 3, 3, scheduler()),
    ).rejects.toThrow('not finite');
  });

  it('stop when they are cancelled', async () => {
    const abort = new AbortController();
    const own = kernels.fork();
    const n = 800;
    const random = numbers(6);
    const matrix = own.arena.f64From(new Float64Array(n * n));
    const view = matrix.view();
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) view[i * n + j] = view[j * n + i] = random();
    const reported: number[] = [];
    const watched = new Scheduler('Solving', {
      signal: abort.signal,
      onProgress: ({ fraction }) => {
        reported.push(fraction);
        abort.abort();
      },
    });
    await expect(fullEigenpairs(own, matrix, n, 1, watched)).rejects.toThrow('Cancelled: Solving');
    expect(reported.length).toBe(1);
    expect(reported[0]).toBeLessThan(1);
  });
});

describe('projection of rows', () => {
  const cases = fc.record({
    d: fc.integer({ min: 1, max: 40 }),
    k: fc.integer({ min: 1, max: 11 }),
    count: fc.integer({ min: 0, max: 9 }),
    seed: fc.integer({ min: 1 }),
  });
  const draw = ({ d, k, count, seed }: { d: number; k: number; count: number; seed: number }) => {
    const random = numbers(seed);
    return {
      projection: {
        dimension: d,
        k,
        mean: Float64Array.from({ length: d }, random),
        axes: Float64Array.from({ length: k * d }, random),
      },
      vectors: Float32Array.from({ length: count * d }, random),
    };
  };

  it('agrees with its reference implementation to float32', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { projection, vectors } = draw(c);
        const expected = projectReference(vectors, c.count, c.d, projection.mean, projection.axes, c.k);
        projectRows(kernels, projection, vectors, c.count).forEach((x, i) =>
          expect(Math.abs(x - expected[i])).toBeLessThan(1e-7 * Math.abs(expected[i]) + 1e-12),
        );
      }),
    );
    expect(kernels.arena.used).toBe(0);
  });

  it('gives a vector the same bits alone and at any place in a batch', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { projection, vectors } = draw(c);
        const batch = projectRows(kernels, projection, vectors, c.count);
        for (let i = 0; i < c.count; i++) {
          const alone = projectRows(kernels, projection, vectors.slice(i * c.d, (i + 1) * c.d), 1);
          expect(batch.slice(i * c.k, (i + 1) * c.k)).toEqual(alone);
        }
      }),
    );
  });

  it('is continuous over the chunks of a large batch', () => {
    const { projection } = draw({ d: 512, k: 8, count: 0, seed: 4 });
    const random = numbers(8);
    const vectors = Float32Array.from({ length: 3001 * 512 }, random);
    const batch = projectRows(kernels, projection, vectors, 3001);
    for (const i of [0, 1, 1022, 1023, 1024, 1025, 2047, 2048, 3000]) {
      expect(batch.slice(i * 8, (i + 1) * 8)).toEqual(
        projectRows(kernels, projection, vectors.subarray(i * 512, (i + 1) * 512), 1),
      );
    }
  });

  it('refuses lengths that do not fit', () => {
    const { projection } = draw({ d: 4, k: 2, count: 0, seed: 4 });
    expect(() => projectRows(kernels, projection, new Float32Array(7), 2)).toThrow(
      'vectors has 7 elements, 8 expected',
    );
    expect(() => projectRows(kernels, { ...projection, k: 3 }, new Float32Array(8), 2)).toThrow('axes');
  });
});
