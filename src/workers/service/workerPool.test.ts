import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorkerPool, type WorkerPool } from './workerPool.ts';
import { spawnNodeWorker } from '../testing.ts';

interface Task {
  readonly act: string;
  readonly value?: number;
  readonly marker?: string;
}

const script = new URL('./fixtures/mortal.worker.mjs', import.meta.url);
const pools: WorkerPool<Task, number>[] = [];
let folder: string;

function pool(onRetry?: (problem: string, task: number) => void) {
  const entry = vi.fn(() => spawnNodeWorker(script));
  const made = createWorkerPool<Task, number>({ name: 'test', size: 2, entry, onRetry });
  pools.push(made);
  return { pool: made, entry };
}
const echoes = (count: number): Task[] => Array.from({ length: count }, (_, value) => ({ act: 'echo', value }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tautline-pool-'));
});
afterEach(() => {
  for (const made of pools.splice(0)) made.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe('pool', () => {
  it('maps over tasks in order with as many workers as asked for, and reports progress', async () => {
    const { pool: made, entry } = pool();
    const fractions: number[] = [];
    expect(await made.map(echoes(20), { onProgress: ({ fraction }) => fractions.push(fraction) })).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    expect(entry).toHaveBeenCalledTimes(2);
    expect(fractions).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) / 20));
    expect(await made.map([])).toEqual([]);
  });

  it('runs a task again, once, when its worker dies, and says so', async () => {
    const onRetry = vi.fn();
    const { pool: made } = pool(onRetry);
    const mortal: Task = { act: 'exitOnce', value: 99, marker: join(folder, 'died') };
    expect(await made.map([...echoes(3), mortal, ...echoes(2)])).toEqual([0, 1, 2, 99, 0, 1]);
    expect(onRetry).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('code 4'), 3);
  });

  it('gives up on a task that kills two workers, and works on afterwards', async () => {
    const { pool: made } = pool();
    await expect(made.map([...echoes(3), { act: 'exit' }])).rejects.toMatchObject({
      error: { kind: 'worker', worker: 'test' },
    });
    expect(await made.map(echoes(4))).toEqual([0, 1, 2, 3]);
  });

  it('ends with the error of a task, and the other workers with it', async () => {
    const { pool: made } = pool();
    await expect(made.map([{ act: 'hang' }, { act: 'refuse' }])).rejects.toMatchObject({
      error: { kind: 'ledger', problem: 'no such thing' },
    });
    expect(await made.map(echoes(4))).toEqual([0, 1, 2, 3]);
  });

  it('ends running tasks when cancelled', async () => {
    const { pool: made } = pool();
    const abort = new AbortController();
    const map = made.map([{ act: 'hang' }, { act: 'hang' }, ...echoes(2)], {
      phase: 'Monte Carlo',
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 100);
    await expect(map).rejects.toMatchObject({ error: { kind: 'cancelled', what: 'Monte Carlo' } });
    expect(await made.map(echoes(4))).toEqual([0, 1, 2, 3]);
  });
});
