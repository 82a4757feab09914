import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeLatest, STALE } from './takeLatest.ts';

/** A call that the test ends by hand. */
function gate() {
  const calls: { argument: number; resolve: (value: string) => void; reject: (thrown: unknown) => void }[] = [];
  const run = (argument: number) => new Promise<string>((resolve, reject) => calls.push({ argument, resolve, reject }));
  return { calls, run };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('takeLatest', () => {
  it('runs one call at a time, and of those waiting only the newest', async () => {
    const { calls, run } = gate();
    const latest = takeLatest(run);
    const answers = [1, 2, 3].map((n) => latest.request(n));
    expect(calls.map((call) => call.argument)).toEqual([1]);
    expect(await answers[1]).toBe(STALE);
    calls[0].resolve('one');
    expect(await answers[0]).toBe('one');
    await turn();
    expect(calls.map((call) => call.argument)).toEqual([1, 3]);
    calls[1].resolve('three');
    expect(await answers[2]).toBe('three');
    await turn();
    expect(latest.busy).toBe(false);
  });

  it('rejects with what the call threw and goes on with the one that waits', async () => {
    const { calls, run } = gate();
    const latest = takeLatest(run);
    const first = latest.request(1);
    const second = latest.request(2);
    calls[0].reject(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    await turn();
    calls[1].resolve('two');
    expect(await second).toBe('two');
  });

  it('drops what waits when told to', async () => {
    const { calls, run } = gate();
    const latest = takeLatest(run);
    void latest.request(1);
    const second = latest.request(2);
    latest.dropWaiting();
    expect(await second).toBe(STALE);
    calls[0].resolve('one');
    await turn();
    expect(calls).toHaveLength(1);
  });

  it('sends what may follow the call in flight, and asks for room only where that is of no use', async () => {
    const { calls, run } = gate();
    let asked = 0;
    const latest = takeLatest(run, {
      onWaiting: () => asked++,
      keepsRunning: (ahead, next) => Math.floor(ahead / 10) === Math.floor(next / 10),
    });
    const answers = [11, 12, 13, 14].map((n) => latest.request(n));
    expect(calls.map((call) => call.argument)).toEqual([11, 12]);
    expect(asked).toBe(0);
    expect(await answers[2]).toBe(STALE);
    calls[0].resolve('first');
    expect(await answers[0]).toBe('first');
    await turn();
    expect(calls.map((call) => call.argument)).toEqual([11, 12, 14]);
    const other = latest.request(21);
    expect(asked).toBe(1);
    calls[1].resolve('second');
    await turn();
    expect(calls).toHaveLength(3);
    calls[2].reject(new Error('broken'));
    await expect(answers[3]).rejects.toThrow('broken');
    await turn();
    expect(calls.map((call) => call.argument)).toEqual([11, 12, 14, 21]);
    calls[3].resolve('other');
    expect(await other).toBe('other');
    expect(latest.busy).toBe(false);
  });

  it('always runs the last request, never two at once, in any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), async (steps) => {
        const { calls, run } = gate();
        const latest = takeLatest(run);
        let ended = 0;
        let last = -1;
        const endOne = async () => {
          if (ended < calls.length) calls[ended++].resolve('done');
          await Promise.resolve();
          await Promise.resolve();
          await Promise.resolve();
        };
        for (const [n, ask] of steps.entries()) {
          if (ask) void latest.request((last = n));
          else await endOne();
          expect(calls.length - ended).toBeLessThanOrEqual(1);
        }
        while (ended < calls.length) await endOne();
        if (last >= 0) expect(calls.at(-1)!.argument).toBe(last);
        expect(calls.map((call) => call.argument)).toEqual(
          [...calls.map((call) => call.argument)].sort((a, b) => a - b),
        );
      }),
      { numRuns: 200 },
    );
  });
});
