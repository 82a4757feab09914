import type { TransportOptions } from '../kernels/transport.ts';
import type { TrackerOptions } from '../kernels/tracker.ts';
import type { Parameters } from './parameters.ts';
import { resizeWindows, referenceWindows } from './reference.ts';
import type { SignalSlots } from './signalColumns.ts';
import type { SignalInputs } from './signalRun.ts';
import type { SignalStage, StageSpeed } from './signalStages.ts';

/**
 * Kernels whose streams have nothing to do with each other (others' coordinates are read, nothing of theirs is
 * written).
 */
export const CREW_STAGES = ['tracker', 'transport', 'displacement'] as const satisfies readonly SignalStage[];
export type CrewStage = (typeof CREW_STAGES)[number];

/** What a member of a crew holds of a ledger, for any number of tasks. */
export interface CrewLedger {
  readonly n: number;
  readonly k: number;
  readonly streams: number;
  readonly x: Float32Array;
  readonly stream: Int32Array;
  readonly isVoid: Uint8Array;
  readonly instantiation: Int32Array;
}

/** One member's share of the kernels' work; every stage with the streams (1 = mine) to compute. Plain data. */
export interface CrewTask {
  readonly tracker: {
    readonly only: Uint8Array;
    readonly window: Float64Array;
    readonly options: Omit<TrackerOptions, 'anchor'>;
    readonly anchor: Float64Array | null;
  } | null;
  readonly transport: {
    readonly only: Uint8Array;
    readonly options: Pick<TransportOptions, 'size' | 'minimum' | 'referenceTo'>;
    readonly rows: Float32Array;
    readonly counts: Int32Array;
  } | null;
  readonly displacement: {
    readonly only: Uint8Array;
    readonly lambda: number;
    readonly referenceTo: number;
    readonly means: Float64Array;
  } | null;
}

/** What a kernel gave for the events [from, to) of a member's streams, in order. */
export interface CrewPart {
  readonly stage: CrewStage;
  readonly from: number;
  readonly to: number;
  /** One run of values a column of the stage (`columnsOf`). */
  readonly values: readonly Float64Array[];
  /** Residuals of the tracker, k an event; empty of other stages. */
  readonly residual: Float32Array;
}

/** Threads that compute streams, each with a copy of the ledger. */
export interface Crew {
  readonly size: number;
  /**
   * Starts members for a run that will come, and has the first `members` of them take in its ledger where that is
   * known.
   */
  wake?(ledger?: CrewLedger, members?: number): void;
  /**
   * Runs a task on each member, at most `size` of them.
   * @param ledger compared by identity with what the members hold already
   * @param accept gets the parts of each stage in order of events
   * @returns of each task null, or why it was not done: its member failed, and somebody else has to do it. Throws kind
   * "cancelled" once the signal is aborted.
   */
  run(
    ledger: CrewLedger,
    tasks: readonly CrewTask[],
    accept: (task: number, part: CrewPart) => void,
    signal: AbortSignal,
  ): Promise<(string | null)[]>;
}

/** The columns of a stage, besides the residual, in the order in which parts carry them. */
function columnsOf(slots: SignalSlots, stage: CrewStage) {
  switch (stage) {
    case 'tracker': {
      const { friction, trace, kl, boxCox, entropy } = slots.tracker.columns;
      return [friction, trace, kl, boxCox, entropy];
    }
    case 'transport':
      return [slots.transport.columns.tension, slots.transport.columns.shift];
    case 'displacement':
      return [slots.displacement.columns.mewma];
  }
}

/** The streams of each stage that are a member's (1 = mine). */
export type Share = Partial<Record<CrewStage, Uint8Array>>;

/**
 * Streams shared out: longest first, each to the member that has least to do (Graham 1969).
 * @returns per member and stage the streams to compute; members without work are left out
 */
export function shareOut(
  stages: readonly CrewStage[],
  events: ArrayLike<number>,
  size: number,
  speed: Pick<StageSpeed, 'of'>,
): Share[] {
  const items = stages.flatMap((stage) =>
    Array.from({ length: events.length }, (_, stream) => ({ stage, stream, cost: events[stream] * speed.of(stage) })),
  );
  items.sort((a, b) => b.cost - a.cost);
  const members = Array.from({ length: size }, (): { cost: number; readonly share: Share } => ({ cost: 0, share: {} }));
  for (const { stage, stream, cost } of items) {
    const least = members.reduce((a, b) => (b.cost < a.cost ? b : a));
    least.cost += cost;
    (least.share[stage] ??= new Uint8Array(events.length))[stream] = 1;
  }
  return members.map(({ share }) => share).filter((share) => Object.keys(share).length > 0);
}

/** A share of the work as a task for a member. */
export function taskOf(
  { events, coordinates, means, range, given }: SignalInputs,
  p: Parameters,
  slots: SignalSlots,
  share: Share,
): CrewTask {
  const { tracker, transport, displacement } = share;
  const windows =
    transport &&
    (given
      ? resizeWindows(given.windows, coordinates.k, p.emd_window)
      : referenceWindows(events, coordinates, range, p.emd_window));
  const { windowReference } = slots.latency;
  return {
    tracker: tracker
      ? {
          only: tracker,
          window: slots.latency.columns.window.view().slice(),
          options: {
            lambdaFast: p.lambda_fast,
            lambdaSlow: p.lambda_slow,
            shrinkage: p.shrinkage,
            windowReference: p.adaptive ? windowReference : Infinity,
            referenceFrom: range.from,
            referenceTo: range.to,
          },
          anchor: p.anchor === 'reference' ? means.means : null,
        }
      : null,
    transport:
      transport && windows
        ? {
            only: transport,
            options: { size: p.emd_window, minimum: p.emd_min, referenceTo: range.to },
            rows: windows.rows,
            counts: windows.counts,
          }
        : null,
    displacement: displacement
      ? { only: displacement, lambda: p.mewma_lambda, referenceTo: range.to, means: means.means }
      : null,
  };
}

/** Puts a part in its place. */
export function acceptPart(
  { blocks: { k }, events: { stream } }: SignalInputs,
  slots: SignalSlots,
  only: Uint8Array,
  { stage, from, to, values, residual }: CrewPart,
): void {
  const events = new Int32Array(to - from);
  let count = 0;
  for (let i = from; i < to; i++) if (only[stream[i]] === 1) events[count++] = i;
  const own = events.subarray(0, count);
  columnsOf(slots, stage).forEach((column, c) => scatter(values[c], 1, own, column.view()));
  if (stage === 'tracker') scatter(residual, k, own, slots.tracker.columns.residual.view());
}

/** Writes rows of k values to the places `events` of `out`. */
function scatter(given: ArrayLike<number>, k: number, events: Int32Array, out: Float64Array | Float32Array): void {
  for (let i = 0, at = 0; i < events.length; i++)
    for (let to = events[i] * k, end = to + k; to < end; to++) out[to] = given[at++];
}
