import { isDecided } from '../detection/channels/table.ts';
import type { AlertKind } from '../detection/types.ts';
import { generateColumns } from '../harness/ledger.ts';
import { compareRuns, type Difference, type MonteCarloRun } from '../harness/monteCarlo.ts';
import { messagesOf } from '../harness/messages.ts';
import { generatedKey, PROFILES } from '../harness/profiles.ts';
import { embeddingsOf } from '../harness/source.ts';
import { CASES, runTrial, type CaseName, type Trial, type TrialResult } from '../harness/trial.ts';
import { downsample } from '../kernels/downsample.ts';
import type { KernelModule } from '../kernels/module.ts';
import { createStages, type Analysis } from '../analysis/stages.ts';
import type { SeriesName } from './protocol.ts';

/** What a harness worker does: runs a trial, draws its ledger, or compares two runs (the bootstrap takes a second). */
export type HarnessTask =
  | { readonly kind: 'trial'; readonly trial: Trial }
  | { readonly kind: 'picture'; readonly trial: Trial; readonly buckets: number }
  | { readonly kind: 'compare'; readonly a: MonteCarloRun; readonly b: MonteCarloRun };
export type HarnessAnswer = TrialResult | Picture | readonly Difference[];

/** The signal that tells most about a case, drawn small. */
export interface Picture {
  readonly signal: SeriesName;
  readonly streams: readonly string[];
  readonly events: number;
  /** End of the reference period, event number. */
  readonly reference: number;
  /** one line per stream: interleaved event number and value, NaN marks a gap. */
  readonly lines: readonly Float64Array[];
  /** The limit that an alert of this case is about; NaN if the signal has none. */
  readonly limit: number;
  readonly alerts: readonly { readonly kind: AlertKind; readonly stream: number; readonly fired: number }[];
}

const LEADING: Readonly<Record<CaseName, SeriesName>> = {
  benign: 'rho',
  fracture: 'cusum',
  homogenisation: 'entropy',
  backoff: 'rho',
  ablation: 'rho',
};

export function runHarnessTask(kernels: KernelModule, task: HarnessTask): Promise<HarnessAnswer> | HarnessAnswer {
  switch (task.kind) {
    case 'trial':
      return runTrial(kernels, task.trial);
    case 'picture':
      return drawTrial(kernels, task.trial, task.buckets);
    case 'compare':
      return compareRuns(task.a, task.b);
  }
}

/**
 * Generates the ledger of a trial and draws it with the stages that the engine runs over a ledger which a user opens.
 */
async function drawTrial(kernels: KernelModule, trial: Trial, buckets: number): Promise<Picture> {
  const { profile, overrides } = CASES[trial.case];
  const generated = generateColumns(kernels, PROFILES[profile], trial.seed);
  const { columns } = generated;
  const stages = createStages(kernels, {
    columns,
    embeddings: embeddingsOf(generated),
    textLength: null,
    messages: messagesOf(generated, PROFILES[profile], trial.seed),
  });
  const analysis = await stages.run(
    { ...trial.parameters, ...overrides, stream: generatedKey(trial.parameters.stream) },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  const { events, reference, decisions } = analysis;
  const signal = LEADING[trial.case];
  const lines = downsample(kernels, {
    x: Float64Array.from(events.row),
    y: isDecided(signal) ? decisions[signal] : analysis.signals[signal],
    stream: events.stream,
    from: reference.to,
    to: events.n,
    buckets,
    streams: events.streams.map((_, stream) => stream),
  });
  return {
    signal,
    streams: events.streams,
    events: columns.n,
    reference: events.row[reference.to - 1] + 1,
    lines,
    limit: limitOf(signal, analysis),
    alerts: decisions.alerts.map(({ kind, stream, fired }) => ({ kind, stream, fired: events.row[fired] })),
  };
}

function limitOf(signal: SeriesName, { parameters, decisions: { calibration } }: Analysis): number {
  switch (signal) {
    case 'cusum':
      return parameters.h;
    case 'entropy':
      return parameters.tau_min;
    case 'rho':
      return calibration.phaseLocked ? parameters.void_floor * calibration.rho : NaN;
    default:
      return NaN;
  }
}
