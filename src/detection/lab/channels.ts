import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import type { Seq } from '../../core/units.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { PARAMETER_SPECS, type NumberSpec, type Parameters } from '../parameters.ts';
import { createDetector, type Detector } from '../pipeline.ts';
import { warmupOf } from '../reference.ts';
import { deriveLimit } from './budget.ts';
import { openEmdLimits } from './emdLimit.ts';
import { inControlOf } from './inControl.ts';
import type { Interval } from './intervals.ts';
import { levelEpisodes, type Alarm } from './levelEpisodes.ts';
import { createScorer, TOLERANCE } from './score.ts';

/** The channels that are compared on a ledger of which it is known what happens in it. */
export const COMPARED_CHANNELS = ['style', 'meaning', 'behaviour', 'emd', 'anchored', 'lineage', 'length'] as const;
export type ComparedChannel = (typeof COMPARED_CHANNELS)[number];

export const CHANNEL_NAMES: Readonly<Record<ComparedChannel, string>> = {
  style: 'STYLE: how messages are written',
  meaning: 'MEANING: what they speak of',
  behaviour: 'BEHAVIOUR: tokens, latencies, tools, outcomes',
  emd: 'sliced EMD to the reference window',
  anchored: 'DRIFT: CUSUM of KL, anchor "reference"',
  lineage: 'DRIFT: CUSUM of KL, anchor "lineage"',
  length: 'text length alone, for comparison',
};

/** What a channel raised in a ledger. */
export interface ChannelAlarms {
  readonly channel: ComparedChannel;
  /** By stream; NaN: the channel is silent there. */
  readonly limits: readonly number[];
  readonly alarms: readonly Alarm[];
  /** Why the channel has no say here, or what it left out; null if neither. */
  readonly note: string | null;
}

/** A channel that has no say in a ledger. */
export const silentChannel = (channel: ComparedChannel, note: string): ChannelAlarms => ({
  channel,
  limits: [],
  alarms: [],
  note,
});

/** What a channel made of one stream. */
export interface ChannelStream {
  readonly stream: string;
  /** NaN if none could be derived: the channel is silent there. */
  readonly limit: number;
  /** First alarm after the reference, in the stream's own events from 1; null if it never fired. */
  readonly firstAlarm: Seq | null;
  /** Alarms that match no labelled stretch, and how many events past reference and warm-up there were outside them. */
  readonly falseAlarms: number;
  readonly unlabelled: number;
  /**
   * Own events to detection, 1 for the first changed event (as in `Score`); null if missed. `open`: an alarm from
   * before was still open when the change came.
   */
  readonly changes: readonly {
    readonly label: string;
    readonly fromSeq: Seq;
    readonly delay: number | null;
    readonly open: boolean;
  }[];
  /** Labelled stretches that are to be absorbed, and whether no false alarm claims them. */
  readonly absorbing: readonly { readonly label: string; readonly fromSeq: Seq; readonly absorbed: boolean }[];
}

export interface ChannelReport {
  readonly channel: ComparedChannel;
  readonly streams: readonly ChannelStream[];
  readonly note: string | null;
}

interface PathInput {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly reference: IndexRange;
}

/** The distance of two windows in control is far from 0, so it cannot be asked to halve. */
const EMD_REARM = 0.8;

/**
 * The channels whose limit is found by resampling the reference alone, with the limits that one false alarm in each
 * number of events gives them.
 * @returns by budget
 */
export function resampledChannels(
  kernels: KernelModule,
  input: PathInput,
  parameters: Parameters,
  budgets: readonly number[],
): ChannelAlarms[][] {
  const { events, coordinates, reference } = input;
  const detector = createDetector(kernels);
  detector.load(events, coordinates, reference);
  const ofAnchor = (channel: ComparedChannel, anchor: Parameters['anchor']): ChannelAlarms[] =>
    cusum(channel, input, detector, kernels, { ...parameters, anchor }, budgets);
  const anchored = ofAnchor('anchored', 'reference');
  const lineage = ofAnchor('lineage', 'lineage');
  const { shift } = detector.runSignals(parameters);
  const total = totals(events);
  const emdLimits = openEmdLimits(kernels, events, coordinates, reference, parameters);
  return budgets.map((budget, i) => {
    const limits = emdLimits(budget);
    const alarms = levelEpisodes('emd', events, shift, (s) => limits[s], {
      from: reference.to,
      rearm: EMD_REARM,
      warmup: (s) => warmupOf(parameters.warmup, total[s]),
    });
    return [{ channel: 'emd' as const, limits, alarms, note: null }, anchored[i], lineage[i]];
  });
}

function cusum(
  channel: ComparedChannel,
  input: PathInput,
  detector: Detector,
  kernels: KernelModule,
  p: Parameters,
  budgets: readonly number[],
): ChannelAlarms[] {
  const signals = detector.runSignals(p);
  const calibration = detector.calibrate(p);
  const { divergence } = inControlOf({ ...input, signals, calibration, parameters: p, alerts: [] }, 'reference');
  const { min, max } = PARAMETER_SPECS.h as NumberSpec;
  return budgets.map((budget) => {
    const h = deriveLimit(kernels, divergence, [{ kind: 'cusum', kappa: p.kappa, cap: p.cap }], budget, [min, max]);
    const alarms = Number.isNaN(h.value)
      ? []
      : detector.decide({ ...p, h: h.value }).alerts.filter(({ kind }) => kind === 'DRIFT');
    return { channel, limits: input.events.streams.map(() => h.value), alarms, note: h.note };
  });
}

function totals({ n, stream, streams }: EventColumns): Int32Array {
  const counts = new Int32Array(streams.length);
  for (let i = 0; i < n; i++) counts[stream[i]]++;
  return counts;
}

/** What a channel made of every stream of a ledger with labelled changes; of none where it has no say. */
export function channelReport(
  { channel, limits, alarms, note }: ChannelAlarms,
  events: EventColumns,
  reference: IndexRange,
  intervals: readonly Interval[],
  p: Pick<Parameters, 'warmup'>,
): ChannelReport {
  if (limits.length === 0) return { channel, streams: [], note };
  const total = totals(events);
  const scorer = createScorer(events, intervals, { tolerance: TOLERANCE, from: reference.to });
  const seq = new Int32Array(events.n);
  const counts = new Int32Array(events.streams.length);
  for (let i = 0; i < events.n; i++) seq[i] = ++counts[events.stream[i]];
  const streams = events.streams.map((stream, s): ChannelStream => {
    const own = alarms.filter((alarm) => alarm.stream === s).sort((a, b) => a.fired - b.fired);
    const changes = scorer.intervals.filter((interval) => interval.stream === null || interval.stream === stream);
    const { matches, falseEpisodes, notAbsorbed } = scorer.detail(own);
    const firstSeq = ({ from, to }: Interval): Seq => {
      let first = from;
      while (first < to && events.stream[first] !== s) first++;
      return seq[first];
    };
    let unlabelled = 0;
    for (let i = reference.to; i < events.n; i++) {
      if (
        events.stream[i] === s &&
        seq[i] > warmupOf(p.warmup, total[s]) &&
        !changes.some(({ from, to }) => i >= from && i < to)
      )
        unlabelled++;
    }
    return {
      stream,
      limit: limits[s],
      firstAlarm: own.length > 0 ? own[0].firedSeq : null,
      unlabelled,
      falseAlarms: falseEpisodes.length,
      changes: changes.map((change) => ({
        label: change.label,
        fromSeq: firstSeq(change),
        delay: matches.find(({ interval }) => interval === change)?.delay ?? null,
        open: own.some(({ fired, resolved }) => fired < change.from && (resolved === null || resolved > change.from)),
      })),
      absorbing: scorer.toAbsorb
        .filter((interval) => interval.stream === null || interval.stream === stream)
        .map((interval) => ({
          label: interval.label,
          fromSeq: firstSeq(interval),
          absorbed: !notAbsorbed.includes(interval),
        })),
    };
  });
  return { channel, streams, note };
}
