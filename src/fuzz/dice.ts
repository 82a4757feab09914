import { mulberry32 } from '../core/random.ts';

/** Seeded choices: the same seed and case give the same bytes on every machine. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number, salt = 0) {
    this.#next = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b));
    for (let i = 0; i < 4; i++) this.#next();
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** One of `items` as often as its weight says. */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T {
    let left = this.#next() * items.reduce((sum, { weight }) => sum + weight, 0);
    return items.find(({ weight }) => (left -= weight) < 0) ?? items[items.length - 1];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  /** A whole number that is not `was`: its neighbours, multiples and the ends of the usual widths. */
  integer(was: bigint, bits: 32 | 64 = 64): bigint {
    const edges = [0n, 1n, -1n, 2n ** 31n - 1n, -(2n ** 31n), 1000n, 255n];
    if (bits === 64) edges.push(2n ** 31n, 2n ** 32n + 1n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n));
    const near = [was + 1n, was - 1n, was * 2n, was / 2n, -was, was + 8n, was ^ (1n << BigInt(this.below(bits - 1)))];
    const value = BigInt.asIntN(bits, this.pick(this.chance(0.5) ? edges : near));
    return value === was ? BigInt.asIntN(bits, was + 3n) : value;
  }
}
