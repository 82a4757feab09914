import { describe, expect, it } from 'vitest';
import { VectorCache } from './vectorCache.ts';
import type { VectorColumn } from './vectors.ts';

const vectors = (rows: number): VectorColumn => ({
  rows,
  offsets: Int32Array.from({ length: rows + 1 }, (_, i) => 4 * i),
  values: new Float32Array(4 * rows),
  valid: null,
});

describe('kept vectors', () => {
  it('are all or none: over the budget, after a batch of another size, and when released none is left', () => {
    const one = vectors(10);
    const bytes = one.values.byteLength + one.offsets.byteLength;
    const kept = new VectorCache(2 * bytes);
    expect(kept.all(10)).toBeNull();
    kept.add(0, one, 10);
    kept.add(10, vectors(10), 10);
    expect(kept.all(10)!.map(({ base }) => base)).toEqual([0, 10]);
    expect(kept.all(11), 'other batches would be read').toBeNull();
    kept.add(20, vectors(1), 10);
    expect(kept.all(10)).toBeNull();
    kept.add(0, one, 10);
    expect(kept.all(10), 'a part is never given for the whole').toBeNull();

    const mixed = new VectorCache(Infinity);
    mixed.add(0, one, 10);
    mixed.add(10, vectors(10), 20);
    expect(mixed.all(10)).toBeNull();

    const released = new VectorCache(Infinity);
    released.add(0, one, 10);
    released.release();
    expect(released.all(10)).toBeNull();
  });

  it('that are views into one buffer take it once', () => {
    const whole = new Float32Array(80);
    const part = (from: number): VectorColumn => ({ ...vectors(10), values: whole.subarray(from, from + 40) });
    const kept = new VectorCache(whole.byteLength + 2 * 44);
    kept.add(0, part(0), 10);
    kept.add(10, part(40), 10);
    expect(kept.all(10)).toHaveLength(2);
  });
});
