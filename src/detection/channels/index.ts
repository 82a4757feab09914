import type { Channel, KindFacts, SignalFacts } from './channel.ts';
import { coupling } from './coupling/channel.ts';
import { displacement } from './displacement/channel.ts';
import { divergence } from './divergence/channel.ts';
import { drift } from './drift/channel.ts';
import { entropy } from './entropy/channel.ts';
import { friction } from './friction/channel.ts';
import { latency } from './latency/channel.ts';
import { shift } from './shift/channel.ts';
import type { AlertKind, ChannelId, SeriesName } from './table.ts';
import { tension } from './tension/channel.ts';

/** The facts of every channel. */
export const CHANNELS: { readonly [C in ChannelId]: Channel<C> } = {
  friction,
  divergence,
  entropy,
  latency,
  coupling,
  tension,
  shift,
  drift,
  displacement,
};

/** In the order in which they are read: on screens and in reports. */
export const CHANNELS_IN_ORDER: readonly Channel[] = (Object.values(CHANNELS) as Channel[]).sort(
  (a, b) => a.rank - b.rank,
);

/** Facts of every column that is drawn. */
export const SIGNALS = Object.assign({}, ...CHANNELS_IN_ORDER.map(({ signals }) => signals)) as Readonly<
  Record<SeriesName, SignalFacts>
>;
/** Their names, in the order in which they are read. */
export const SIGNALS_IN_ORDER = Object.keys(SIGNALS) as readonly SeriesName[];

/** Facts of every kind of alert. */
export const KINDS = Object.assign({}, ...CHANNELS_IN_ORDER.map(({ kinds }) => kinds)) as Readonly<
  Record<AlertKind, KindFacts>
>;

/** Label of a signal with its letter. */
export const signalLabel = ({ label, symbol }: Pick<SignalFacts, 'label' | 'symbol'>): string =>
  symbol ? `${label} ${symbol}` : label;
