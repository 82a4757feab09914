import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseSampleName, sampleName } from './sampleName.ts';

it('reads back the seed that it wrote, and leaves the default one out', () => {
  fc.assert(
    fc.property(fc.constantFrom('benign', 'quick-tour'), fc.maxSafeNat(), fc.maxSafeNat(), (name, seed, other) => {
      const text = sampleName(name, seed, other);
      expect(text === name).toBe(seed === other);
      expect(parseSampleName(text)).toEqual({ name, seed: seed === other ? undefined : seed });
    }),
  );
});

it.each(['fracture@', 'fracture@x', 'fracture@-1', 'fracture@1.5', '@4', 'fracture@99999999999999999999'])(
  'takes "%s" for a name',
  (text) => {
    expect(parseSampleName(text)).toEqual({ name: text, seed: undefined });
  },
);
