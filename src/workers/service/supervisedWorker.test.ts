import { afterEach, describe, expect, it, vi } from 'vitest';
import { TautlineFailure, type TautlineError } from '../../core/errors.ts';
import { createLifeline, type Lifeline } from './supervisedWorker.ts';
import { spawnNodeWorker } from '../testing.ts';

interface Mortal {
  run(task: { act: string; value?: unknown }): Promise<unknown>;
}

const mortal = new URL('./fixtures/mortal.worker.mjs', import.meta.url);
const stillborn = new URL('./fixtures/stillborn.worker.mjs', import.meta.url);
const lines: Lifeline<Mortal>[] = [];

function lifeline(script: URL, onRestart?: (reason: string) => void) {
  const spawn = vi.fn(() => spawnNodeWorker(script));
  const line = createLifeline<Mortal>({ name: 'test', spawn, advice: 'Try again', onRestart });
  lines.push(line);
  const run = (act: string, value?: unknown) => line.call('acting', (remote) => remote.run({ act, value }));
  return { line, run, spawn };
}

const errorOf = (call: Promise<unknown>): Promise<TautlineError> =>
  call.then(
    (value) => {
      throw new Error(`resolved to ${String(value)}`);
    },
    (thrown: unknown) => {
      expect(thrown).toBeInstanceOf(TautlineFailure);
      return (thrown as TautlineFailure).error;
    },
  );

afterEach(() => {
  for (const line of lines.splice(0)) line.dispose();
});

describe('lifeline', () => {
  it('starts nothing before the first call', async () => {
    const { run, spawn } = lifeline(mortal);
    expect(spawn).not.toHaveBeenCalled();
    expect(await run('echo', 7)).toBe(7);
    expect(spawn).toHaveBeenCalledOnce();
  });

  it('starts its worker when it is woken, once; one that cannot start is tried again by the call, which says why', async () => {
    const { line, run, spawn } = lifeline(mortal);
    line.wake();
    line.wake();
    expect(spawn).toHaveBeenCalledOnce();
    expect(await run('echo', 7)).toBe(7);
    expect(spawn).toHaveBeenCalledOnce();
    line.dispose();
    line.wake();
    expect(spawn).toHaveBeenCalledOnce();
    const unstarted = createLifeline<Mortal>({
      name: 'test',
      advice: 'Try again',
      spawn: () => {
        throw new Error('no more workers');
      },
    });
    unstarted.wake();
    expect((await errorOf(unstarted.call('acting', (remote) => remote.run({ act: 'echo' })))).kind).toBe('worker');
  });

  it('gives an error of the call itself as it was thrown, and keeps the worker', async () => {
    const { run, spawn } = lifeline(mortal);
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
    const { run, spawn } = lifeline(mortal, onRestart);
    await run('echo');
    const errors = await Promise.all([errorOf(run('hang')), errorOf(run('hang')), errorOf(run(act))]);
    for (const error of errors)
      expect(error).toMatchObject({ kind: 'worker', worker: 'test', problem: expect.stringMatching(problem) });
    expect(onRestart).toHaveBeenCalledOnce();
    expect(spawn).toHaveBeenCalledTimes(2);
    expect(await run('echo', 'again')).toBe('again');
  });

  it('rejects calls to a worker that does not start, and stops starting it until it is called again', async () => {
    const { run, spawn } = lifeline(stillborn);
    expect(await errorOf(run('echo'))).toMatchObject({ kind: 'worker', problem: 'broken at start' });
    await vi.waitFor(() => expect(spawn).toHaveBeenCalledTimes(3), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(spawn).toHaveBeenCalledTimes(3);
    expect(await errorOf(run('echo'))).toMatchObject({ kind: 'worker', problem: 'broken at start' });
  });

  it('rejects where the worker cannot even be made', async () => {
    const line = createLifeline<Mortal>({
      name: 'test',
      advice: '',
      spawn: () => {
        throw new Error('blocked by policy');
      },
    });
    expect(await errorOf(line.call('acting', (remote) => remote.run({ act: 'echo' })))).toMatchObject({
      kind: 'worker',
      problem: expect.stringContaining('blocked by policy'),
    });
  });

  it('rejects pending and later calls once disposed', async () => {
    const { line, run } = lifeline(mortal);
    const pending = errorOf(run('hang'));
    line.dispose();
    expect(await pending).toMatchObject({ kind: 'worker', problem: 'it was closed' });
    expect(await errorOf(run('echo'))).toMatchObject({ kind: 'worker', problem: 'it was closed' });
  });
});
