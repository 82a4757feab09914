import { expect, it } from 'vitest';
import { partitionOfKey } from './partition.ts';

it('finds the partition of a key as clients in Java do', () => {
  // From Kafka's own UtilsTest.
  const all = 2 ** 31;
  const hashes = { '21': -973_932_308, foobar: -790_332_482, 'a-little-bit-long-string': -985_981_536 };
  for (const [key, hash] of Object.entries(hashes)) expect(partitionOfKey(key, all)).toBe(hash & 0x7fffffff);
});
