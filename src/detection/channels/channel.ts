import type { Unit } from '../../core/format.ts';
import type { Parameters } from '../parameters.ts';
import type { Calibration } from '../types.ts';
import type { LimitRule } from './limitRule.ts';
import type { CHANNEL_TABLE } from './table.ts';
import { type AlertKind, type ChangeChannel, type ChannelId, type EventState, type SeriesName } from './table.ts';

/** Values between which a signal is healthy; infinite if one side has no limit, NaN if it could not be derived. */
export type Limits = readonly [low: number, high: number];

export interface SignalFacts {
  readonly label: string;
  /** Follows the label where there is room: a letter of the paper. */
  readonly symbol?: string;
  /** Heads its chart in a report; the label if absent. */
  readonly title?: string;
  readonly unit: Unit;
  /** The limits in force for a stream; null if nothing is compared. */
  readonly limits?: (c: Calibration, p: Parameters, stream: number) => Limits | null;
  /** Names the limit in a chart; a channel with both limits has a band, which needs no name. */
  readonly limitLabel?: string;
  /** How its limit follows from the parameter that governs it; absent where none does. */
  readonly limitRule?: (c: Calibration, p: Parameters, stream: number) => LimitRule;
  /** Every stream has a limit of its own. */
  readonly limitPerStream?: boolean;
  /** What is said in place of limits. */
  readonly instead?: (c: Calibration, p: Parameters) => string | undefined;
  /** Charted in reports. */
  readonly reported?: boolean;
}

export interface KindFacts {
  /** What the peak of an alert measures. */
  readonly peak: { readonly what: string; readonly unit: '' | 'nats' | 'bits' };
  /** Signals that it is made of: an investigation would only find them again. */
  readonly madeOf: readonly SeriesName[];
  /** The signal whose limit it crosses, and on which side. */
  readonly watches: { readonly signal: SeriesName; readonly beyond: 'above' | 'below' };
  /** Why it is open at an event, with the numbers that were compared. */
  readonly explain: (e: ExplainedEvent, c: Calibration, p: Parameters) => string;
}

/** What is known of one event when its state is explained; NaN if a signal is not defined. */
export interface ExplainedEvent {
  readonly eventState: EventState;
  readonly stream: number;
  value(name: SeriesName): number;
}

/** Why a channel can raise nothing, and what would help. */
export interface OutOfAction {
  /** Without a full stop, fit to stand after a colon. */
  readonly reason: string;
  /** A sentence. */
  readonly help: string;
  /** A ceiling that fits the reference, where that is what would help. */
  readonly ceiling?: number;
  /** It is still being computed. */
  readonly underWay?: boolean;
}

/** What an analysis shows of how its channels fare. */
export interface Observed {
  readonly calibration: Calibration;
  readonly parameters: Parameters;
  readonly streams: number;
  /** By stream, up to the newest hundred of its own events since the reference; 0 before the hundredth. */
  readonly scored: ArrayLike<number>;
  /** Those of them whose z of KL is below 0. */
  readonly below: ArrayLike<number>;
  /** By stream: 1 where the CUSUM has fired. */
  readonly drifted: ArrayLike<number>;
  /** Share of the reference above the KL ceiling, and its 99.9th percentile; NaN where it lies elsewhere. */
  readonly aboveCeiling: number;
  readonly highKl: number;
  /** Why a channel of lasting change has no reference. */
  readonly remarks: Readonly<Record<ChangeChannel, readonly string[]>>;
  /** Lasting change is still being judged. */
  readonly underWay: boolean;
}

type Entry<C extends ChannelId> = (typeof CHANNEL_TABLE)[C];

/** Facts of a channel for screens, reports and files: no kernel, so that pages can read them. */
export interface Channel<C extends ChannelId = ChannelId> {
  readonly id: C;
  readonly label: string;
  /** One sentence: what it shows and how to read it. */
  readonly help: string;
  /** Where it stands among the others on screens and in reports, ascending. */
  readonly rank: number;
  /** Section of docs/methods.md that explains it. */
  readonly methods: number;
  readonly signals: Readonly<Record<Entry<C>['signals'][number] | Entry<C>['decided'][number], SignalFacts>>;
  readonly kinds: Readonly<Record<keyof Entry<C>['kinds'], KindFacts>>;
  /** What it says of an event beyond alerts; null if it has nothing to say. */
  readonly notice?: (e: ExplainedEvent, c: Calibration, p: Parameters) => string | null;
  /** Why it can raise nothing in a stream; null if it can. Absent: it is charted only and has nothing to raise. */
  readonly outOfAction?: (o: Observed, stream: number) => OutOfAction | null;
  /** Its part of a report's calibration. */
  readonly facts?: (c: Calibration, streams: readonly string[]) => readonly { name: string; value: string }[];
  /** Kinds that are marked on its panel besides its own. */
  readonly marks?: readonly AlertKind[];
  /** Why its panel is empty, and what to do. */
  readonly empty: string;
}
