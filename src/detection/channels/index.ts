import type { Channel, KindFacts, SignalFacts } from './channel.ts';
import { CHANNELS } from './generated/channels.ts';
import type { AlertKind, SeriesName } from './table.ts';

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
