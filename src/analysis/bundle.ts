import { partName } from '../core/part.ts';
import { PROGRAM } from '../core/version.ts';
import { alertsToJson } from '../detection/alertJson.ts';
import { healthToJson } from '../detection/files/health.ts';
import { NOTHING_RETIRED, type Bundle, type BundleCharacteristics } from '../detection/lab/bundle.ts';
import { embedderOf, fitBundle, type OpenLedgerFacts } from '../detection/lab/replay.ts';
import { rolloutAdvice } from '../detection/lab/rollout.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { Detector } from '../detection/pipeline.ts';
import { baselineOf, type Analysis, type LoadedBaseline } from './stages.ts';
import type { OpenedLedger, OpenReport } from '../ledger/types.ts';

export interface BundleOptions {
  /** The parameters that the newest analysis compared its alerts with (`RunOptions.baseline`); null: the defaults. */
  readonly comparedWith: Parameters | null;
  /** reference_events that the ledger was opened with, for the built-in embedder. */
  readonly embedderReference: number;
  readonly characteristics: BundleCharacteristics | null;
}

/** An analysis, and the detector that answers about it, as a bundle. */
export function makeBundle(
  { report, embeddings }: Pick<OpenedLedger, 'report' | 'embeddings'>,
  { parameters, fitted, reference, events, decisions, health, baselineAlerts }: Analysis,
  detector: Pick<Detector, 'baseline'>,
  { comparedWith, embedderReference, characteristics }: BundleOptions,
): Bundle {
  const baseline = detector.baseline(fitted, parameters);
  const { embedder, ...facts } = factsOf(report);
  return {
    createdBy: PROGRAM,
    parameters,
    ledger: { ...facts, events: events.n, reference, embedderReference },
    baseline: { ...baseline, reference: { ...baseline.reference, range: { from: 0, to: 0 }, retrospective: false } },
    alerts: alertsToJson(decisions.alerts, events.streams),
    rollout: { ...rolloutAdvice(baselineAlerts, decisions.alerts), comparedWith: baselineOf(parameters, comparedWith) },
    operatingCharacteristics: characteristics,
    embedder: { ...embedder, frequencies: embeddings?.builtIn?.frequencies() ?? null },
    retired: NOTHING_RETIRED,
    health: healthToJson(health, events.streams),
  };
}

/** A bundle as stages take it, for an open ledger: give them its parameters too, and its view is there again. */
export function loadBundle(
  bundle: Bundle,
  report: OpenReport,
): LoadedBaseline & { readonly warnings: readonly string[]; readonly original: boolean } {
  const { own, original, warnings } = fitBundle(bundle, factsOf(report));
  return { baseline: bundle.baseline, file: 'bundle', own, original, warnings };
}

/** Of a part of a ledger the name says which part; the fingerprint is that of the opened events. */
const factsOf = ({ name, part, fingerprint, ...report }: OpenReport): OpenLedgerFacts => ({
  name: partName(name, part?.part),
  fingerprint,
  embedder: embedderOf(report),
});
