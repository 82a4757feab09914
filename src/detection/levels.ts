import type { EventIndex, Seq, StreamIndex } from '../core/units.ts';
import { CHANNEL_TABLE, LEVEL_CHANNELS, LEVEL_REARM, type AlertKind, type LevelChannel } from './channels/table.ts';
import type { Onset } from './change/types.ts';
import type { Alert } from './types.ts';

/** The open episode of each level channel (in the order of `LEVEL_CHANNELS`) and stream, null if none is. */
export type LevelState = readonly (readonly (Alert | null)[])[];
type OpenLevels = readonly (Alert | null)[][];

export const levelState = (streams: number): OpenLevels =>
  LEVEL_CHANNELS.map(() => new Array<Alert | null>(streams).fill(null));

/** The kind that a level channel raises. */
const levelKind = (channel: LevelChannel): AlertKind => Object.keys(CHANNEL_TABLE[channel].kinds)[0] as AlertKind;

interface LevelEvent {
  readonly stream: StreamIndex;
  readonly index: EventIndex;
  readonly seq: Seq;
  /** NaN: the channel says nothing of the event, and nothing changes. */
  readonly value: number;
  /** NaN: the channel is silent in this stream. */
  readonly limit: number;
}

/**
 * Takes in one event past the reference (docs/methods.md 8): above its limit a kind opens, below LEVEL_REARM of it it
 * closes; the peak is the largest value.
 * @param level position in `LEVEL_CHANNELS`
 * @param onset asked only where the kind opens
 */
export function levelStep(
  state: OpenLevels,
  level: number,
  { stream, index, seq, value, limit }: LevelEvent,
  onset: () => Onset | undefined,
): { readonly opened: Alert | null; readonly closed: Alert | null } {
  const own = state[level];
  const open = own[stream];
  if (!open) {
    if (!(value > limit)) return NOTHING;
    const { event, seq: onsetSeq } = onset() ?? { event: index, seq };
    const opened: Alert = {
      kind: levelKind(LEVEL_CHANNELS[level]),
      stream,
      onset: event,
      fired: index,
      resolved: null,
      onsetSeq,
      firedSeq: seq,
      peak: value,
      lag: seq - onsetSeq,
    };
    own[stream] = opened;
    return { opened, closed: null };
  }
  if (value < LEVEL_REARM * limit) {
    own[stream] = null;
    return { opened: null, closed: { ...open, resolved: index } };
  }
  if (value > open.peak) own[stream] = { ...open, peak: value };
  return NOTHING;
}

const NOTHING = { opened: null, closed: null };

/** Events as level channels see them. */
interface LevelEvents {
  readonly stream: Int32Array;
  readonly seq: Int32Array;
  /** By level channel, a value per event. */
  readonly values: readonly Float64Array[];
  /** By level channel and stream. */
  readonly limits: readonly ArrayLike<number>[];
  readonly onsets: (channel: LevelChannel, stream: StreamIndex, fired: EventIndex) => Onset | undefined;
}

/** Alerts of all level channels over the events from `from` on, closed ones first. */
export function levelAlerts(
  { stream, seq, values, limits, onsets }: LevelEvents,
  streams: number,
  from: EventIndex,
): Alert[] {
  const state = levelState(streams);
  const closed: Alert[] = [];
  for (const [level, channel] of LEVEL_CHANNELS.entries()) {
    const column = values[level];
    const own = limits[level];
    const opened = state[level];
    for (let index = from; index < column.length; index++) {
      const value = column[index];
      const s = stream[index];
      // Most events change nothing.
      if (Number.isNaN(value) || (value <= own[s] && opened[s] === null)) continue;
      const step = levelStep(state, level, { stream: s, index, seq: seq[index], value, limit: own[s] }, () =>
        onsets(channel, s, index),
      );
      if (step.closed) closed.push(step.closed);
    }
  }
  return [...closed, ...state.flat().filter((alert) => alert !== null)];
}
