import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { shareOut, type StagePool } from '../detection/signalPool.ts';
import { createDetector, referenceRange, prestartPool, type Detector } from '../detection/pipeline.ts';
import { StageSpeed } from '../detection/signalStages.ts';
import { bitsOf, parameters, randomLedger, type RandomLedger } from '../detection/testing.ts';
import { testKernels } from '../kernels/testing.ts';
import { createSignalPool, type SignalPool } from './signalPool.ts';
import { spawnSignalWorkerHere, type MortalWorker } from './testing.ts';

const kernels = testKernels();
const patient = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

let pool: SignalPool | null = null;
let workers: MortalWorker[] = [];
function poolOf(size: number): SignalPool {
  workers = [];
  pool = createSignalPool(size, () => {
    const worker = spawnSignalWorkerHere();
    workers.push(worker);
    return worker;
  });
  return pool;
}
afterEach(() => pool?.dispose());

function loaded(of: RandomLedger): Detector {
  const { events, coordinates } = randomLedger(of);
  const detector = createDetector(kernels);
  detector.load(events, coordinates, referenceRange(events.n, parameters()).range);
  return detector;
}

describe('a pool of signal workers', () => {
  it('gives the bits that one thread gives', async () => {
    const change = fc.record({
      lambda_slow: fc.constantFrom(0.05, 0.1),
      lambda_fast: fc.constantFrom(0.25, 0.4),
      anchor: fc.constantFrom('lineage' as const, 'reference' as const),
      emd_window: fc.constantFrom(16, 64),
      adaptive: fc.boolean(),
    });
    const ledger = fc.record({
      n: fc.constantFrom(1, 700, 9000),
      k: fc.constantFrom(1, 3, 8),
      streams: fc.constantFrom(2, 3, 7),
      seed: fc.nat(),
      voids: fc.constantFrom(0, 0.3),
    });
    await fc.assert(
      fc.asyncProperty(
        ledger,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 2, 3),
        async (of, changes, size) => {
          const shared = loaded(of);
          const threads = poolOf(size);
          for (const next of changes) {
            const p = parameters(next);
            await shared.prepare(p, { ...patient(), pool: threads, poolThreshold: 0 });
            const signals = bitsOf(shared.runSignals(p));
            const alone = loaded(of);
            expect(signals).toEqual(bitsOf(alone.runSignals(p)));
            expect(shared.decide(p).alerts).toEqual(alone.decide(p).alerts);
            expect(shared.couplingMatrix(of.n - 1)).toEqual(alone.couplingMatrix(of.n - 1));
          }
          threads.dispose();
        },
      ),
      { numRuns: 12 },
    );
  });

  it('is started for a ledger whose first run will call it, and serves that run', async () => {
    const threads = poolOf(2);
    const { events } = randomLedger({ n: 9000, k: 4, streams: 3, seed: 1 });
    prestartPool({ pool: threads, poolThreshold: 1e6 }, events, 4);
    prestartPool({ pool: threads, poolThreshold: 0 }, { ...events, streams: events.streams.slice(0, 1) }, 4);
    expect(workers).toHaveLength(0);
    prestartPool({ pool: threads, poolThreshold: 0 }, events, 4);
    expect(workers).toHaveLength(2);
    const detector = loaded({ n: 9000, k: 4, streams: 3, seed: 1 });
    await detector.prepare(parameters(), { ...patient(), pool: threads, poolThreshold: 0 });
    expect(workers).toHaveLength(2);
  });

  it('loses a worker without losing its streams, and is whole for the next run', async () => {
    const of = { n: 20_000, k: 8, streams: 4, seed: 9 };
    const detector = loaded(of);
    const threads = poolOf(2);
    const troubles: string[] = [];
    let struck = false;
    const stricken: StagePool = {
      size: 2,
      run: (ledger, tasks, accept, signal) =>
        threads.run(
          ledger,
          tasks,
          (task, part) => {
            if (!struck) workers[1].die('it was struck by lightning');
            struck = true;
            accept(task, part);
          },
          signal,
        ),
    };
    await detector.prepare(parameters(), {
      ...patient(),
      pool: stricken,
      poolThreshold: 0,
      onWorkerFailure: (problem) => troubles.push(problem),
    });
    expect(troubles).toEqual(['it was struck by lightning']);
    expect(bitsOf(detector.runSignals(parameters()))).toEqual(bitsOf(loaded(of).runSignals(parameters())));
    const next = parameters({ lambda_slow: 0.1 });
    await detector.prepare(next, {
      ...patient(),
      pool: threads,
      poolThreshold: 0,
      onWorkerFailure: (problem) => troubles.push(problem),
    });
    expect(bitsOf(detector.runSignals(next))).toEqual(bitsOf(loaded(of).runSignals(next)));
    expect(troubles).toHaveLength(1);
  });
});

describe('a pool of signal workers, while the engine works or does without,', () => {
  it('is given the ledger, and again where a worker is lost meanwhile', async () => {
    const of = { n: 20_000, k: 8, streams: 4, seed: 9 };
    const detector = loaded(of);
    const threads = poolOf(2);
    const troubles: string[] = [];
    let struck = false;
    const onProgress = () => {
      if (!struck) workers[1].die('it was struck by lightning');
      struck = true;
    };
    await detector.prepare(parameters(), {
      ...patient(),
      onProgress,
      timeSlice: 0,
      pool: threads,
      poolThreshold: 0,
      onWorkerFailure: (problem) => troubles.push(problem),
    });
    expect(workers).toHaveLength(3);
    expect(troubles).toEqual([]);
    expect(bitsOf(detector.runSignals(parameters()))).toEqual(bitsOf(loaded(of).runSignals(parameters())));
  });

  it('that cannot be started leaves the work to the engine', async () => {
    const of = { n: 3000, k: 3, streams: 3, seed: 9 };
    const detector = loaded(of);
    pool = createSignalPool(2, () => {
      throw new Error('no more threads');
    });
    const troubles: string[] = [];
    await detector.prepare(parameters(), {
      ...patient(),
      pool: pool,
      poolThreshold: 0,
      onWorkerFailure: (problem) => troubles.push(problem),
    });
    expect(troubles).toHaveLength(2);
    expect(troubles[0]).toContain('no more threads');
    expect(bitsOf(detector.runSignals(parameters()))).toEqual(bitsOf(loaded(of).runSignals(parameters())));
  });

  it('stops at once when it is cancelled, and computes the next change right', async () => {
    const of = { n: 60_000, k: 8, streams: 4, seed: 9 };
    const detector = loaded(of);
    const threads = poolOf(2);
    detector.runSignals(parameters());
    for (const lambda_slow of [0.08, 0.09, 0.1]) {
      const abort = new AbortController();
      const cancelled = detector.prepare(parameters({ lambda_slow }), {
        signal: abort.signal,
        onProgress: () => abort.abort(),
        timeSlice: 0,
        pool: threads,
        poolThreshold: 0,
      });
      await expect(cancelled).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    }
    const next = parameters({ lambda_slow: 0.07 });
    await detector.prepare(next, { ...patient(), pool: threads, poolThreshold: 0 });
    expect(bitsOf(detector.runSignals(next))).toEqual(bitsOf(loaded(of).runSignals(next)));
  });
});

it('streams are shared out whole, the longest first, no worker with more than twice the best share', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 24 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(8, 32),
      (events, size, k) => {
        const speed = new StageSpeed(k);
        const shares = shareOut(['tracker', 'transport'], events, size, speed);
        const costs = shares.map((share) =>
          (['tracker', 'transport'] as const).reduce(
            (sum, stage) => sum + speed.of(stage) * events.reduce((all, n, s) => all + (share[stage]?.[s] ?? 0) * n, 0),
            0,
          ),
        );
        for (const stage of ['tracker', 'transport'] as const)
          for (const s of events.keys())
            expect(shares.reduce((all, share) => all + (share[stage]?.[s] ?? 0), 0)).toBe(1);
        const items = events.flatMap((n) => [n * speed.of('tracker'), n * speed.of('transport')]);
        const best = Math.max(Math.max(...items), items.reduce((a, b) => a + b, 0) / size);
        // Graham (1969): no list schedule takes more than twice the larger of the two bounds.
        expect(Math.max(...costs)).toBeLessThanOrEqual(2 * best + 1e-6);
      },
    ),
  );
});
