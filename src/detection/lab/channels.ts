import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import type { Seq } from '../../core/units.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { PARAMETER_SPECS, type NumberSpec, type Parameters } from '../parameters.ts';
import { createDetector, type Detector } from '../pipeline.ts';
import { warmupOf } from '../reference.ts';
import type { Alert, AlertKind } from '../types.ts';
import { deriveLimit } from './budget.ts';
import { emdLimits } from './emdLimit.ts';
import { inControlOf } from './inControl.ts';
import { createScorer, TOLERANCE, type Interval } from './score.ts';

/** The channels that are compared on a ledger with labelled changes. */
export const CHANNELS = ['shift', 'anchored', 'lineage'] as const;
export type Channel = (typeof CHANNELS)[number];

export const CHANNEL_NAMES: Readonly<Record<Channel, string>> = {
  shift: 'sliced EMD to the reference window',
  anchored: 'DRIFT: CUSUM of KL, anchor "reference"',
  lineage: 'DRIFT: CUSUM of KL, anchor "lineage"',
};

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
}

export interface ChannelReport {
  readonly channel: Channel;
  readonly streams: readonly ChannelStream[];
  /** Why the channel has no say here; null if it has. */
  readonly note: string | null;
}

export interface ChannelInput {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly reference: IndexRange;
  readonly intervals: readonly Interval[];
  /** Characters of each event's text, -1 where it has none; null without texts. */
  readonly textLength: ArrayLike<number> | null;
}

/** Every channel with the limits that one false alarm in `budget` events gives it, derived from the reference alone. */
export function channelReports(
  kernels: KernelModule,
  input: ChannelInput,
  parameters: Parameters,
  budget: number,
): ChannelReport[] {
  const { events, coordinates, reference } = input;
  const p = { ...parameters, false_alarm_budget: budget };
  const detector = createDetector(kernels);
  detector.load(events, coordinates, reference);
  return CHANNELS.map((channel): ChannelReport => {
    switch (channel) {
      case 'anchored':
        return cusum(channel, input, detector, kernels, { ...p, anchor: 'reference' }, budget);
      case 'lineage':
        return cusum(channel, input, detector, kernels, { ...p, anchor: 'lineage' }, budget);
      case 'shift': {
        const { shift, seq } = detector.runSignals(p);
        const limits = emdLimits(kernels, events, coordinates, reference, p, budget);
        const alarms = crossings(input, shift, seq, limits, p);
        return report(channel, input, alarms, limits, seq, p);
      }
    }
  });
}

function cusum(
  channel: Channel,
  input: ChannelInput,
  detector: Detector,
  kernels: KernelModule,
  p: Parameters,
  budget: number,
): ChannelReport {
  const signals = detector.runSignals(p);
  const calibration = detector.calibrate(p);
  const { divergence } = inControlOf({ ...input, signals, calibration, parameters: p, alerts: [] }, 'reference');
  const { min, max } = PARAMETER_SPECS.h as NumberSpec;
  const h = deriveLimit(kernels, divergence, [{ kind: 'cusum', kappa: p.kappa, cap: p.cap }], budget, [min, max]);
  const alerts = Number.isNaN(h.value) ? [] : of(detector.decide({ ...p, h: h.value }).alerts, 'DRIFT');
  return report(
    channel,
    input,
    alerts,
    input.events.streams.map(() => h.value),
    seqOf(input.events),
    p,
    h.note,
  );
}

const of = (alerts: readonly Alert[], kind: AlertKind) => alerts.filter((alert) => alert.kind === kind);

function seqOf({ n, stream, streams }: EventColumns): Int32Array {
  const counts = new Int32Array(streams.length);
  return Int32Array.from({ length: n }, (_, i) => ++counts[stream[i]]);
}

/** The distance of two windows in control is far from 0, so it cannot be asked to halve, as T2 is. */
const REARM = 0.8;

/**
 * Times at which a signal rises above its stream's limit, past reference and warm-up, as alerts; each lasts until it is
 * below REARM of it.
 */
function crossings(
  { events, reference }: ChannelInput,
  signal: Float64Array,
  seq: Int32Array,
  limits: readonly number[],
  p: Parameters,
): Alert[] {
  const total = totals(events);
  const open = new Map<number, Alert>();
  const alarms: Alert[] = [];
  for (let i = reference.to; i < events.n; i++) {
    const s = events.stream[i];
    if (seq[i] <= warmupOf(p.warmup, total[s]) || Number.isNaN(signal[i])) continue;
    const before = open.get(s);
    if (signal[i] > limits[s]) {
      if (!before)
        open.set(s, {
          kind: 'STYLE_SHIFT',
          stream: s,
          onset: i,
          fired: i,
          resolved: null,
          onsetSeq: seq[i],
          firedSeq: seq[i],
          peak: signal[i],
          lag: 0,
        });
    } else if (before && signal[i] < REARM * limits[s]) {
      alarms.push({ ...before, resolved: i });
      open.delete(s);
    }
  }
  return [...alarms, ...open.values()].sort((a, b) => a.fired - b.fired);
}

function totals({ n, stream, streams }: EventColumns): Int32Array {
  const counts = new Int32Array(streams.length);
  for (let i = 0; i < n; i++) counts[stream[i]]++;
  return counts;
}

function report(
  channel: Channel,
  { events, reference, intervals }: ChannelInput,
  alarms: readonly Alert[],
  limits: readonly number[],
  seq: Int32Array,
  p: Parameters,
  note: string | null = null,
): ChannelReport {
  const total = totals(events);
  const scorer = createScorer(events, intervals, { tolerance: TOLERANCE, from: reference.to });
  const streams = events.streams.map((stream, s): ChannelStream => {
    const own = alarms.filter((alarm) => alarm.stream === s);
    const changes = scorer.intervals.filter((interval) => interval.stream === null || interval.stream === stream);
    const { matches, falseEpisodes } = scorer.detail(own);
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
      changes: changes.map((change) => {
        let first = change.from;
        while (first < change.to && events.stream[first] !== s) first++;
        return {
          label: change.label,
          fromSeq: seq[first],
          delay: matches.find(({ interval }) => interval === change)?.delay ?? null,
          open: own.some(
            ({ fired, resolved: resolved }) => fired < change.from && (resolved === null || resolved > change.from),
          ),
        };
      }),
    };
  });
  return { channel, streams, note };
}
