/**
 * splitmix64 (Steele, Lea & Flood 2014): a seed gives the same numbers in every engine. One sequence, shared by the
 * kernels of this module.
 */

let state: u64 = 0;

export function reseed(seed: i32): void {
  state = <u64>seed;
}

@inline
function next(): u64 {
  state += 0x9e3779b97f4a7c15;
  let z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Uniform integer in [0, n) by the high bits of a 53-bit fraction; n far below 2^32, so the bias is under 1e-6. */
export function below(n: i32): i32 {
  return <i32>(<f64>(next() >> 11) * (1.0 / 9007199254740992.0) * <f64>n);
}
