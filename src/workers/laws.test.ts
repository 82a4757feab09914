import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStages, type StageThreads } from '../analysis/stages.ts';
import { bitsOf, parameters } from '../detection/testing.ts';
import { testKernels } from '../kernels/testing.ts';
import { named, open, plainLedger, platform } from '../ledger/testing.ts';
import type { NamedBlob } from '../ledger/types.ts';
import { writeHive } from '../ledger/write.ts';
import { createScanThread } from './scanThread.ts';
import { createSignalPool } from './signalPool.ts';
import { spawnScanHere, spawnSignalWorkerHere } from './testing.ts';

const kernels = testKernels();

interface Threads {
  readonly scan: boolean;
  readonly pool: number;
}

async function analysed(files: readonly NamedBlob[], { scan, pool }: Threads) {
  const scanThread = scan ? createScanThread(spawnScanHere, 0) : undefined;
  const threads = pool > 0 ? createSignalPool(pool, spawnSignalWorkerHere) : undefined;
  const shared: StageThreads = threads ? { pool: threads, poolThreshold: 0 } : {};
  try {
    const ledger = await open(files, { platform: { ...platform, scanThread } });
    const stages = createStages(kernels.fork(), ledger, null, shared);
    const settings = parameters({ reference_events: 200, warmup: 20, k: 3, emd_window: 16 });
    const run = { signal: new AbortController().signal, onProgress: () => undefined };
    const { signals, decisions, events, coordinates } = await stages.run(settings, run);
    return {
      fingerprint: ledger.report.fingerprint,
      leftOut: ledger.report.leftOut,
      signals: bitsOf(signals),
      decisions: [decisions.eventState, decisions.z, decisions.cusum, decisions.notice].map((column) => [...column]),
      alerts: decisions.alerts,
      calibration: decisions.calibration,
      ids: [...events.eventId],
      coordinates: [...coordinates.x],
    };
  } finally {
    threads?.dispose();
  }
}

describe('threads', () => {
  it('change nothing, from the files of a folder to its alerts', async () => {
    const ledgers = fc.record({
      n: fc.integer({ min: 230, max: 900 }),
      dimension: fc.constantFrom(3, 6),
      seed: fc.integer({ min: 1, max: 1000 }),
      broken: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(ledgers, fc.boolean(), fc.constantFrom(1, 2, 3), async (of, scan, pool) => {
        const { n, dimension, seed, broken } = of;
        const value = (_: unknown, i: number) => Math.fround(Math.sin(seed * 1.37 * i) + Math.sin(i * i * 0.731));
        const embeddings = Float32Array.from({ length: n * dimension }, value);
        if (broken) embeddings[7 * dimension] = NaN;
        const files = await writeHive({ ...plainLedger(n, dimension), embeddings }, platform, { rowGroupRows: 70 });
        const blobs = files.map(({ path, bytes }) => named(path, bytes));
        const alone = await analysed(blobs, { scan: false, pool: 0 });
        expect(alone.leftOut).toHaveLength(broken ? 1 : 0);
        expect(await analysed(blobs, { scan, pool })).toEqual(alone);
      }),
      { numRuns: 8 },
    );
  });
});
