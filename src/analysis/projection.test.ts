import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testKernels } from '../kernels/testing.ts';
import { jacobiEigen, withinCovariance } from '../kernels/reference/projection.ts';
import {
  fitProjection,
  projectLedger,
  truncateCoordinates,
  truncateProjection,
  type StreamRows,
} from './projection.ts';
import type { EmbeddingSource } from '../ledger/types.ts';

const kernels = testKernels();

interface Drawn extends StreamRows {
  readonly n: number;
  readonly d: number;
  /** Row-major n x d; rows of void events are never delivered. */
  readonly vectors: Float32Array;
}

/** A ledger of `s` streams with centroids apart and a decaying spectrum, some events void. */
function draw(n: number, d: number, s: number, seed: number, rank = d): Drawn {
  let state = seed >>> 0 || 1;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
  const basis = Float64Array.from({ length: rank * d }, (_, i) => random() * 0.9 ** Math.floor(i / d));
  const stream = Int32Array.from({ length: n }, (_, i) => i % s);
  const isVoid = Uint8Array.from({ length: n }, (_, i) => (i % 11 === 7 ? 1 : 0));
  const vectors = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < rank; r++) {
      const weight = random() + (r === 0 ? 2 * stream[i] : 0);
      for (let l = 0; l < d; l++) vectors[i * d + l] += weight * basis[r * d + l];
    }
  }
  return { n, d, stream, isVoid, vectors };
}

/** Delivers rows backwards, as files need not be in canonical order, `size` per batch. */
function sourceOf({ n, d, isVoid, vectors }: Drawn, size: number): EmbeddingSource {
  return {
    dimension: d,
    async *batches({ only }) {
      const rows = Array.from({ length: n }, (_, i) => n - 1 - i).filter((row) => !isVoid[row] && (!only || only[row]));
      for (let from = 0; from < rows.length; from += size) {
        const part = Int32Array.from(rows.slice(from, from + size));
        const batch = new Float32Array(part.length * d);
        part.forEach((row, i) => batch.set(vectors.subarray(row * d, (row + 1) * d), i * d));
        yield { rows: part, vectors: batch };
      }
    },
  };
}

/** Vectors and streams of the reference rows with an embedding. */
function referenceOf(ledger: Drawn, to: number): { vectors: number[]; streams: number[] } {
  const rows = Array.from({ length: to }, (_, i) => i).filter((row) => !ledger.isVoid[row] && ledger.stream[row] >= 0);
  return {
    vectors: rows.flatMap((row) => [...ledger.vectors.subarray(row * ledger.d, (row + 1) * ledger.d)]),
    streams: rows.map((row) => ledger.stream[row]),
  };
}

const ledgers = fc
  .record({
    n: fc.integer({ min: 20, max: 120 }),
    d: fc.integer({ min: 2, max: 60 }),
    s: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 1 }),
  })
  .map(({ n, d, s, seed }) => draw(n, d, s, seed));
const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));

describe('fitting the projection', () => {
  it('gives the eigenpairs of the definition, signs included, by either method', async () => {
    const methods = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        ledgers,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 50 }),
        async (ledger, k, size) => {
          const to = Math.ceil(ledger.n * 0.8);
          const { projection, rows, method } = await fitProjection(
            kernels,
            ledger,
            sourceOf(ledger, size),
            { from: 0, to },
            k,
          );
          methods.add(method);
          const reference = referenceOf(ledger, to);
          expect(rows).toBe(reference.streams.length);
          const { covariance, mean } = withinCovariance(reference.vectors, reference.streams, ledger.d);
          const expected = jacobiEigen(covariance, ledger.d);
          expect(largest(projection.mean.map((m, l) => m - mean[l]))).toBeLessThan(1e-12 * (1 + largest(mean)));
          for (let i = 0; i < projection.k; i++) {
            expect(Math.abs(projection.eigenvalues[i] - expected.values[i]) / expected.values[0]).toBeLessThan(1e-12);
            const axis = projection.axes.subarray(i * ledger.d, (i + 1) * ledger.d);
            const extreme = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
            expect(extreme).toBeGreaterThan(0);
            const gap =
              Math.min(
                i > 0 ? expected.values[i - 1] - expected.values[i] : Infinity,
                expected.values[i] - (expected.values[i + 1] ?? 0),
              ) / expected.values[0];
            if (gap < 1e-6) continue;
            const scale = Math.sqrt(projection.eigenvalues[i]);
            const sign = Math.sign(axis.reduce((sum, value, l) => sum + value * expected.vectors[i * ledger.d + l], 0));
            expect(
              largest(axis.map((value, l) => value * scale - sign * expected.vectors[i * ledger.d + l])),
            ).toBeLessThan(1e-12 / gap);
          }
        },
      ),
      { numRuns: 80 },
    );
    expect([...methods].sort()).toEqual(['covariance', 'gram']);
  });

  it('whitens: within-stream covariance of the reference coordinates is the identity', async () => {
    await fc.assert(
      fc.asyncProperty(ledgers, async (ledger) => {
        const to = ledger.n;
        const { projection } = await fitProjection(kernels, ledger, sourceOf(ledger, 17), { from: 0, to }, 5);
        fc.pre(projection.eigenvalues[projection.k - 1] > 1e-4 * projection.eigenvalues[0]);
        const { k, x } = await projectLedger(kernels, projection, sourceOf(ledger, 13), ledger.n);
        const rows = Array.from({ length: to }, (_, i) => i).filter((row) => !ledger.isVoid[row]);
        const { covariance, mean } = withinCovariance(
          rows.flatMap((row) => [...x.subarray(row * k, (row + 1) * k)]),
          rows.map((row) => ledger.stream[row]),
          k,
        );
        covariance.forEach((c, i) => expect(c).toBeCloseTo(i % (k + 1) === 0 ? 1 : 0, 3));
        mean.forEach((m) => expect(m).toBeCloseTo(0, 3));
      }),
      { numRuns: 40 },
    );
  });

  it('finds the pairs of 300 dimensions by iteration, to 1e-8 and better', async () => {
    const ledger = draw(700, 300, 3, 5);
    const { projection, method, solver, residual } = await fitProjection(
      kernels,
      ledger,
      sourceOf(ledger, 100),
      { from: 0, to: 700 },
      8,
    );
    expect([method, solver]).toEqual(['covariance', 'subspace']);
    expect(residual).toBeLessThan(1e-10);
    const reference = referenceOf(ledger, 700);
    const { covariance } = withinCovariance(reference.vectors, reference.streams, 300);
    for (let i = 0; i < 8; i++) {
      const axis = projection.axes.subarray(i * 300, (i + 1) * 300);
      const image = axis.map((_, a) => axis.reduce((sum, value, b) => sum + covariance[a * 300 + b] * value, 0));
      expect(
        largest(image.map((value, l) => value - projection.eigenvalues[i] * axis[l])) / largest(image),
      ).toBeLessThan(1e-9);
    }
  });

  it('lets k fall to the numerical rank, and to what the reference can hold', async () => {
    // Embeddings are float32, so a rank is exact only where the vectors are: two integer directions.
    const n = 60;
    const vectors = Float32Array.from(
      { length: n * 12 },
      (_, q) =>
        ((Math.floor(q / 12) * 7919) % 13) * (q % 12 === 3 ? 1 : 0) +
        ((Math.floor(q / 12) * 104729) % 11) * (q % 12 === 8 ? 2 : 0),
    );
    const flat: Drawn = { n, d: 12, stream: new Int32Array(n), isVoid: new Uint8Array(n), vectors };
    for (const to of [60, 11])
      expect((await fitProjection(kernels, flat, sourceOf(flat, 9), { from: 0, to }, 8)).projection.k).toBe(2);
    const short = draw(8, 40, 2, 3);
    expect((await fitProjection(kernels, short, sourceOf(short, 9), { from: 0, to: 8 }, 32)).projection.k).toBe(5);
  });

  it('leaves out streams that are not tracked, and does not mind its batches', async () => {
    const ledger = draw(90, 10, 3, 8);
    const kept = { ...ledger, stream: ledger.stream.map((code) => (code === 1 ? -1 : code)) };
    const one = await fitProjection(kernels, kept, sourceOf(kept, 90), { from: 10, to: 80 }, 4);
    const many = await fitProjection(kernels, kept, sourceOf(kept, 7), { from: 10, to: 80 }, 4);
    expect(one.rows).toBe(
      Array.from({ length: 70 }, (_, i) => i + 10).filter((row) => row % 3 !== 1 && !ledger.isVoid[row]).length,
    );
    expect(largest(one.projection.axes.map((value, i) => value - many.projection.axes[i]))).toBeLessThan(1e-12);
  });
});

describe('fitting the projection, when something is amiss', () => {
  it('says what is wrong with a reference that cannot carry it', async () => {
    const fit = (ledger: Drawn, to: number) => fitProjection(kernels, ledger, sourceOf(ledger, 5), { from: 0, to }, 3);
    await expect(fit(draw(60, 5, 30, 2), 30)).rejects.toThrow('longer reference');
    await expect(fit(draw(30, 5, 30, 2), 30)).rejects.toThrow('Open a ledger with more events');
    await expect(fit(draw(30, 5, 2, 2), 0)).rejects.toThrow('0 events with an embedding');
    const constant = draw(30, 5, 2, 2);
    constant.vectors.fill(0.5);
    await expect(fit(constant, 30)).rejects.toThrow('do not vary');
    for (const d of [5, 50]) {
      const broken = draw(30, d, 2, 2);
      broken.vectors[3] = NaN;
      await expect(fit(broken, 30)).rejects.toThrow('not finite');
    }
  });

  it('notices a source that delivers too little, too much or twice', async () => {
    const ledger = draw(30, 5, 2, 2);
    const honest = sourceOf(ledger, 5);
    const fit = (source: EmbeddingSource) => fitProjection(kernels, ledger, source, { from: 0, to: 20 }, 3);
    await expect(
      fit({ dimension: 5, batches: () => honest.batches({ only: new Uint8Array(30).fill(1, 0, 10) }) }),
    ).rejects.toThrow('9 of 18 reference embeddings');
    await expect(fit({ dimension: 5, batches: () => honest.batches({}) })).rejects.toThrow('delivered row');
    await expect(
      fit({
        dimension: 5,
        async *batches(o) {
          yield* honest.batches(o);
          yield* honest.batches(o);
        },
      }),
    ).rejects.toThrow('delivered row');
  });

  it('reports progress up to 1 at most and can be cancelled between batches', async () => {
    const ledger = draw(400, 64, 2, 2);
    const abort = new AbortController();
    const inner = sourceOf(ledger, 20);
    let batches = 0;
    const source: EmbeddingSource = {
      dimension: 64,
      async *batches(o) {
        for await (const batch of inner.batches(o)) {
          if (++batches === 3) abort.abort();
          yield batch;
        }
      },
    };
    await expect(
      fitProjection(kernels, ledger, source, { from: 0, to: 400 }, 3, { signal: abort.signal }),
    ).rejects.toThrow('Cancelled: Fitting the projection');
    expect(batches).toBe(3);
    const fractions: number[] = [];
    const slow: EmbeddingSource = {
      dimension: 64,
      async *batches(o) {
        for await (const batch of inner.batches(o)) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          yield batch;
        }
      },
    };
    await fitProjection(kernels, ledger, slow, { from: 0, to: 400 }, 3, {
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect(fractions.length).toBeGreaterThan(1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeLessThanOrEqual(1);
  });
});

describe('projecting a ledger', () => {
  const ledger = draw(500, 24, 3, 21);
  const fitted = fitProjection(kernels, ledger, sourceOf(ledger, 64), { from: 0, to: 300 }, 6);

  it('gives the same bits one event at a time and in batches, NaN where there is no embedding', async () => {
    const { projection } = await fitted;
    const batch = await projectLedger(kernels, projection, sourceOf(ledger, 500), ledger.n);
    expect(await projectLedger(kernels, projection, sourceOf(ledger, 1), ledger.n)).toEqual(batch);
    batch.x.forEach((value, i) => expect(Number.isNaN(value)).toBe(ledger.isVoid[Math.floor(i / 6)] === 1));
  });

  it('projects only what it is asked for', async () => {
    const { projection } = await fitted;
    const only = Uint8Array.from({ length: ledger.n }, (_, row) => row % 2);
    const all = await projectLedger(kernels, projection, sourceOf(ledger, 50), ledger.n);
    const half = await projectLedger(kernels, projection, sourceOf(ledger, 50), ledger.n, { only });
    half.x.forEach((value, i) => expect(value).toEqual(only[Math.floor(i / 6)] ? all.x[i] : NaN));
  });

  it('is nested in k: fewer axes are the first of more, to the bit', async () => {
    const { projection } = await fitted;
    const all = await projectLedger(kernels, projection, sourceOf(ledger, 50), ledger.n);
    for (const k of [1, 3, 5, 6]) {
      expect(await projectLedger(kernels, truncateProjection(projection, k), sourceOf(ledger, 50), ledger.n)).toEqual(
        truncateCoordinates(all, k),
      );
    }
    expect(truncateCoordinates(all, 99)).toBe(all);
  });

  it('refuses another dimension, and names the row of an embedding that is not finite', async () => {
    const { projection } = await fitted;
    await expect(projectLedger(kernels, projection, sourceOf(draw(9, 25, 1, 1), 5), 9)).rejects.toThrow(
      '25 values, the projection was fitted on 24',
    );
    const broken = draw(40, 24, 1, 1);
    broken.vectors[12 * 24 + 5] = Infinity;
    await expect(projectLedger(kernels, projection, sourceOf(broken, 7), 40)).rejects.toThrow('row 12');
    await expect(projectLedger(kernels, projection, sourceOf(ledger, 7), 40)).rejects.toThrow('delivered row');
  });

  it('can be cancelled', async () => {
    const { projection } = await fitted;
    await expect(
      projectLedger(kernels, projection, sourceOf(ledger, 7), ledger.n, { signal: AbortSignal.abort() }),
    ).rejects.toThrow('Cancelled: Projecting embeddings');
  });
});
