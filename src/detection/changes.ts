import type { EventIndex, StreamIndex } from '../core/units.ts';
import type { BehaviourFeature } from './change/behaviour.ts';
import type { ChangeReference, ChangeWindow } from './change/types.ts';
import { CHANGE_CHANNELS, type ChangeChannel, type SignalName } from './channels/table.ts';
import type { Onset } from './levels.ts';

/** All that the reference fixes of a channel. */
export interface FittedReference extends ChangeReference {
  /** What it is made of, where that follows from the ledger; null where it is always the same. */
  readonly features: readonly BehaviourFeature[] | null;
  /** By stream: 1 where blocks of ten messages stand for conversations. */
  readonly inBlocks: Uint8Array;
}

/** For events that the reference does not lie in: its conversations do not go on there. */
export const elsewhere = (reference: FittedReference): FittedReference => ({
  ...reference,
  streams: reference.streams.map((stream) => ({
    ...stream,
    newest: { conversation: new Int32Array(0), messages: new Int32Array(0), sums: new Float64Array(0) },
  })),
});

/** What one channel of lasting change found in a ledger. */
export interface ChannelChange {
  /** Null where the channel is out of action. */
  readonly reference: FittedReference | null;
  /** S of every event (docs/methods.md 14), length n; NaN where the channel says nothing of the event. Null: of all. */
  readonly statistic: Float64Array | null;
  /** Events past the reference that were judged. */
  readonly judged: number;
  /** Why the channel is out of action, or what was left out: sentences without a full stop. */
  readonly remarks: readonly string[];
  /** Where the change began that fired at an event of a stream. */
  onset(stream: StreamIndex, fired: EventIndex): Onset | undefined;
  /** The window that an alert fired on, for its evidence. */
  window(stream: StreamIndex, fired: EventIndex): ChangeWindow | undefined;
}

/** What the channels of lasting change found, computed apart since what they are made of is not held. */
export type Changes = { readonly [C in ChangeChannel]: ChannelChange };

/** Columns that no stage writes. */
export type ChangeSignal = ChangeChannel & SignalName;

export const isChangeSignal = (name: string): name is ChangeSignal =>
  (CHANGE_CHANNELS as readonly string[]).includes(name);

/** Of a channel that says nothing. @param remarks why */
export const outOfAction = (...remarks: string[]): ChannelChange => ({
  reference: null,
  statistic: null,
  judged: 0,
  remarks,
  onset: () => undefined,
  window: () => undefined,
});

export const NO_CHANGES: Changes = Object.fromEntries(
  CHANGE_CHANNELS.map((id) => [id, outOfAction('it was not computed')]),
) as unknown as Changes;
