import { describe, expect, it } from 'vitest';
import { noticeCounts, noticesOf, noticesToJson, noticeText } from './notices.ts';
import { NOTICE } from './types.ts';

const { KL_CEILING, FRICTION_SPIKE, TENSION_HIGH } = NOTICE;
const stream = Int32Array.of(0, 1, 0, 1, 0, 1);
const notice = Uint8Array.of(0, KL_CEILING, FRICTION_SPIKE | KL_CEILING, TENSION_HIGH, FRICTION_SPIKE, KL_CEILING);
const signals = {
  seq: Int32Array.of(1, 1, 2, 2, 3, 3),
  kl: Float64Array.of(0, 5, 6, 0, 1, 7),
  friction: Float64Array.of(0, 0.1, 2, 0, 3, 0.2),
};
const all = [
  { kind: 'KL_CEILING', stream: 1, index: 1, seq: 1, value: 5 },
  { kind: 'KL_CEILING', stream: 0, index: 2, seq: 2, value: 6 },
  { kind: 'FRICTION_SPIKE', stream: 0, index: 2, seq: 2, value: 2 },
  { kind: 'FRICTION_SPIKE', stream: 0, index: 4, seq: 3, value: 3 },
  { kind: 'KL_CEILING', stream: 1, index: 5, seq: 3, value: 7 },
] as const;
const list = (filter?: Parameters<typeof noticesOf>[3]) => noticesOf({ stream }, signals, { notice }, filter);

describe('notices', () => {
  it('are the events beyond a limit, each kind by itself; the tension zone has none', () => {
    expect(list()).toHaveLength(5);
    expect(list().slice(0, 5)).toEqual(all);
    expect(noticeCounts({ notice })).toEqual({ KL_CEILING: 3, FRICTION_SPIKE: 2 });
  });

  it.each([[0, 2] as const, [2, 3] as const, [3, 99] as const, [9, 12] as const])('from %i to %i', (from, to) => {
    expect(list().slice(from, to)).toEqual(all.slice(from, to));
  });

  it.each([
    [{ kinds: ['KL_CEILING'] as const, stream: null }, [0, 1, 4]],
    [{ kinds: null, stream: 0 }, [1, 2, 3]],
    [{ kinds: ['FRICTION_SPIKE'] as const, stream: 1 }, []],
    [{ kinds: [], stream: null }, []],
  ])('that pass %j', (filter, wanted) => {
    expect(list(filter)).toHaveLength(wanted.length);
    expect(list(filter).slice(0, 99)).toEqual(wanted.map((i) => all[i]));
  });

  it('have names in files', () => {
    expect([...notice].map(noticeText)).toEqual([
      null,
      'KL_CEILING',
      'KL_CEILING+FRICTION_SPIKE',
      null,
      'FRICTION_SPIKE',
      'KL_CEILING',
    ]);
    expect(noticesToJson([all[1]], ['x', 'y'])).toEqual([
      { kind: 'KL_CEILING', stream: 'x', event: 2, seq: 2, value: 6 },
    ]);
  });
});
