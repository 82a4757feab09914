import type { EventColumns } from '../../core/columns.ts';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import { LEVEL_REARM } from '../channels/table.ts';
import type { Onset } from '../change/types.ts';
import type { Episode } from './score.ts';

/** An alarm, from the event at which it fired to that at which it closed; null: open at the end. */
export interface Alarm extends Episode {
  readonly resolved: EventIndex | null;
}

interface LevelRule {
  /** First event that can be alerted on. */
  readonly from: EventIndex;
  /** It closes below this share of the limit. */
  readonly rearm?: number;
  /** Own events of a stream before it is alerted on. */
  readonly warmup?: (stream: StreamIndex) => number;
  /** Where what fired began, where that is known. */
  readonly onset?: (stream: StreamIndex, fired: EventIndex) => Onset | undefined;
}

/** Stretches in which a signal is above the limit of its stream (NaN: silent there), in the order of their firing. */
export function levelEpisodes(
  kind: string,
  { n, stream, streams }: Pick<EventColumns, 'n' | 'stream' | 'streams'>,
  signal: ArrayLike<number>,
  limit: (stream: StreamIndex) => number,
  { from, rearm = LEVEL_REARM, warmup = () => 0, onset = () => undefined }: LevelRule,
): Alarm[] {
  const seq = new Int32Array(streams.length);
  const open = new Array<number>(streams.length).fill(-1);
  const alarms: Alarm[] = [];
  for (let i = 0; i < n; i++) {
    const s = stream[i];
    const at = ++seq[s];
    if (i < from || at <= warmup(s) || Number.isNaN(signal[i])) continue;
    if (open[s] < 0) {
      if (!(signal[i] > limit(s))) continue;
      const { event, seq: onsetSeq } = onset(s, i) ?? { event: i, seq: at };
      open[s] = alarms.length;
      alarms.push({ kind, stream: s, onset: event, onsetSeq, fired: i, firedSeq: at, resolved: null });
    } else if (signal[i] < rearm * limit(s)) {
      alarms[open[s]] = { ...alarms[open[s]], resolved: i };
      open[s] = -1;
    }
  }
  return alarms;
}
