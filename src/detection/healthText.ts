import { formatCount, formatNumber } from '../core/format.ts';
import { POWER, type ChannelPower } from './change/powerTypes.ts';
import type { OutOfAction } from './channels/channel.ts';
import { CHANNELS } from './channels/generated/channels.ts';
import type { ChannelId } from './channels/table.ts';
import type { ChannelHealth } from './health.ts';

/** How channels fare and what they could have found, in words: for screens, reports and the command line. */

/** Streams of a channel that are out of action for one reason. */
export interface Outage extends OutOfAction {
  readonly channel: ChannelId;
  readonly label: string;
  /** Positions of the streams; null: all of them. */
  readonly streams: readonly number[] | null;
}

export const channelLabel = (channel: ChannelId): string => CHANNELS[channel].label;

/** By channel, in the order of `health`. */
export function outagesOf(health: readonly ChannelHealth[]): Outage[] {
  const found = new Map<string, { channel: ChannelId; why: OutOfAction; streams: number[] }>();
  for (const { channel, stream, outOfAction: why } of health) {
    if (!why) continue;
    const key = `${channel} ${why.reason}`;
    const known = found.get(key);
    if (known) known.streams.push(stream);
    else found.set(key, { channel, why, streams: [stream] });
  }
  return [...found.values()].map(({ channel, why, streams }) => ({
    ...why,
    channel,
    label: channelLabel(channel),
    streams: streams.length === health.filter((own) => own.channel === channel).length ? null : streams,
  }));
}

/** Names of some streams as they stand in a sentence. */
const FEW = 4;
export function fewStreams(streams: readonly number[], names: readonly string[]): string {
  const shown = streams.slice(0, FEW).map((s) => names[s]);
  const more = streams.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

/** "CUSUM is out of action in a, b: …". */
export function outageText({ label, streams, reason, underWay }: Outage, names: readonly string[]): string {
  const where = streams === null ? '' : ` in ${fewStreams(streams, names)}`;
  return underWay ? `${label} is still being computed: ${reason}.` : `${label} is out of action${where}: ${reason}.`;
}

const rangeOf = (values: readonly number[], format: (value: number) => string): string => {
  const [low, high] = [format(Math.min(...values)), format(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
};

interface WatchedLedger {
  readonly health: readonly ChannelHealth[];
  readonly reference: { readonly to: number };
  readonly events: number;
  readonly calibration: { readonly ref: number };
}

/** "No alerts" never says that nothing happened: it says what was watched, or that nothing can be raised. */
export function noAlertsText(ledger: WatchedLedger): string[] {
  const armed = ledger.health.some(({ outOfAction }) => outOfAction === null);
  return [...(armed ? ['No alerts with these parameters.'] : []), ...watchedText(ledger)];
}

/** What was watched, whatever it raised. */
export function watchedText({ health, events, calibration, reference }: WatchedLedger): string[] {
  const channels = [...new Set(health.map(({ channel }) => channel))];
  const armed = channels.filter((id) => health.some((own) => own.channel === id && own.outOfAction === null));
  if (armed.length === 0) {
    const reasons = outagesOf(health);
    const shared = reasons.every(({ reason }) => reason === reasons[0].reason) ? reasons[0] : null;
    return shared
      ? [`No alert can be raised: ${shared.reason}.`, shared.help]
      : ['No alert can be raised: every detector is out of action.'];
  }
  const after = formatCount(events - reference.to);
  const labels = armed.map(channelLabel);
  const sentences = [
    `Watched: ${after} events after a reference of ${formatCount(calibration.ref)}, by ${listed(labels)}.`,
  ];
  const conversations = health.flatMap((own) =>
    own.outOfAction === null && own.conversations !== null ? [own.conversations] : [],
  );
  if (conversations.length > 0)
    sentences.push(
      `Lasting changes were compared with ${rangeOf(conversations, formatCount)} conversations of reference a stream.`,
    );
  const underWay = channels.filter((id) => health.some((own) => own.channel === id && own.outOfAction?.underWay));
  const out = channels.filter((id) => !armed.includes(id) && !underWay.includes(id));
  if (underWay.length > 0)
    sentences.push(`Still being computed, and alerts may follow: ${listed(underWay.map(channelLabel))}.`);
  if (out.length > 0) sentences.push(`Out of action: ${listed(out.map(channelLabel))}.`);
  const parts = armed.filter((id) => health.some((own) => own.channel === id && own.outOfAction !== null));
  if (parts.length > 0) sentences.push(`Out of action in some streams: ${listed(parts.map(channelLabel))}.`);
  return sentences;
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;

/** "Style change: with 13 conversations …, a change of 0.9 sd over eight features is found …". */
export function powerText({ channel, changed, streams }: ChannelPower, names: readonly string[]): string {
  const label = channelLabel(channel);
  const tried = streams.filter(({ tooShort }) => !tooShort);
  const short = streams.filter(({ tooShort }) => tooShort).map(({ stream }) => stream);
  const tooShort =
    `the reference is too short to tell what would be found, with fewer than ${POWER.fewestConversations} ` +
    'conversations or 16 messages';
  if (tried.length === 0) return `${label}: ${tooShort}.`;
  const over = `over ${NUMBERS[changed] ?? formatCount(changed)} ${changed === 1 ? 'feature' : 'features'}`;
  const within = `within ${POWER.within} messages in nine of ten cases`;
  const found = tried.flatMap(({ size }) => (size === null ? [] : [size]));
  const missed = tried.filter(({ size }) => size === null).map(({ stream }) => stream);
  const sentences: string[] = [];
  if (found.length > 0) {
    const seen = tried.filter(({ size }) => size !== null).map(({ conversations }) => conversations);
    sentences.push(
      `with ${rangeOf(seen, formatCount)} conversations a stream of reference, a change of ` +
        `${rangeOf(found, (size) => formatNumber(size, 2))} sd ${over} is found ${within}`,
    );
  }
  if (missed.length > 0) {
    const where = found.length > 0 ? ` in ${fewStreams(missed, names)}` : '';
    sentences.push(`not even a change of ${POWER.largest} sd ${over} is found ${within}${where}`);
  }
  if (short.length > 0) sentences.push(`in ${fewStreams(short, names)} ${tooShort}`);
  return `${label}: ${sentences.join('; ')}.`;
}

/**
 * The least that would have been found, over all streams, in a sentence: what "no alerts" rules out, and what not.
 */
export function leastFoundText(channels: readonly ChannelPower[]): string {
  const within = `within ${POWER.within} messages of a stream in nine of ten cases`;
  const least = channels.flatMap(({ channel, streams }) => {
    const sizes = streams.flatMap(({ size }) => (size === null ? [] : [size]));
    return sizes.length > 0 ? [`${channelLabel(channel)} ${formatNumber(Math.min(...sizes), 2)} sd`] : [];
  });
  if (least.length > 0)
    return `The least that would be found ${within}: ${listed(least)}. Smaller changes are not excluded.`;
  const tried = channels.some(({ streams }) => streams.some(({ tooShort }) => !tooShort));
  return tried
    ? `Not even a lasting change of ${POWER.largest} sd would be found ${within}: this reference is too short to ` +
        'exclude one.'
    : 'The reference is too short to tell what size of lasting change would be found: none is excluded.';
}

const NUMBERS: readonly string[] = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];

/** Of a channel whose power could not be measured. */
export const noPowerText = ({ channel, reason }: { readonly channel: ChannelId; readonly reason: string }): string =>
  `${channelLabel(channel)}: what would be found is not known, ${reason}.`;
