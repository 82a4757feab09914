import { wrap } from 'comlink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TautlineFailure } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import { news, order, PROGRESS, question, takes, type ApiOf } from './contract.ts';
import { answeringSide, askingSide, exposeWorker } from './rpcAdapter.ts';
import { movable } from './transfer.ts';

const CONTRACT = {
  lines: question<(length: number) => Promise<{ lines: { points: Float64Array }[] }>>({
    doing: 'drawing',
    moved: true,
  }),
  column: question<() => Promise<Float64Array>>({ doing: 'reading a column' }),
  shared: question<() => Promise<Float64Array[]>>({
    doing: 'reading parts',
    moved: ([{ buffer }]) => [buffer as ArrayBuffer],
  }),
  feed: question<(sink: ((bytes: Uint8Array) => Promise<void>) | null, onProgress: OnProgress) => Promise<number>>({
    doing: 'feeding',
    callbacks: { 0: takes('storing'), 1: PROGRESS },
  }),
  tell: question<(onNews: (what: string) => void) => Promise<void>>({ doing: 'telling', callbacks: { 0: news() } }),
  fail: question<(what: string) => Promise<void>>({ doing: (what) => `failing at ${what}` }),
  stop: order('stopping'),
};

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function connect(api: Partial<ApiOf<typeof CONTRACT>>) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  exposeWorker(CONTRACT, api as ApiOf<typeof CONTRACT>, port2);
  const remote = wrap<Record<string, (...asked: unknown[]) => Promise<unknown>>>(port1);
  return askingSide(CONTRACT, (_doing, use) => use(remote));
}

describe('a contract', () => {
  it('has every row on both sides, and nothing else', () => {
    const names = Object.keys(CONTRACT);
    expect(Object.keys(connect({}))).toEqual(names);
    expect(Object.keys(answeringSide(CONTRACT, {} as ApiOf<typeof CONTRACT>))).toEqual(names);
  });

  it('moves what was made for the answer, clones the rest, and lets a row list what its arrays share', async () => {
    const made = { lines: [{ points: Float64Array.of(1, 2) }] };
    const kept = Float64Array.of(3, 4);
    const whole = Float64Array.of(5, 6, 7);
    const ask = connect({
      lines: async () => made,
      column: async () => kept,
      shared: async () => [whole.subarray(0, 1), whole.subarray(1)],
    });
    expect(await ask.lines(2)).toEqual({ lines: [{ points: Float64Array.of(1, 2) }] });
    expect(made.lines[0].points).toHaveLength(0);
    expect(await ask.column()).toEqual(kept);
    expect(kept).toHaveLength(2);
    const parts = await ask.shared();
    expect(parts).toEqual([Float64Array.of(5), Float64Array.of(6, 7)]);
    expect(parts[0].buffer).toBe(parts[1].buffer);
    expect(whole).toHaveLength(0);
  });

  it('takes callbacks along: what they get is moved, their failures come back, and none stays open', async () => {
    const sent: Uint8Array[] = [];
    const stored: number[][] = [];
    const phases: string[] = [];
    let late: (() => unknown) | null = null;
    const ask = connect({
      feed: async (sink, onProgress) => {
        for (const value of [1, 2]) {
          const bytes = Uint8Array.of(0, value, 0).subarray(1, 2);
          sent.push(bytes);
          await sink?.(bytes);
        }
        const whole = Uint8Array.of(9);
        sent.push(whole);
        await sink?.(whole);
        for (let i = 0; i < 1000; i += 1) onProgress({ phase: 'Feeding', fraction: i / 1000 });
        late = () => sink?.(Uint8Array.of(7));
        return sent.length;
      },
    });
    const progress: OnProgress = ({ phase }) => void phases.push(phase);
    expect(await ask.feed(async (bytes) => void stored.push([...bytes]), progress)).toBe(3);
    expect(stored).toEqual([[1], [2], [9]]);
    // A view of part of a buffer leaves that where it is.
    expect(sent.map(({ length }) => length)).toEqual([1, 1, 0]);
    expect(phases.length).toBeLessThan(20);
    expect(() => late!()).toThrow('released');
    expect(await ask.feed(null, progress)).toBe(6);
    const full = new TautlineFailure({ kind: 'memory', problem: 'it is full', advice: 'Take less' });
    await expect(ask.feed(() => Promise.reject(full), progress)).rejects.toEqual({ error: full.error });
  });

  it('gives errors the words of the row, and keeps those that have their own', async () => {
    const cancelled = new TautlineFailure({ kind: 'cancelled', what: 'Everything' });
    const ask = connect({
      fail: (what) => Promise.reject(what === 'once' ? new Error('it broke') : cancelled),
      tell: async (onNews) => onNews('something'),
    });
    await expect(ask.fail('once')).rejects.toMatchObject({
      error: { kind: 'internal', problem: 'failing at once: it broke' },
    });
    await expect(ask.fail('again')).rejects.toEqual({ error: cancelled.error });
    const told: string[] = [];
    await ask.tell((what) => void told.push(what));
    // News come by a channel of their own, maybe after the answer.
    await vi.waitFor(() => expect(told).toEqual(['something']));
  });

  it('gives orders without waiting', async () => {
    const stopped = new Promise<void>((resolve) => {
      const { stop } = connect({ stop: resolve });
      stop();
    });
    await stopped;
  });

  it('does not compile where an argument that is a callback has no kind, or another argument has one', () => {
    // @ts-expect-error -- a callback is missing
    question<(sink: (bytes: Uint8Array) => Promise<void>) => Promise<void>>({ doing: 'feeding' });
    // @ts-expect-error -- the second argument is no callback
    question<(a: number, b: number) => Promise<void>>({ doing: 'adding', callbacks: { 1: PROGRESS } });
    // @ts-expect-error -- the row "stop" has no implementation
    const api: ApiOf<Pick<typeof CONTRACT, 'stop'>> = {};
    expect(api).toEqual({});
  });
});

describe('movable', () => {
  it('finds every buffer once, copies views of part of one, and leaves the given value as it is', () => {
    const whole = new Float64Array(4);
    const part = new Uint8Array(8).fill(7).subarray(2, 4);
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    const given = { name: 'x', list: [whole, { again: whole }], part, shared, at: null, when: new Date(0) };
    const { value, buffers } = movable(given);
    expect(value).toEqual(given);
    expect(given.part).toBe(part);
    expect(part.buffer.byteLength).toBe(8);
    const copy = (value as typeof given).part;
    expect(copy.buffer.byteLength).toBe(2);
    expect(buffers).toEqual([whole.buffer, copy.buffer]);
  });

  it('gives back the very value where nothing had to be copied', () => {
    const given = { lines: [{ points: new Float64Array(1) }], revision: 3 };
    expect(movable(given).value).toBe(given);
  });
});
