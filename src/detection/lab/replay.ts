import type { IndexRange } from '../../core/columns.ts';
import type { AlertJson } from '../files/results.ts';
import type { Bundle } from './bundle.ts';

/** What is known of an open ledger that a bundle is applied to. */
export type OpenLedgerFacts = Pick<Bundle['ledger'], 'name' | 'fingerprint' | 'embedder'>;

export interface BundleFit {
  /** True for the ledger that the bundle was made on. */
  readonly original: boolean;
  /** Where the bundle's own reference lies in the open ledger, to be skipped; null on another ledger. */
  readonly own: IndexRange | null;
  /** Sentences for whoever loads it. */
  readonly warnings: readonly string[];
}

/**
 * How a bundle fits an open ledger: load its parameters and baseline, and the view is that of the export (on the
 * original ledger, exactly).
 */
export function fitBundle({ ledger }: Pick<Bundle, 'ledger'>, open: OpenLedgerFacts): BundleFit {
  const original = open.fingerprint === ledger.fingerprint;
  const warnings: string[] = [];
  if (!original) {
    warnings.push(
      `The bundle was made on another ledger (${ledger.name}, fingerprint ${ledger.fingerprint.slice(0, 12)}; ` +
        `this is ${open.name}, ${open.fingerprint.slice(0, 12)}): the alerts that it expects do not apply here.`,
    );
  }
  if (open.embedder !== ledger.embedder) {
    const made = { file: 'the embeddings of its file', 'built-in': 'the built-in embedder' };
    warnings.push(
      `The bundle was made on ${made[ledger.embedder]}, this ledger has ${made[open.embedder]}: ` +
        'their axes have nothing to do with each other.',
    );
  } else if (!original && ledger.embedder === 'built-in') {
    warnings.push(
      'Both ledgers were embedded by the built-in embedder, which weighs words by their own first events: ' +
        'distances between them mean little.',
    );
  }
  return { original, own: original ? ledger.reference : null, warnings };
}

/** Peaks agree to what kernels owe each other (docs/methods.md, preamble). */
const RELATIVE = 1e-4;
const ABSOLUTE = 1e-5;
const MATCHED = ['onset', 'onset_seq', 'fired', 'fired_seq', 'cleared'] as const;

export interface ReplayDifference {
  readonly missing: readonly AlertJson[];
  readonly unexpected: readonly AlertJson[];
  /** Of the same kind, stream and firing: what else differs, as a sentence. */
  readonly differing: readonly string[];
}

/**
 * Compares alerts raised with those expected: everything exactly, peaks to 1e-4 relative. Null if they are the same.
 */
export function replayDifference(
  expected: readonly AlertJson[],
  raised: readonly AlertJson[],
): ReplayDifference | null {
  const keyOf = (a: AlertJson) => JSON.stringify([a.kind, a.stream, a.fired]);
  const left = new Map(raised.map((a) => [keyOf(a), a]));
  const missing: AlertJson[] = [];
  const differing: string[] = [];
  for (const e of expected) {
    const r = left.get(keyOf(e));
    left.delete(keyOf(e));
    if (!r) {
      missing.push(e);
      continue;
    }
    const fields = MATCHED.filter((name) => e[name] !== r[name]).map(
      (name) => `${name} ${r[name]} instead of ${e[name]}`,
    );
    if (!(Math.abs(e.peak - r.peak) <= Math.max(ABSOLUTE, RELATIVE * Math.abs(e.peak))))
      fields.push(`peak ${r.peak} instead of ${e.peak}`);
    if (fields.length > 0) differing.push(`${e.kind} of ${e.stream} at event ${e.fired}: ${fields.join(', ')}`);
  }
  const unexpected = [...left.values()];
  return missing.length + unexpected.length + differing.length === 0 ? null : { missing, unexpected, differing };
}
