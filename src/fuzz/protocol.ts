import type { Outcome } from './judge.ts';
import type { Law } from './model.ts';

/** Between the process that counts and the one that runs cases. */
export interface Job {
  readonly seed: number;
  readonly number: number;
  readonly kind: string | undefined;
  /** Where its files are written. */
  readonly folder: string;
  /** The bundled command line. */
  readonly cli: string;
}

export interface Made {
  readonly message: 'made';
  readonly kind: string;
  readonly mutation: string;
  readonly what: string;
  readonly law: Law;
  readonly args: readonly string[];
}

export interface Done {
  readonly message: 'done';
  readonly outcome: Outcome | null;
  readonly fault: { readonly kind: string; readonly detail: string } | null;
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export type Report = Made | Done;
