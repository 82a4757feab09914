import * as v from 'valibot';
import { CHANNEL_IDS } from '../channels/table.ts';
import type { ChannelHealth } from '../health.ts';
import { choice, integer, list, text } from './schema.ts';

/** How the channels fared on a ledger, as a bundle carries it. */
const channelHealthSchema = v.object({
  channel: choice(CHANNEL_IDS),
  stream: text,
  reason: v.pipe(v.nullable(text), v.description('Why it can raise nothing in this stream; null: armed')),
  help: v.pipe(v.nullable(text), v.description('What would help')),
  watched: v.pipe(integer(0), v.description('Events after the reference that it judged')),
  conversations: v.pipe(
    v.nullable(integer(0)),
    v.description('Conversations of the reference they were compared with; null of a channel that counts none'),
  ),
});
export const healthSchema = list(channelHealthSchema);
type ChannelHealthJson = Readonly<v.InferOutput<typeof channelHealthSchema>>;

export const healthToJson = (health: readonly ChannelHealth[], streams: readonly string[]): ChannelHealthJson[] =>
  health.map(({ channel, stream, outOfAction, watched, conversations }) => ({
    channel,
    stream: streams[stream],
    reason: outOfAction?.reason ?? null,
    help: outOfAction?.help ?? null,
    watched,
    conversations,
  }));

/** The same as an analysis has it, with the names of the streams. */
export function healthFromJson(file: readonly ChannelHealthJson[]): {
  readonly health: readonly ChannelHealth[];
  readonly streams: readonly string[];
} {
  const streams = [...new Set(file.map(({ stream }) => stream))];
  const health = file.map(({ stream, reason, help, ...own }) => ({
    ...own,
    stream: streams.indexOf(stream),
    outOfAction: reason === null ? null : { reason, help: help ?? '' },
  }));
  return { health, streams };
}
