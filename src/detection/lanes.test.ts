import { expect, it } from 'vitest';
import type { LiveAlert } from './files/commit.ts';
import { laneFigures, nextStage, signTest, stepBackReason, type Lanes } from './lanes.ts';

const alert = (stream: string, onset: number, fired: number, cleared: number | null): LiveAlert => ({
  ...{ kind: 'DRIFT', stream, onset, onset_seq: onset + 1, fired, fired_seq: fired + 1, cleared, peak: 1 },
  id: `g/DRIFT/${stream}/${onset}/${fired}`,
});
const lanes = (byCandidate: readonly LiveAlert[], byFormer: readonly LiveAlert[]): Lanes => ({
  ...{ candidate: 'c', former: 'f', stage: 'canary', since: 100, events: 1000, taken: 0 },
  ...{ byCandidate, byFormer },
});

it('episodes of both bundles are matched, those that were open before are not counted', () => {
  const open = alert('a', 50, 60, 150);
  const figures = laneFigures(
    lanes(
      [alert('a', 100, 110, 160), alert('a', 300, 330, 350), alert('b', 500, 510, null)],
      [open, alert('a', 290, 310, 340), alert('a', 600, 610, 620)],
    ),
  );
  expect(figures).toMatchObject({ both: 1, onlyCandidate: 1, onlyFormer: 1, delay: 20, p: 1 });
  expect(figures.pairs.map(({ candidate, former }) => [candidate?.fired, former?.fired])).toEqual([
    [330, 310],
    [510, undefined],
    [undefined, 610],
  ]);
  expect(figures.candidate.rate).toBe(2 / 1000);
  expect(figures.candidate.interval[0]).toBeCloseTo(0.2422e-3, 6);
  expect(figures.candidate.interval[1]).toBeCloseTo(7.2247e-3, 6);
});

it('the sign test is exact, for many too', () => {
  expect(signTest(0, 0)).toBe(1);
  expect(signTest(6, 0)).toBeCloseTo(2 / 64, 12);
  expect(signTest(0, 5)).toBeCloseTo(2 / 32, 12);
  expect(signTest(3, 1)).toBeCloseTo(10 / 16, 12);
  expect(signTest(900, 900)).toBe(1);
  expect(signTest(1000, 800)).toBeLessThan(1e-5);
});

it('steps back by itself where six more differ, only from a stage that others depend on, and by one', () => {
  const own = Array.from({ length: 6 }, (_, i) => alert('a', 200 + 20 * i, 205 + 20 * i, 210 + 20 * i));
  const reason = (all: Lanes): string | null => stepBackReason(all, laneFigures(all));
  expect(reason(lanes(own, []))).toMatch(/^It raises more: 6 alerts of its own, 0 of the other/);
  expect(reason(lanes([], own))).toMatch(/^It misses some/);
  expect(reason(lanes(own.slice(1), []))).toBeNull();
  expect(reason({ ...lanes(own, []), stage: 'shadow' })).toBeNull();
  expect(['shadow', 'canary', 'full'].map((stage) => nextStage('stepped-back', stage as 'full'))).toEqual([
    'none',
    'shadow',
    'canary',
  ]);
});
