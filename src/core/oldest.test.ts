import fc from 'fast-check';
import { expect, it } from 'vitest';
import { oldestOf } from './oldest.ts';

it('is the key that was added, or added anew, longest ago', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 })), fc.integer({ min: 1, max: 6 }), (keys, most) => {
      const held = new Map<number, number>();
      const oldest = oldestOf(held);
      let model: number[] = [];
      keys.forEach((key, i) => {
        held.delete(key);
        held.set(key, i);
        if (held.size > most) held.delete(oldest());
        model = [...model.filter((other) => other !== key), key].slice(-most);
        expect([...held.keys()]).toEqual(model);
      });
    }),
  );
});

it('takes the same time however many were taken out', () => {
  const held = new Set<number>();
  const oldest = oldestOf(held);
  const began = performance.now();
  for (let i = 0; i < 1_000_000; i++) if (held.add(i).size > 200_000) held.delete(oldest());
  expect([held.size, oldest()]).toEqual([200_000, 800_000]);
  // Some 100 ms; with a new iterator each time a minute.
  expect(performance.now() - began).toBeLessThan(20_000);
});
