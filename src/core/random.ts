/** Seeded random numbers, the same in every engine. */

/** mulberry32 (Ettinger 2017): uniform numbers in [0, 1). @param seed a whole number, taken modulo 2^32 */
export function mulberry32(seed: number): () => number {
  const next = mulberry32Words(seed);
  return () => next() / 2 ** 32;
}

/** The same sequence in the open interval (0, 1): its logarithm is finite. */
export function openMulberry32(seed: number): () => number {
  const next = mulberry32Words(seed);
  return () => (next() + 0.5) / 2 ** 32;
}

function mulberry32Words(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const MASK = (1n << 64n) - 1n;

/** splitmix64 (Steele, Lea & Flood 2014): the 64-bit outputs of a seed. The kernels have the same sequence. */
export function splitmix64Words(seed: bigint): () => bigint {
  let state = seed & MASK;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  };
}

/** splitmix64 as uniform fractions of 53 bits, in [0, 1). */
export function splitmix64(seed: number): () => number {
  const next = splitmix64Words(BigInt(seed));
  return () => Number(next() >> 11n) / 2 ** 53;
}

/** A standard normal number (Box & Muller 1958) from two independent uniform ones. @param u in (0, 1] */
export const boxMuller = (u: number, v: number): number => Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
