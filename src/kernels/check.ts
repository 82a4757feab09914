import { TautlineFailure } from '../core/errors.ts';

/** Kernels check no bounds, so wrappers check every length before they call one. */
export function requireLength(what: string, array: { readonly length: number }, length: number): void {
  if (array.length !== length) misuse(`${what} has ${array.length} elements, ${length} expected`);
}

/** A count that a kernel can take: a whole number from `min` up to 2^31 - 1. */
export function requireCount(what: string, value: number, min = 0): void {
  if (!Number.isInteger(value) || value < min || value > 0x7fff_ffff)
    misuse(`${what} is ${value}, a whole number from ${min} expected`);
}

export function misuse(problem: string): never {
  throw new TautlineFailure({
    kind: 'internal',
    problem: `kernel called wrongly: ${problem}`,
    advice: 'Report it with this text.',
  });
}
