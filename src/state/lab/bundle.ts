import { beginsAsJson } from '../../core/decodeText.ts';
import { textOfFile } from '../fileText.ts';
import { alertsToJson } from '../../detection/alertJson.ts';
import type { Bundle } from '../../detection/lab/bundle.ts';
import { DEFAULT_PARAMETERS, PARAMETER_NAMES, PARAMETER_SPECS, type Parameters } from '../../detection/parameters.ts';
import type { OpenReport } from '../../ledger/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';

/** A bundle that was loaded, under the name of its file. */
export interface LoadedBundle {
  readonly name: string;
  readonly bundle: Bundle;
  readonly file: Blob;
}

const loadBundle = () => import('../../detection/lab/bundle.ts');
const loadProtobuf = () => import('../../detection/lab/bundleProtobuf.ts');
const loadReplay = () => import('../../detection/lab/replay.ts');

/** A bundle's bytes in either form. */
export async function encodeBundle(bundle: Bundle, form: 'json' | 'protobuf'): Promise<Blob> {
  if (form === 'json') return new Blob([(await loadBundle()).bundleToJson(bundle)], { type: 'application/json' });
  const bytes = (await loadProtobuf()).bundleToProtobuf(bundle);
  return new Blob([bytes.slice()], { type: 'application/x-protobuf' });
}

/** Reads a bundle in either form, told apart by its first byte. @throws TautlineFailure of kind file */
export async function readBundleFile(file: Blob, name: string): Promise<LoadedBundle> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!beginsAsJson(bytes)) return { name, file, bundle: (await loadProtobuf()).bundleFromProtobuf(bytes, name) };
  return { name, file, bundle: (await loadBundle()).bundleFromJson(await textOfFile(file, name), name) };
}

/**
 * What a bundle's alerts were compared with as the view holds it: null if that is the defaults on its own
 * projection.
 */
export function comparedWith({ parameters, rollout }: Bundle): Parameters | null {
  const onOwnProjection = Object.fromEntries(
    PARAMETER_NAMES.map((name) => [
      name,
      (PARAMETER_SPECS[name].stage === 'projection' ? parameters : DEFAULT_PARAMETERS)[name],
    ]),
  );
  return JSON.stringify(onOwnProjection) === JSON.stringify(pick(rollout.comparedWith)) ? null : rollout.comparedWith;
}

const pick = (parameters: Parameters): unknown =>
  Object.fromEntries(PARAMETER_NAMES.map((name) => [name, parameters[name]]));

/** How the alerts on screen answer to those that a bundle expects. */
export interface Parity {
  /** True on the ledger that the bundle was made on. */
  readonly original: boolean;
  readonly warnings: readonly string[];
  /** Null if they are exactly those expected. */
  readonly difference: {
    readonly missing: number;
    readonly unexpected: number;
    readonly differing: readonly string[];
  } | null;
}

/** Compares a bundle with the open ledger and its newest alerts. */
export async function parityOf(
  bundle: Bundle,
  ledger: Pick<OpenReport, 'name' | 'fingerprint' | 'embedder' | 'probe' | 'model'>,
  report: AnalysisReport,
): Promise<Parity> {
  const { embedderOf, fitBundle, replayDifference } = await loadReplay();
  const { original, refusal, warnings } = fitBundle(bundle, { ...ledger, embedder: embedderOf(ledger) });
  const difference = replayDifference(
    bundle.alerts,
    alertsToJson(
      report.alerts,
      report.streams.map(({ name }) => name),
    ),
  );
  return {
    original,
    warnings: refusal === null ? warnings : [`${refusal}.`, ...warnings],
    difference: difference && {
      missing: difference.missing.length,
      unexpected: difference.unexpected.length,
      differing: difference.differing,
    },
  };
}
