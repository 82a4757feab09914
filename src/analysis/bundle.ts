import { TautlineFailure } from '../core/errors.ts';
import { partName } from '../core/part.ts';
import { PROGRAM } from '../core/version.ts';
import { alertsToJson } from '../detection/alertJson.ts';
import type { Baseline } from '../detection/baseline.ts';
import { healthToJson } from '../detection/files/health.ts';
import { NOTHING_RETIRED, type Bundle, type BundleCharacteristics } from '../detection/lab/bundle.ts';
import { baselineRefusal, embedderOf, fitBundle, type OpenLedgerFacts } from '../detection/lab/replay.ts';
import type { Interval } from '../detection/lab/intervals.ts';
import { labelledChanges, rolloutAdvice } from '../detection/lab/rollout.ts';
import { createScorer, TOLERANCE } from '../detection/lab/score.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { Detector } from '../detection/pipeline.ts';
import { baselineOf, type Analysis, type LoadedBaseline } from './stages.ts';
import { groupedFingerprint } from '../ledger/fingerprint.ts';
import { groupingOf, type GroupedLedger, type Grouping } from './streams.ts';
import type { OpenedLedger, OpenReport } from '../ledger/types.ts';

export interface BundleOptions {
  /** The parameters that the newest analysis compared its alerts with (`RunOptions.baseline`); null: the defaults. */
  readonly comparedWith: Parameters | null;
  /** reference_events that the ledger was opened with, for the built-in embedder. */
  readonly embedderReference: number;
  readonly characteristics: BundleCharacteristics | null;
  /** Labelled stretches of the ledger, which the rollout advice asks for. */
  readonly labels: readonly Interval[];
}

/** An analysis, and the detector that answers about it, as a bundle. */
export async function makeBundle(
  { report, embeddings }: Pick<OpenedLedger, 'report' | 'embeddings'>,
  { parameters, grouping, fitted, reference, events, decisions, health, baselineAlerts }: Analysis,
  detector: Pick<Detector, 'baseline'>,
  { comparedWith, embedderReference, characteristics, labels }: BundleOptions,
): Promise<Bundle> {
  const baseline = detector.baseline(fitted, parameters);
  const fingerprint = fingerprintOf(report.fingerprint, grouping);
  const { alerts } = decisions;
  const score = createScorer(events, labels, { tolerance: TOLERANCE, from: reference.to }).score(alerts);
  const advice = rolloutAdvice(baselineAlerts, alerts, labelledChanges(score));
  const { embedder, ...facts } = factsOf(report);
  const settings = report.model?.settings ?? null;
  const bundle = {
    createdBy: PROGRAM,
    parameters,
    ledger: { ...facts, events: events.n, reference, embedderReference },
    baseline: {
      ...baseline,
      reference: { ...baseline.reference, range: { from: 0, to: 0 }, retrospective: false },
      embedder,
    },
    alerts: alertsToJson(alerts, events.streams),
    governanceWeight: baseline.reference.streams.map(
      (name) => decisions.governanceWeight[events.streams.indexOf(name)] ?? 0,
    ),
    rollout: { ...advice, comparedWith: baselineOf(parameters, comparedWith) },
    operatingCharacteristics: characteristics,
    embedder: { ...embedder, settings, frequencies: embeddings?.builtIn?.frequencies() ?? null },
    retired: NOTHING_RETIRED,
    health: healthToJson(health, events.streams),
  };
  return { ...bundle, ledger: { ...bundle.ledger, fingerprint: await fingerprint } };
}

/**
 * A bundle as stages take it, for an open ledger: give them its parameters too, and its view is there again. The ledger
 * is the bundle's own where its streams are, too.
 * @throws TautlineFailure of kind ledger where the bundle is for the vectors of another model
 */
export async function loadBundle<L extends GroupedLedger & Pick<OpenedLedger, 'report' | 'embeddings'>>(
  bundle: Bundle,
  opened: L,
  options: { readonly signal?: AbortSignal } = {},
): Promise<LoadedBundle<L>> {
  const ledger = await inWeightsOf(bundle, opened);
  const { report } = ledger;
  const grouping = await groupingOf(ledger, bundle.parameters.stream, options).catch(withoutGrouping);
  const fingerprint = grouping ? await fingerprintOf(report.fingerprint, grouping) : report.fingerprint;
  const { own, original, refusal, warnings } = fitBundle(bundle, { ...factsOf(report), fingerprint });
  refuse(refusal, 'bundle');
  return { baseline: bundle.baseline, file: 'bundle', own, original, warnings, ledger };
}

/**
 * A baseline file as stages take it, for an open ledger.
 * @throws TautlineFailure of kind ledger where it is for the vectors of another model
 */
export function loadBaseline(baseline: Baseline, { report }: Pick<OpenedLedger, 'report'>): LoadedBaseline {
  refuse(baselineRefusal(baseline, embedderOf(report)), 'baseline');
  return { baseline, own: null };
}

function refuse(problem: string | null, what: 'bundle' | 'baseline'): void {
  if (problem !== null)
    throw new TautlineFailure({
      kind: 'ledger',
      problem,
      advice: `Embed the ledger with the model of the ${what}, or use a ${what} of this one`,
    });
}

export interface LoadedBundle<L> extends LoadedBaseline {
  readonly warnings: readonly string[];
  readonly original: boolean;
  /** The ledger that was given, its texts embedded as those of the bundle were. */
  readonly ledger: L;
}

/** Axes mean the same only where words weigh the same: the built-in embedder takes the bundle's weights. */
async function inWeightsOf<L extends Pick<OpenedLedger, 'report' | 'embeddings'>>(
  { embedder: { frequencies, probe } }: Bundle,
  ledger: L,
): Promise<L> {
  const { builtIn } = ledger.embeddings ?? {};
  if (!builtIn || !frequencies || builtIn.probe === probe) return ledger;
  const embeddings = await builtIn.weighedBy(frequencies);
  return { ...ledger, embeddings, report: { ...ledger.report, probe: embeddings.builtIn?.probe } };
}

/** The fingerprint of a ledger in the streams that a bundle is made on. */
const fingerprintOf = (fingerprint: string, { column, inFingerprint }: Grouping): Promise<string> =>
  inFingerprint ? Promise.resolve(fingerprint) : groupedFingerprint(fingerprint, column);

/** A ledger that cannot be split as the bundle's was is another one. */
function withoutGrouping(thrown: unknown): null {
  if (thrown instanceof TautlineFailure && thrown.error.kind === 'parameter') return null;
  throw thrown;
}

/** Of a part of a ledger the name says which part; the fingerprint is that of the opened events. */
const factsOf = ({ name, part, fingerprint, ...report }: OpenReport): OpenLedgerFacts => ({
  name: partName(name, part?.part),
  fingerprint,
  embedder: embedderOf(report),
});
