import { changeLimit } from '../detection/change/types.ts';
import type { PowerInput } from '../detection/change/power.ts';
import type { FittedReference } from '../detection/changes.ts';
import type { ChangeChannel } from '../detection/channels/table.ts';
import { conversationsBefore, type ChangeRequest } from './changes.ts';
import type { Stretches } from './stretches.ts';

/** Messages of a reference that power is measured on at most; longer ones know their means as well. */
const MOST_MESSAGES = 20_000;

/** The counted messages of a reference with their conversations. */
export async function powerInput(
  channel: ChangeChannel,
  stretches: Stretches,
  request: ChangeRequest,
  { wander, inBlocks }: FittedReference,
): Promise<PowerInput> {
  const { events, range, parameters, signal, onProgress } = request;
  const { axes } = stretches;
  const rule = { cut: parameters.conversation_cut, inBlocks };
  const { numbers } = await conversationsBefore(stretches, request, rule);
  const counted: number[] = [];
  for (let i = range.from; i < range.to && counted.length < MOST_MESSAGES; i++) if (numbers[i] >= 0) counted.push(i);
  const features = new Float32Array(counted.length * axes);
  let row = 0;
  for await (const { from, features: own, counted: held } of stretches.of(range, { signal, onProgress }))
    for (; row < counted.length && counted[row] < from + held.length; row++) {
      const at = counted[row] - from;
      features.set(own.subarray(at * axes, (at + 1) * axes), row * axes);
    }
  return {
    channel,
    axes,
    streams: events.streams.length,
    stream: Int32Array.from(counted, (i) => events.stream[i]),
    conversation: Int32Array.from(counted, (i) => numbers[i]),
    features,
    limit: changeLimit(wander, parameters.false_alarm_budget),
    wander,
  };
}
