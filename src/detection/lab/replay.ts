import type { IndexRange } from '../../core/columns.ts';
import type { EmbeddingModel } from '../../core/embeddingModel.ts';
import { formatCount } from '../../core/format.ts';
import { shown } from '../../core/printable.ts';
import { CHANGE_CHANNELS } from '../channels/table.ts';
import type { Baseline } from '../baseline.ts';
import type { MadeBy } from '../files/embedder.ts';
import type { AlertJson } from '../files/results.ts';
import { RETIRED_KINDS, retiredNotes } from '../retired.ts';
import type { Bundle } from './bundle.ts';

/** What is known of an open ledger that a bundle is applied to. */
export interface OpenLedgerFacts extends Pick<Bundle['ledger'], 'name' | 'fingerprint'> {
  readonly embedder: MadeBy;
}

/**
 * The embedder of an open ledger: a model by its name, where it is known; one that has no embeddings at all counts as
 * one whose file brings them.
 */
export const embedderOf = (report: {
  readonly embedder: string;
  readonly probe?: string;
  readonly model?: Pick<EmbeddingModel, 'name' | 'probe'>;
}): OpenLedgerFacts['embedder'] => ({
  name: report.model?.name ?? (report.embedder === 'built-in' ? 'built-in' : 'file'),
  probe: report.model?.probe ?? report.probe ?? null,
});

export interface BundleFit {
  /** True for the ledger that the bundle was made on. */
  readonly original: boolean;
  /** Where the bundle's own reference lies in the open ledger, to be skipped; null on another ledger. */
  readonly own: IndexRange | null;
  /** Why it is for other vectors than the ledger's, as a sentence: it cannot be applied; null: it can. */
  readonly refusal: string | null;
  /** Sentences for whoever loads it. */
  readonly warnings: readonly string[];
}

/**
 * How a bundle fits an open ledger: load its parameters and baseline, and the view is that of the export (on the
 * original ledger, exactly).
 */
export function fitBundle(
  bundle: Pick<Bundle, 'ledger' | 'embedder' | 'baseline' | 'retired'>,
  open: OpenLedgerFacts,
): BundleFit {
  const { ledger, embedder } = bundle;
  const original = open.fingerprint === ledger.fingerprint;
  const warnings: string[] = [];
  if (!original) {
    warnings.push(
      `The bundle was made on another ledger (${ledger.name}, fingerprint ${ledger.fingerprint.slice(0, 12)}; ` +
        `this is ${open.name}, ${open.fingerprint.slice(0, 12)}): the alerts that it expects do not apply here.`,
    );
  }
  const isKnown = embedder.probe !== null && open.embedder.probe !== null;
  const isSame = isKnown && embedder.probe === open.embedder.probe;
  const refusal = refusalOf('bundle', embedder, open.embedder);
  if (refusal === null && open.embedder.name !== embedder.name) {
    warnings.push(
      `The bundle was made on ${embedderText(embedder.name)}, this ledger has ${embedderText(open.embedder.name)}: ` +
        `${UNRELATED}.`,
    );
  } else if (refusal === null && original && isKnown && !isSame) {
    warnings.push(
      'The texts are embedded otherwise than when the bundle was made (with other reference_events, or by another ' +
        'version of the embedder): the alerts need not be those that it expects.',
    );
  } else if (refusal === null && !original && embedder.name === 'built-in' && !isSame) {
    warnings.push(
      'Both ledgers were embedded by the built-in embedder, which weighs words by their own first events: ' +
        'distances between them mean little.',
    );
  }
  warnings.push(...retiredSentences(bundle));
  return { original, own: original ? ledger.reference : null, refusal, warnings };
}

const counted = (count: number, one: string): string => `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;

type Embedder = MadeBy;
const UNRELATED = 'their axes have nothing to do with each other';

/** Why a baseline is for other vectors than a ledger's, as a sentence; null: it can be applied. */
export const baselineRefusal = ({ embedder }: Pick<Baseline, 'embedder'>, open: Embedder): string | null =>
  embedder && refusalOf('baseline', embedder, open);

/** Of vectors that a file brings it is not known what made them: they are let pass, with a warning. */
function refusalOf(what: 'bundle' | 'baseline', made: Embedder, open: Embedder): string | null {
  if (made.name === 'file' || open.name === 'file') return null;
  const [by, here] = [embedderText(made.name), embedderText(open.name)];
  if (made.name !== open.name)
    return `The ${what} was made on ${by}, this ledger was embedded by ${here}: ${UNRELATED}`;
  if (made.name === 'built-in' || made.probe === null || open.probe === null || made.probe === open.probe) return null;
  const short = (probe: string): string => probe.slice(0, 12);
  return (
    `The ${what} was made on ${by} with the probe ${short(made.probe)}, this ledger was embedded by another of that ` +
    `name (${short(open.probe)}): ${UNRELATED}`
  );
}

const embedderText = (name: string): string =>
  name === 'file'
    ? 'the embeddings of its file'
    : name === 'built-in'
      ? 'the built-in embedder'
      : `the model ${shown(name)}`;

/** What of a bundle of an earlier version is without effect. */
function retiredSentences({ baseline, retired }: Pick<Bundle, 'baseline' | 'retired'>): string[] {
  const { alerts, delays, parameters } = retired;
  const kept = [
    ...RETIRED_KINDS.map((kind) => counted(alerts.filter((alert) => alert.kind === kind).length, `${kind} alert`)),
    counted(delays.length, 'measured delay'),
  ].filter((text) => !text.startsWith('0 '));
  const verb = alerts.length + delays.length === 1 ? 'is' : 'are';
  return [
    ...(kept.length > 0 ? [`${kept.join(' and ')} of an earlier version ${verb} kept, not replayed.`] : []),
    ...retiredNotes(Object.fromEntries(parameters.map(({ name, value }) => [name, value]))).map(
      ({ name, note }) => `${name} ${note}.`,
    ),
    ...(CHANGE_CHANNELS.every((id) => baseline[id] === null)
      ? ['Style, meaning and behaviour change are out of action: the bundle has no reference for them.']
      : []),
  ];
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
