import type { KindCount } from './eventKinds.ts';
import type { TypeClass } from './ledgerSchema.ts';
import type { LedgerSurvey } from './part.ts';
import type { SeveralLedgers } from './several.ts';

/** A column of a ledger's files. */
export interface FileColumn {
  readonly name: string;
  /** The type as the file states it, e.g. "List<Float32>". */
  readonly type: string;
  readonly class: TypeClass;
  /** True if the values are text, and the class is only what they look like. */
  readonly inferred: boolean;
  /** True of one of several columns that hold a coordinate each of the same vector. */
  readonly isCoordinate: boolean;
}

/** What a ledger's files offer, and what was read from where: with an error that another mapping may mend. */
export interface FileColumns {
  readonly columns: readonly FileColumn[];
  /** Ledger column -> file column. */
  readonly mapping: Readonly<Record<string, string>>;
}

/**
 * Everything that can go wrong for a reason a user can act on. Errors cross worker boundaries as these plain objects.
 * `explain` turns one into the sentences shown: what was wrong, where, and what to do next.
 */
export type TautlineError =
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly problem: string;
      readonly advice: string;
      readonly has?: FileColumns;
      /** Of traces of which nothing is an event: what could be one. */
      readonly kinds?: readonly KindCount[];
    }
  | {
      readonly kind: 'column';
      readonly file: string;
      readonly column: string;
      readonly found: string;
      readonly needed: string;
      readonly advice: string;
      readonly has?: FileColumns;
    }
  | {
      readonly kind: 'ledger';
      readonly problem: string;
      readonly advice: string;
      readonly has?: FileColumns;
      readonly survey?: LedgerSurvey;
      /** Where it is none, but several: which. */
      readonly several?: SeveralLedgers;
    }
  | { readonly kind: 'network'; readonly url: string; readonly problem: string; readonly advice: string }
  /** A server that sends nothing any more: the same may work at once if it is tried again. */
  | { readonly kind: 'stalled'; readonly url: string; readonly problem: string; readonly advice: string }
  /** A file that is not the one that was opened. `file` is its name or address. */
  | { readonly kind: 'changed'; readonly file: string; readonly problem: string; readonly advice: string }
  /** A server that passes a request on. `to` null: the browser does not show where to before it has gone there. */
  | {
      readonly kind: 'redirected';
      readonly url: string;
      readonly to: string | null;
      readonly problem: string;
      readonly advice: string;
    }
  | { readonly kind: 'parameter'; readonly name: string; readonly problem: string; readonly advice: string }
  | { readonly kind: 'worker'; readonly worker: string; readonly problem: string; readonly advice: string }
  | {
      readonly kind: 'memory';
      readonly problem: string;
      readonly advice: string;
      /** Of a ledger that is too large: what a part of it can be chosen by. */
      readonly survey?: LedgerSurvey;
    }
  | { readonly kind: 'cancelled'; readonly what: string }
  | { readonly kind: 'internal'; readonly problem: string; readonly advice: string };

/** Carries a `TautlineError` through code that throws. */
export class TautlineFailure extends Error {
  readonly error: TautlineError;
  constructor(error: TautlineError) {
    super(explain(error));
    this.name = 'TautlineFailure';
    this.error = error;
  }
}

/** One or two sentences for a person: what was wrong, where, what to do next. */
export function explain(error: TautlineError): string {
  switch (error.kind) {
    case 'file':
      return `${error.file}: ${error.problem}. ${error.advice}`;
    case 'column':
      return `${error.file}, column "${error.column}": found ${error.found}, need ${error.needed}. ${error.advice}`;
    case 'ledger':
      return `${error.problem}. ${error.advice}`;
    case 'network':
    case 'stalled':
    case 'redirected':
      return `${error.url}: ${error.problem}. ${error.advice}`;
    case 'changed':
      return `${error.file} ${error.problem}; ${error.advice}`;
    case 'parameter':
      return `Parameter "${error.name}": ${error.problem}. ${error.advice}`;
    case 'worker':
      return `The ${error.worker} worker stopped: ${error.problem}. ${error.advice}`;
    case 'memory':
      return `Too large for memory: ${error.problem}. ${error.advice}`;
    case 'cancelled':
      return `Cancelled: ${error.what}.`;
    case 'internal':
      return `Internal error: ${error.problem}. ${error.advice}`;
  }
}

/** True if an error is mended by reading other columns of the files. */
export const advisesMapping = (error: TautlineError): boolean =>
  'advice' in error && /\bmap\b|\bunmapped\b/i.test(error.advice);

/** Turns anything thrown into a `TautlineError`, keeping one that already is. */
export function toTautlineError(thrown: unknown, context: string): TautlineError {
  if (thrown instanceof TautlineFailure) return thrown.error;
  if (typeof thrown === 'object' && thrown !== null && 'error' in thrown) {
    const inner = thrown.error;
    if (typeof inner === 'object' && inner !== null && 'kind' in inner) return inner as TautlineError;
  }
  if (thrown instanceof DOMException && thrown.name === 'AbortError') return { kind: 'cancelled', what: context };
  const problem = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    kind: 'internal',
    problem: `${context}: ${problem}`,
    advice: 'Reload the page; if it happens again, report it with this text.',
  };
}
