import type { Dice } from './dice.ts';

/**
 * What a mutation promises. `sound`: the file means what the intact one means, and opens to the same. `structure`:
 * another part of the file contradicts it, so that a reader can know: the same, or refused, or the difference named.
 * `values`: a file that could have been written so; it may open to other values, but loses nothing unsaid.
 */
export type Law = 'sound' | 'structure' | 'values';

export interface CaseFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** A symbolic link to this path in place of a file. */
  readonly link?: string;
}

export interface FuzzCase {
  readonly kind: string;
  readonly mutation: string;
  /** What was changed, for a person. */
  readonly what: string;
  readonly law: Law;
  readonly files: readonly CaseFile[];
  /** Arguments of the command line; `@` before a path stands for the folder of the case. */
  readonly args: readonly string[];
  /** What is opened and compared with `intact`; null where only the command line is judged. */
  readonly ledger: string | null;
  readonly intact: readonly CaseFile[];
  /** Rows that `values` may change at most; absent: any. */
  readonly changes?: number;
  /** Rows that the file has, where it is known whatever they hold. */
  readonly rows?: number;
}

/** A change of the base of a kind. @returns null where it has nothing to change there */
export interface Mutation<Base> {
  readonly name: string;
  readonly weight: number;
  mutate(base: Base, dice: Dice): Mutated | null;
}

export interface Mutated {
  readonly what: string;
  readonly law: Law;
  readonly bytes: Uint8Array;
  readonly changes?: number;
  readonly rows?: number;
}

export interface Kind {
  readonly name: string;
  readonly weight: number;
  make(dice: Dice): Promise<FuzzCase>;
}

/** Tries mutations of a base until one has something to change. */
export function mutateBase<Base>(
  base: Base,
  mutations: readonly Mutation<Base>[],
  dice: Dice,
): Mutated & { readonly mutation: string } {
  for (let tries = 0; tries < 100; tries++) {
    const { name, mutate } = dice.weighted(mutations);
    const mutated = mutate(base, dice);
    if (mutated) return { mutation: name, ...mutated };
  }
  throw new Error('no mutation applies');
}
