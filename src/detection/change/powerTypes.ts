import type { ChangeChannel } from '../channels/table.ts';

/** What was measured of the size of change that is found: what pages and files know of it. */

interface StreamPower {
  readonly stream: number;
  readonly messages: number;
  readonly conversations: number;
  /** Smallest change that is found, in standard deviations within a stream; null where none is. */
  readonly size: number | null;
  /** The reference is too short to be tried on. */
  readonly tooShort: boolean;
}

export interface ChannelPower {
  readonly channel: ChangeChannel;
  /** Axes that change together. */
  readonly changed: number;
  readonly streams: readonly StreamPower[];
}

export const POWER = {
  draws: 200,
  /** Own messages within which a change has to be found, and in how many of the draws. */
  within: 30,
  share: 0.9,
  changed: 8,
  /** Largest change that is tried, and how closely the size is told. */
  largest: 4,
  precision: 0.05,
  /** Each half of a stream's conversations has as many as it takes to tell how they differ. */
  fewestConversations: 6,
} as const;
