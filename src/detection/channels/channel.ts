import type { Unit } from '../../core/format.ts';
import type { Parameters } from '../parameters.ts';
import type { Calibration } from '../types.ts';
import type { CHANNEL_TABLE } from './table.ts';
import { type AlertKind, type ChannelId, type EventState, type SeriesName } from './table.ts';

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
  /** Why it is open at an event, with the numbers that were compared. */
  readonly explain: (e: ExplainedEvent, c: Calibration, p: Parameters) => string;
}

/** What is known of one event when its state is explained; NaN if a signal is not defined. */
export interface ExplainedEvent {
  readonly eventState: EventState;
  readonly stream: number;
  value(name: SeriesName): number;
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
  /** Said of an analysis where its kinds raise no alert; null if they do. */
  readonly silent?: (c: Calibration, p: Parameters, streams: number) => string | null;
  /** Its part of a report's calibration. */
  readonly facts?: (c: Calibration, streams: readonly string[]) => readonly { name: string; value: string }[];
  /** Kinds that are marked on its panel besides its own. */
  readonly marks?: readonly AlertKind[];
  /** Why its panel is empty, and what to do. */
  readonly empty: string;
}
