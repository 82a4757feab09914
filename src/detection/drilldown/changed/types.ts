import type { EventIndex, LedgerRow } from '../../../core/units.ts';
import type { ConversationCounts } from '../../changes.ts';
import type { ChangeChannel } from '../../channels/table.ts';

/** What a figure counts: it says what stands behind the numbers. */
type FigureUnit =
  | 'characters'
  | 'letters a word'
  | 'words a sentence'
  | 'per 100 characters'
  | 'per 100 words'
  /** A share of the messages. */
  | 'share'
  /** A number that is compared as a ratio. */
  | 'times'
  | '';

/** A feature in plain numbers, on either side of the change. */
export interface ChangedFigure {
  readonly before: number;
  readonly since: number;
  readonly unit: FigureUnit;
}

export interface ChangedMessage {
  readonly index: EventIndex;
  readonly row: LedgerRow;
}

/** The ends of an axis of meaning, seen from where the stream has gone. */
export interface AxisPoles {
  /** Words of the reference's messages at the end that the stream has moved to, and at the other. */
  readonly towards: readonly string[];
  readonly awayFrom: readonly string[];
}

export interface ChangedAxis {
  /** Its place among the axes of the channel, from 0. */
  readonly axis: number;
  /** "bold", "axis 3", "output tokens" */
  readonly label: string;
  /** ln(1 - pi + pi BF): how much it speaks for a change. */
  readonly weight: number;
  /** In within-stream standard deviations; positive = more of it since the onset. */
  readonly size: number;
  /** Null of an axis of meaning, and where it is missing on a side. */
  readonly figure: ChangedFigure | null;
  readonly poles: AxisPoles | null;
  /** Messages that show it best, on either side. */
  readonly before: readonly ChangedMessage[];
  readonly since: readonly ChangedMessage[];
}

/** What has changed for good in a stream, as one alert saw it when it fired (docs/methods.md 14): JSON-able. */
export interface WhatChanged {
  readonly channel: ChangeChannel;
  readonly stream: string;
  /** The estimate of where it began. */
  readonly onset: EventIndex;
  readonly fired: EventIndex;
  /** Conversations of the stream: the honest sample size. */
  readonly conversations: ConversationCounts;
  /** Its counted messages that figures and quotes come from. */
  readonly messages: ConversationCounts;
  /** How the topics of the reference wander, and the limit that follows from it. */
  readonly wander: number;
  readonly limit: number;
  /** By weight, descending; those that speak against a change are left out. */
  readonly axes: readonly ChangedAxis[];
  readonly notes: readonly string[];
}
