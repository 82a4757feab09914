import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Newest } from './newest.ts';

it('holds the newest keys, also after it was saved', () => {
  const key = fc.integer({ min: 0, max: 15 }).map(String);
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.array(key), fc.integer({ min: 1, max: 6 }), (saved, keys, most) => {
      const newest = new Newest(most, saved);
      let model = saved.slice(-most);
      for (const key of keys) {
        expect(newest.add(key)).toBe(!model.includes(key));
        if (!model.includes(key)) model = [...model, key].slice(-most);
        expect(newest.all()).toEqual(model);
      }
    }),
  );
});

it('takes the same time however many have left', () => {
  const newest = new Newest(200_000);
  const began = performance.now();
  for (let i = 0; i < 1_000_000; i++) newest.add(String(i));
  expect(newest.all().at(0)).toBe('800000');
  // Half a second; by iterators a minute.
  expect(performance.now() - began).toBeLessThan(20_000);
});
