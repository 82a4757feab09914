import type { EventIndex, StreamIndex } from '../core/units.ts';
import type { BehaviourFeature } from './change/behaviour.ts';
import type { ChangeStep } from './change/machine.ts';
import type { ChangeReference, ChangeWindow, Onset } from './change/types.ts';
import { CHANGE_CHANNELS, type ChangeChannel, type SignalName } from './channels/table.ts';

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

/** The honest sample size of an alert: conversations of its stream. */
export interface ConversationCounts {
  /** From the start of the reference up to the onset. */
  readonly before: number;
  /** Since the onset, when the alert fired. */
  readonly since: number;
}

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
  conversations(stream: StreamIndex, fired: EventIndex): ConversationCounts | undefined;
}

/** Where events lie, and conversations after the reference. */
interface ChangePlaces {
  /** Stream of every event. */
  readonly stream: Int32Array;
  /** First event after the reference, and from it on the number of each event's conversation; -1 = not counted. */
  readonly from: EventIndex;
  readonly numbers: Int32Array;
  /** Conversations of each stream that had begun before that. */
  readonly begun: readonly number[];
}

/** What can be asked of the alerts that fired. */
export function firedChanges(
  steps: readonly ChangeStep[],
  { streams }: Pick<ChangeReference, 'streams'>,
  places: ChangePlaces,
): Pick<ChannelChange, 'onset' | 'window' | 'conversations'> {
  const alerts = steps
    .flatMap(({ alert, window }) => (window ? [{ ...alert, window }] : []))
    .sort((a, b) => a.onset - b.onset);
  const counts = countConversations(alerts, places);
  const fired = new Map(
    alerts.map(({ stream, fired: event, onset, window }, i) => {
      const { begun, since } = counts[i];
      return [`${stream} ${event}`, { onset, window, before: streams[stream].conversations + begun, since }];
    }),
  );
  const find = (stream: StreamIndex, event: EventIndex) => fired.get(`${stream} ${event}`);
  return {
    onset(stream, event) {
      const own = find(stream, event);
      if (!own) return undefined;
      let seq = 0;
      for (let i = 0; i <= own.onset; i++) if (places.stream[i] === stream) seq++;
      return { event: own.onset, seq };
    },
    window: (stream, event) => find(stream, event)?.window,
    conversations(stream, event) {
      const own = find(stream, event);
      return own && { before: own.before, since: own.since };
    },
  };
}

/** @param alerts by onset. @returns conversations that began between reference and onset, and those since the onset */
function countConversations(
  alerts: readonly { readonly stream: StreamIndex; readonly onset: EventIndex; readonly fired: EventIndex }[],
  { stream, from, numbers, begun }: ChangePlaces,
): { readonly begun: number; readonly since: number }[] {
  const next = [...begun];
  let i = from;
  return alerts.map(({ stream: own, onset, fired }) => {
    for (; i < onset; i++) if (numbers[i - from] >= next[stream[i]]) next[stream[i]] = numbers[i - from] + 1;
    const since = new Set<number>();
    for (let at = onset; at <= fired; at++)
      if (stream[at] === own && numbers[at - from] >= 0) since.add(numbers[at - from]);
    return { begun: next[own] - begun[own], since: since.size };
  });
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
  conversations: () => undefined,
});

export const NO_CHANGES: Changes = Object.fromEntries(
  CHANGE_CHANNELS.map((id) => [id, outOfAction('it was not computed')]),
) as unknown as Changes;

/** Stand for what is being judged; told apart by being this very object. */
export const CHANGES_UNDER_WAY: Changes = Object.fromEntries(
  CHANGE_CHANNELS.map((id) => [id, outOfAction('alerts may follow')]),
) as unknown as Changes;
