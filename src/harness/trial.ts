import type { Parameters } from '../detection/parameters.ts';
import { createDetector, heldStreams, referenceRange, selectStreams } from '../detection/pipeline.ts';
import { median } from '../core/statistics.ts';
import type { Changes } from '../detection/changes.ts';
import { CHANGE_CHANNELS, CHANGE_KINDS, type ChangeChannel, type ChangeKind } from '../detection/channels/table.ts';
import { ALERT_KINDS, type Alert, type AlertKind } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import { ChangeStage } from '../analysis/changeStage.ts';
import { fitProjection, projectLedger, truncateProjection } from '../analysis/projection.ts';
import { generateColumns } from './ledger.ts';
import { messagesOf } from './messages.ts';
import { generatedKey, PROFILES, PROVIDERS, type Fault, type ProfileName } from './profiles.ts';
import { embeddingsOf, pickRows } from './source.ts';

/** The four profiles, and the backoff profile without adaptation: the ablation that must fail. */
export const CASE_NAMES = ['benign', 'fracture', 'homogenisation', 'backoff', 'ablation'] as const;
export type CaseName = (typeof CASE_NAMES)[number];

export const CASES: Readonly<
  Record<CaseName, { readonly profile: ProfileName; readonly title: string; readonly overrides: Partial<Parameters> }>
> = {
  benign: { profile: 'benign', title: PROFILES.benign.title, overrides: {} },
  fracture: { profile: 'fracture', title: PROFILES.fracture.title, overrides: {} },
  homogenisation: { profile: 'homogenisation', title: PROFILES.homogenisation.title, overrides: {} },
  backoff: { profile: 'backoff', title: PROFILES.backoff.title, overrides: {} },
  ablation: { profile: 'backoff', title: 'Backoff stress, window fixed', overrides: { adaptive: false } },
};

/** One ledger to generate and analyse; plain data, so it can be sent to a worker. */
export interface Trial {
  readonly case: CaseName;
  readonly seed: number;
  readonly parameters: Parameters;
}

/**
 * Slots (own events of every provider) after the start of a transient or the end of a spell in which it can still be
 * felt: many times the detectors' memory.
 */
const AFTERMATH = 64;

/**
 * What one ledger of a profile gave. Event numbers are event_ids, from 0; null if a number does not apply to the
 * profile or there was none.
 */
export interface TrialResult {
  readonly case: CaseName;
  readonly seed: number;
  readonly events: number;
  /**
   * Events after the reference in which no alert may fire: all of a benign or backoff ledger, those before the lasting
   * fault of the others.
   */
  readonly quietEvents: number;
  /** Alerts of each kind fired in them. */
  readonly falseAlerts: Readonly<Record<AlertKind, number>>;
  /**
   * Of each kind of lasting change: the events that were judged while no fault was felt that it may find, and its
   * alerts fired there. A spell of slow answers is such a fault to BEHAVIOUR_SHIFT alone: nobody speaks differently.
   */
  readonly healthyJudged: Readonly<Record<ChangeKind, number>>;
  readonly healthyChanges: Readonly<Record<ChangeKind, number>>;
  /** The most alerts of each kind that one fault raised in one stream. */
  readonly mostOfAFault: Readonly<Record<ChangeKind, number>>;
  /** Alerts of each kind in the whole ledger. */
  readonly alerts: Readonly<Record<AlertKind, number>>;
  /** Mean off-diagonal coupling of the events between the reference and the first fault. */
  readonly coupling: number | null;
  /** First [DRIFT] from the fracture on, and its lag in the stream's own events. */
  readonly driftEvent: number | null;
  readonly lag: number | null;
  /** Transients in the ledger; those after which no [DRIFT] fired, and those after which nothing at all did. */
  readonly transients: number;
  readonly transientsAbsorbed: number | null;
  readonly transientsSilent: number | null;
  /** First HOMOGENIZATION_FLOOR_NEAR from the start of the ramp on. */
  readonly warningEvent: number | null;
  /** [DRIFT] alerts from the start of the ramp on. */
  readonly driftsAfterOnset: number | null;
  /** Median tension of the last fifth of the ledger, as a share of the reference median. */
  readonly tensionRatio: number | null;
  /** Medians over the events of the spells of slow answers, ms. */
  readonly p95: number | null;
  readonly window: number | null;
  /** Where the time went, ms. */
  readonly timings: Readonly<Record<'generate' | 'project' | 'changes' | 'signals' | 'decide', number>>;
}

/** Generates a ledger and runs the whole pipeline over it, with the code that analyses a ledger which a user opens. */
export async function runTrial(kernels: KernelModule, trial: Trial): Promise<TrialResult> {
  const { profile, overrides } = CASES[trial.case];
  const parameters = { ...trial.parameters, ...overrides };
  const { faults } = PROFILES[profile];
  const clock = stopwatch();
  const generated = generateColumns(kernels, PROFILES[profile], trial.seed);
  const { columns } = generated;
  const generate = clock();

  const { events } = selectStreams(columns, heldStreams(columns, generatedKey(parameters.stream))!);
  const { range } = referenceRange(events.n, parameters);
  const stream = new Int32Array(columns.n).fill(-1);
  events.row.forEach((row, i) => (stream[row] = events.stream[i]));
  const source = embeddingsOf(generated);
  const rows = { stream, isVoid: columns.isVoid };
  const reference = { from: events.row[range.from], to: events.row[range.to - 1] + 1 };
  const axes = Math.max(parameters.k, parameters.meaning_k);
  const { projection } = await fitProjection(kernels, rows, source, reference, axes);
  const ledger = await projectLedger(kernels, truncateProjection(projection, parameters.k), source, columns.n);
  const project = clock();

  const messages = messagesOf(generated, PROFILES[profile], trial.seed);
  const stage = new ChangeStage(kernels, { columns, embeddings: source, textLength: null, messages }, null);
  const changes = await stage.changes({ key: '', events, range, projection }, parameters, UNWATCHED);
  const changesTime = clock();

  const detector = createDetector(kernels);
  detector.load(events, { k: ledger.k, x: pickRows(ledger.x, ledger.k, events.row) }, range);
  detector.take(changes);
  const signals = detector.runSignals(parameters);
  const signalsTime = clock();
  const { alerts, calibration } = detector.decide(parameters);
  const decide = clock();

  const eventOf = (index: number) => events.row[index];
  const firstFault = Math.min(columns.n, ...faults.map((f) => f.slot * PROVIDERS));
  const lasting = faults.find((f) => f.kind === 'fracture' || f.kind === 'homogenisation');
  const onset = lasting ? lasting.slot * PROVIDERS : columns.n;
  const after = (kind: AlertKind) => alerts.filter((a) => a.kind === kind && eventOf(a.fired) >= onset);
  const within = (values: Float64Array, wanted: (event: number) => boolean) =>
    values.filter((_, i) => i >= range.to && wanted(eventOf(i)));

  const rho = within(signals.rho, (event) => event < firstFault).filter((v) => !Number.isNaN(v));
  const transients = faults.filter((f) => f.kind === 'transient');
  const passes = (kinds: readonly AlertKind[]) =>
    transients.filter((t) => !alerts.some((a) => kinds.includes(a.kind) && isFelt(t, eventOf(a.fired)))).length;
  const spells = faults.filter((f) => f.kind === 'backoff');
  const inSpell = (event: number) =>
    spells.some((s) => event >= s.slot * PROVIDERS && event < (s.slot + s.slots) * PROVIDERS);
  const fractured = lasting?.kind === 'fracture';
  const homogenised = lasting?.kind === 'homogenisation';
  const drift = fractured ? after('DRIFT')[0] : undefined;
  const warning = homogenised ? after('HOMOGENIZATION_FLOOR_NEAR')[0] : undefined;
  return {
    case: trial.case,
    seed: trial.seed,
    events: columns.n,
    quietEvents: events.row.filter((row, i) => i >= range.to && row < onset).length,
    falseAlerts: countKinds(alerts.filter((a) => eventOf(a.fired) < onset)),
    ...countChanges(faults, changes, alerts, eventOf),
    alerts: countKinds(alerts),
    coupling: finite(rho.reduce((sum, v) => sum + v, 0) / rho.length),
    driftEvent: drift ? eventOf(drift.fired) : null,
    lag: drift ? drift.lag : null,
    transients: transients.length,
    transientsAbsorbed: transients.length > 0 ? passes(['DRIFT']) : null,
    transientsSilent: transients.length > 0 ? passes(ALERT_KINDS) : null,
    warningEvent: warning ? eventOf(warning.fired) : null,
    driftsAfterOnset: homogenised ? after('DRIFT').length : null,
    tensionRatio: homogenised
      ? finite(median(within(signals.tension, (event) => event >= 0.8 * columns.n)) / calibration.tension)
      : null,
    p95: spells.length > 0 ? finite(median(within(signals.p95, inSpell))) : null,
    window: spells.length > 0 ? finite(median(within(signals.window, inSpell))) : null,
    timings: { generate, project, changes: changesTime, signals: signalsTime, decide },
  };
}

const UNWATCHED = { signal: new AbortController().signal, onProgress: () => undefined };

const byChange = (of: (kind: ChangeKind, channel: ChangeChannel) => number): Record<ChangeKind, number> =>
  Object.fromEntries(CHANGE_KINDS.map((kind, i) => [kind, of(kind, CHANGE_CHANNELS[i])])) as Record<ChangeKind, number>;

/** Lasting change where no fault is felt, and by fault. */
function countChanges(
  faults: readonly Fault[],
  changes: Changes,
  alerts: readonly Alert[],
  eventOf: (index: number) => number,
): Pick<TrialResult, 'healthyJudged' | 'healthyChanges' | 'mostOfAFault'> {
  const healthy = (kind: ChangeKind, index: number) =>
    !faults.some((fault) => mayFind(kind, fault) && isFelt(fault, eventOf(index)));
  const ofFault = (kind: ChangeKind, fault: Fault, stream: number) =>
    alerts.filter((a) => a.kind === kind && a.stream === stream && isFelt(fault, eventOf(a.fired))).length;
  const streams = [...new Set(alerts.map(({ stream }) => stream))];
  return {
    healthyJudged: byChange(
      (kind, channel) =>
        changes[channel].statistic?.reduce((sum, s, i) => sum + (!Number.isNaN(s) && healthy(kind, i) ? 1 : 0), 0) ?? 0,
    ),
    healthyChanges: byChange((kind) => alerts.filter((a) => a.kind === kind && healthy(kind, a.fired)).length),
    mostOfAFault: byChange((kind) =>
      Math.max(0, ...faults.flatMap((fault) => streams.map((stream) => ofFault(kind, fault, stream)))),
    ),
  };
}

/** Slow answers are no change of what is said. */
const mayFind = (kind: ChangeKind, fault: Fault): boolean => fault.kind !== 'backoff' || kind === 'BEHAVIOUR_SHIFT';

const isFelt = (fault: Fault, event: number): boolean =>
  event >= fault.slot * PROVIDERS && event < feltUntil(fault) * PROVIDERS;

/** JSON has no NaN. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** First slot in which a fault is no longer felt. */
function feltUntil(fault: Fault): number {
  switch (fault.kind) {
    case 'transient':
      return fault.slot + AFTERMATH;
    case 'backoff':
      return fault.slot + fault.slots + AFTERMATH;
    case 'fracture':
    case 'homogenisation':
      return Infinity;
  }
}

function countKinds(alerts: readonly Alert[]): Record<AlertKind, number> {
  return Object.fromEntries(ALERT_KINDS.map((kind) => [kind, alerts.filter((a) => a.kind === kind).length])) as Record<
    AlertKind,
    number
  >;
}

/** Each call returns the ms since the one before. */
function stopwatch(): () => number {
  let since = performance.now();
  return () => {
    const now = performance.now();
    const passed = now - since;
    since = now;
    return passed;
  };
}
