import type { EventColumns, IndexRange } from '../core/columns.ts';
import { formatCount } from '../core/format.ts';
import { nearestRankOfSorted } from '../core/statistics.ts';
import { CHANGES_UNDER_WAY, type Changes } from './changes.ts';
import type { Observed, OutOfAction } from './channels/channel.ts';
import { CHANNELS_IN_ORDER } from './channels/index.ts';
import { CHANGE_CHANNELS, EVENT_STATES, type ChangeChannel, type ChannelId } from './channels/table.ts';
import type { Parameters } from './parameters.ts';
import { burnOf } from './reference.ts';
import type { Decisions, Signals } from './types.ts';

/** How channels fare: one that can raise nothing says so, and what would help (docs/methods.md 15). */

/** Own events at which the state of a stream is looked at again. */
const LOOK_EVERY = 100;

/** One channel in one stream. */
export interface ChannelHealth {
  readonly channel: ChannelId;
  readonly stream: number;
  /** Null: armed. */
  readonly outOfAction: OutOfAction | null;
  /** Events after the reference that it judged. */
  readonly watched: number;
  /** Conversations of the reference that they were compared with; null of a channel that counts none. */
  readonly conversations: number | null;
}

interface Analysed {
  readonly parameters: Parameters;
  readonly events: EventColumns;
  readonly reference: IndexRange;
  readonly retrospective: boolean;
  readonly signals: Signals;
  readonly decisions: Pick<Decisions, 'cusum' | 'eventState' | 'alerts' | 'calibration'>;
  readonly changes: Changes;
}

/** By channel in the order in which they are read, then by stream. */
export function channelHealth(analysed: Analysed): ChannelHealth[] {
  const { events, decisions, changes, retrospective, reference } = analysed;
  const since = eventsSince(analysed);
  const observed = observe(analysed, since);
  const general = events.streams.map((_, s) => cannotBeJudged(s, since, events.n, retrospective, reference));
  return CHANNELS_IN_ORDER.flatMap(({ id, outOfAction }) => {
    if (!outOfAction) return [];
    const change = isChange(id) ? id : null;
    const watched = change ? valuesOf(changes[change].statistic, events) : since.awake;
    const conversations = change && decisions.calibration[change]?.conversations;
    return events.streams.map((_, stream): ChannelHealth => {
      // Alerts of lasting change are not held back by the warm-up.
      const warming = change ? null : stillWarming(stream, since);
      const why = general[stream] ?? outOfAction(observed, stream) ?? warming;
      return {
        channel: id,
        stream,
        outOfAction: why,
        watched: why ? 0 : watched[stream],
        conversations: change ? (conversations?.[stream] ?? 0) : null,
      };
    });
  });
}

const isChange = (id: ChannelId): id is ChangeChannel => (CHANGE_CHANNELS as readonly ChannelId[]).includes(id);

/** Counts after the reference, by stream. */
interface Since {
  readonly all: Int32Array;
  /** Events with an embedding at which the detectors no longer warm up. */
  readonly awake: Int32Array;
  readonly scored: Int32Array;
  readonly below: Int32Array;
}

function eventsSince({ events, reference, signals, decisions }: Analysed): Since {
  const counts = () => new Int32Array(events.streams.length);
  const [all, awake, seen, low, scored, below] = [counts(), counts(), counts(), counts(), counts(), counts()];
  const { cusum, eventState, calibration } = decisions;
  const { kl } = signals;
  // z is below 0 where KL is below the value whose Box-Cox is m.
  const middle = (1 - 0.5 * calibration.m) ** -2;
  const warming = EVENT_STATES.indexOf('WARMING');
  for (let i = reference.to; i < events.n; i++) {
    const s = events.stream[i];
    all[s]++;
    if (eventState[i] !== warming && !events.isVoid[i]) awake[s]++;
    if (Number.isNaN(cusum[i]) || events.isVoid[i]) continue;
    seen[s]++;
    if (kl[i] < middle) low[s]++;
    if (seen[s] % LOOK_EVERY !== 0) continue;
    scored[s] = seen[s];
    below[s] = low[s];
  }
  return { all, awake, scored, below };
}

function observe(analysed: Analysed, { scored, below }: Since): Observed {
  const { parameters, events, decisions, changes } = analysed;
  const drifted = new Uint8Array(events.streams.length);
  for (const { kind, stream } of decisions.alerts) if (kind === 'DRIFT') drifted[stream] = 1;
  const kl = referenceKl(analysed);
  let above = 0;
  for (const value of kl) if (value > parameters.tau_max) above++;
  return {
    calibration: decisions.calibration,
    parameters,
    streams: events.streams.length,
    scored,
    below,
    drifted,
    aboveCeiling: above / kl.length,
    highKl: above > 0 ? nearestRankOfSorted(kl.sort(), 0.999) : Number.NaN,
    underWay: changes === CHANGES_UNDER_WAY,
    remarks: Object.fromEntries(CHANGE_CHANNELS.map((id) => [id, changes[id].remarks])) as Observed['remarks'],
  };
}

/** KL over the events that the calibration goes by. */
function referenceKl({ events, reference, signals, parameters }: Analysed): Float64Array {
  const { kl, seq } = signals;
  const counts = new Int32Array(events.streams.length);
  for (let i = reference.from; i < reference.to; i++) counts[events.stream[i]]++;
  const burn = counts.map((count) => burnOf(parameters.burn, count));
  const values = new Float64Array(reference.to - reference.from);
  let n = 0;
  for (let i = reference.from; i < reference.to; i++)
    if (!events.isVoid[i] && seq[i] > burn[events.stream[i]] && kl[i] > 0) values[n++] = kl[i];
  return values.subarray(0, n);
}

/** Why no channel at all can raise anything in a stream. */
function cannotBeJudged(
  stream: number,
  { all }: Since,
  n: number,
  retrospective: boolean,
  { to }: IndexRange,
): OutOfAction | null {
  if (retrospective)
    return to < FEWEST_EVENTS
      ? {
          reason: `with ${formatCount(n)} events, under ${FEWEST_EVENTS}, the whole ledger is the reference`,
          help: 'A longer ledger, or a brushed reference period that leaves events after it, would help.',
        }
      : {
          reason: 'the reference period is the whole ledger, and no alert can be raised inside it',
          help: 'A shorter reference period would help.',
        };
  return all[stream] === 0
    ? { reason: 'the stream has no event after the reference', help: 'An earlier reference period would help.' }
    : null;
}

const FEWEST_EVENTS = 200;

const stillWarming = (stream: number, { all, awake }: Since): OutOfAction | null =>
  awake[stream] > 0
    ? null
    : {
        reason: `none of the stream's ${formatCount(all[stream])} events after the reference is past the warm-up`,
        help: 'A shorter warm-up, or more events of the stream, would help.',
      };

function valuesOf(statistic: Float64Array | null, { n, stream, streams }: EventColumns): Int32Array {
  const counts = new Int32Array(streams.length);
  if (statistic) for (let i = 0; i < n; i++) if (!Number.isNaN(statistic[i])) counts[stream[i]]++;
  return counts;
}
