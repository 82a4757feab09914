import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorOf, spawnNodeWorker } from '../testing.ts';
import { question } from './contract.ts';
import { superviseWorker, type SupervisedWorker } from './supervisedWorker.ts';

const contract = {
  run: question<(task: { act: string; value?: unknown }) => Promise<unknown>>({ doing: 'acting' }),
};

const mortal = new URL('./fixtures/mortal.worker.mjs', import.meta.url);
const stillborn = new URL('./fixtures/stillborn.worker.mjs', import.meta.url);
const workers: SupervisedWorker<typeof contract>[] = [];

function supervised(script: URL, onRestart?: (reason: string) => void) {
  const spawn = vi.fn(() => spawnNodeWorker(script));
  const worker = superviseWorker({ contract, name: 'test', spawn, advice: 'Try again', onRestart });
  workers.push(worker);
  const run = (act: string, value?: unknown) => worker.ask.run({ act, value });
  return { worker, run, spawn };
}

afterEach(() => {
  for (const worker of workers.splice(0)) worker.dispose();
});

describe('a supervised worker', () => {
  it('starts nothing before the first call', async () => {
    const { run, spawn } = supervised(mortal);
    expect(spawn).not.toHaveBeenCalled();
    expect(await run('echo', 7)).toBe(7);
    expect(spawn).toHaveBeenCalledOnce();
  });

  it('starts its worker beforehand, once; the call tries again where that failed, and says why', async () => {
    const { worker, run, spawn } = supervised(mortal);
    worker.prestart();
    worker.prestart();
    expect(spawn).toHaveBeenCalledOnce();
    expect(await run('echo', 7)).toBe(7);
    expect(spawn).toHaveBeenCalledOnce();
    worker.dispose();
    worker.prestart();
    expect(spawn).toHaveBeenCalledOnce();
    const unstarted = superviseWorker({
      contract,
      name: 'test',
      advice: 'Try again',
      spawn: () => {
        throw new Error('no more workers');
      },
    });
    unstarted.prestart();
    expect((await errorOf(unstarted.ask.run({ act: 'echo' }))).kind).toBe('worker');
  });

  it('gives an error of the call itself as it was thrown, and keeps the worker', async () => {
    const { run, spawn } = supervised(mortal);
    expect(await errorOf(run('refuse'))).toEqual({
      kind: 'ledger',
      problem: 'no such thing',
      advice: 'Look elsewhere',
    });
    expect(await run('echo', 1)).toBe(1);
    expect(spawn).toHaveBeenCalledOnce();
  });

  it.each([
    ['exit', /code 3/],
    ['throwOutside', /thrown outside any call/],
  ])('rejects every pending call when the worker dies by %s, and starts another at once', async (act, problem) => {
    const onRestart = vi.fn();
    const { run, spawn } = supervised(mortal, onRestart);
    await run('echo');
    const errors = await Promise.all([errorOf(run('hang')), errorOf(run('hang')), errorOf(run(act))]);
    for (const error of errors)
      expect(error).toMatchObject({ kind: 'worker', worker: 'test', problem: expect.stringMatching(problem) });
    expect(onRestart).toHaveBeenCalledOnce();
    expect(spawn).toHaveBeenCalledTimes(2);
    expect(await run('echo', 'again')).toBe('again');
  });

  it('rejects calls to a worker that does not start, and stops starting it until it is called again', async () => {
    const { run, spawn } = supervised(stillborn);
    expect(await errorOf(run('echo'))).toMatchObject({ kind: 'worker', problem: 'broken at start' });
    await vi.waitFor(() => expect(spawn).toHaveBeenCalledTimes(3), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(spawn).toHaveBeenCalledTimes(3);
    expect(await errorOf(run('echo'))).toMatchObject({ kind: 'worker', problem: 'broken at start' });
  });

  it('rejects where the worker cannot even be made', async () => {
    const worker = superviseWorker({
      contract,
      name: 'test',
      advice: '',
      spawn: () => {
        throw new Error('blocked by policy');
      },
    });
    expect(await errorOf(worker.ask.run({ act: 'echo' }))).toMatchObject({
      kind: 'worker',
      problem: expect.stringContaining('blocked by policy'),
    });
  });

  it('rejects pending and later calls once disposed', async () => {
    const { worker, run } = supervised(mortal);
    const pending = errorOf(run('hang'));
    worker.dispose();
    expect(await pending).toMatchObject({ kind: 'worker', problem: 'it was closed' });
    expect(await errorOf(run('echo'))).toMatchObject({ kind: 'worker', problem: 'it was closed' });
  });
});

describe('a worker that somebody asks for a sign of life', () => {
  it('is replaced where it is stuck in a loop, and calls under way are cancelled', async () => {
    const onRestart = vi.fn();
    const { worker, run, spawn } = supervised(mortal, onRestart);
    await run('echo');
    const stuck = [errorOf(run('block')), errorOf(run('echo', 1))];
    expect(await worker.cancelUnlessAnswering(200)).toBe(true);
    for (const error of await Promise.all(stuck)) expect(error).toEqual({ kind: 'cancelled', what: 'acting' });
    expect(onRestart).toHaveBeenCalledExactlyOnceWith('it did not answer any more', 'cancelled');
    expect(spawn).toHaveBeenCalledTimes(2);
    expect(await run('echo', 'again')).toBe('again');
  });

  it('is left alone where it only waits for something, or has nothing to do', async () => {
    const { worker, run, spawn } = supervised(mortal);
    await run('echo');
    expect(worker.busy).toBe(false);
    expect(await worker.cancelUnlessAnswering(0)).toBe(false);
    const waiting = errorOf(run('hang'));
    expect(worker.busy).toBe(true);
    expect(await worker.cancelUnlessAnswering(10_000)).toBe(false);
    expect(spawn).toHaveBeenCalledOnce();
    worker.cancel();
    expect(await waiting).toEqual({ kind: 'cancelled', what: 'acting' });
    expect(spawn).toHaveBeenCalledTimes(2);
  });

  it('is replaced once where it dies meanwhile', async () => {
    const { worker, run, spawn } = supervised(mortal);
    await run('echo');
    const died = errorOf(run('exit'));
    expect(await worker.cancelUnlessAnswering(300)).toBe(false);
    expect(await died).toMatchObject({ kind: 'worker', problem: expect.stringContaining('code 3') });
    expect(spawn).toHaveBeenCalledTimes(2);
  });
});
