import { changeDegrees, changeLimit, FEWEST_MESSAGES, type StreamReference } from '../change/types.ts';
import type { FittedReference } from '../changes.ts';
import type { ChannelReference } from './channelReference.ts';
import type { ChangeChannel } from './table.ts';

/** What a channel of lasting change compares with; null of one that is out of action. */
export interface ChangeCalibration {
  readonly limit: number;
  /** Wander index of the topics, and the degrees of freedom that follow from it. */
  readonly omega: number;
  readonly nu: number;
  /** Variance within and between conversations, by axis. */
  readonly w: readonly number[];
  readonly b: readonly number[];
  /** Conversations and messages of the reference, by stream; 0 of a stream that it does not know. */
  readonly conversations: readonly number[];
  readonly messages: readonly number[];
}

type Calibrated<C extends ChangeChannel> = { readonly [Name in C]: ChangeCalibration | null };

/** What a channel of lasting change takes from the reference: it is worked out with the statistic itself. */
export const changeReference = <C extends ChangeChannel>(
  id: C,
): ChannelReference<FittedReference | null, Calibrated<C>, Calibrated<C>> => ({
  parameters: [],
  derive: (_, { changes }) => changes[id].reference,
  align: (reference, known, streams) =>
    reference && {
      ...reference,
      streams: streams.map((name) => reference.streams[known.indexOf(name)] ?? unknownStream(reference.axes)),
      inBlocks: Uint8Array.from(streams, (name) => reference.inBlocks[known.indexOf(name)] ?? 1),
    },
  calibrate: (reference, { false_alarm_budget }) =>
    ({
      [id]: reference && {
        limit: changeLimit(reference.wander, false_alarm_budget),
        omega: reference.wander,
        nu: changeDegrees(reference.wander),
        w: [...reference.within],
        b: [...reference.between],
        conversations: reference.streams.map(({ conversations }) => conversations),
        messages: reference.streams.map(({ messages }) => messages),
      },
    }) as Calibrated<C>,
  toJson: (calibrated) => ({ [id]: calibrated[id] }) as Calibrated<C>,
});

const unknownStream = (axes: number): StreamReference => ({
  messages: 0,
  conversations: 0,
  mean: new Float64Array(axes),
  information: new Float64Array(axes),
  centre: new Float64Array(axes),
  newest: { conversation: new Int32Array(0), messages: new Int32Array(0), sums: new Float64Array(0) },
});

/** The limit of a stream; NaN where the channel has no statistic. */
export const changeLimitOf = (calibration: ChangeCalibration | null, stream: number): number =>
  calibration && calibration.messages[stream] >= FEWEST_MESSAGES ? calibration.limit : Number.NaN;
