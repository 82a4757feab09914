import { describe, expect, it } from 'vitest';
import type { Progress } from '../core/progress.ts';
import { umapLayout } from './umapLayout.ts';

/** Three clusters of points far apart, in four axes; the sample is always the same. */
function clusters(each: number): { x: Float32Array; k: number; cluster: number[] } {
  let state = 7;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
  const cluster = Array.from({ length: 3 * each }, (_, i) => i % 3);
  return {
    k: 4,
    cluster,
    x: Float32Array.from(cluster.flatMap((c) => [0, 1, 2, 3].map((a) => random() + (a === c ? 12 : 0)))),
  };
}

const spread = (positions: Float32Array, members: readonly number[]) => {
  const mean = [0, 1].map((d) => members.reduce((sum, i) => sum + positions[2 * i + d], 0) / members.length);
  return {
    mean,
    radius: Math.max(...members.map((i) => Math.hypot(positions[2 * i] - mean[0], positions[2 * i + 1] - mean[1]))),
  };
};

describe('umapLayout', () => {
  it('keeps clusters apart and neighbours together, and is the same every time', () => {
    const { x, k, cluster } = clusters(60);
    const progress: Progress[] = [];
    const layout = umapLayout({ x, k }, (p) => progress.push(p));
    const groups = [0, 1, 2].map((c) =>
      spread(
        layout.positions,
        cluster.flatMap((own, i) => (own === c ? [i] : [])),
      ),
    );
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      const apart = Math.hypot(groups[a].mean[0] - groups[b].mean[0], groups[a].mean[1] - groups[b].mean[1]);
      expect(apart).toBeGreaterThan(Math.max(groups[a].radius, groups[b].radius));
    }
    expect(layout.fitted).toBe(180);
    expect(layout.neighboursKept).toBeGreaterThan(0.4);
    expect(progress.length).toBeGreaterThan(10);
    expect(progress.every((p, i) => i === 0 || p.fraction >= progress[i - 1].fraction)).toBe(true);
    expect(umapLayout({ x, k }, () => undefined).positions).toEqual(layout.positions);
  }, 30_000);

  it('lays out next to nothing without failing', () => {
    expect([...umapLayout({ x: new Float32Array(0), k: 3 }, () => undefined).positions]).toEqual([]);
    expect(umapLayout({ x: Float32Array.of(1, 2, 3, 4), k: 2 }, () => undefined).positions.every(Number.isFinite)).toBe(
      true,
    );
  });
});
