/** Finaliser of MurmurHash3 (Appleby 2011) over a few words: 32 bits that no two events share in step. */
export function mix(...words: readonly number[]): number {
  let h = 0;
  for (const word of words) {
    h = Math.imul(h ^ word, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** A seed has up to 53 bits. */
export const halves = (seed: number): readonly [number, number] => [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
