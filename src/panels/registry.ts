import { CHANNELS_IN_ORDER } from '../detection/channels/index.ts';
import type { ChannelId } from '../detection/channels/table.ts';
import { alerts } from './alerts/panel.ts';
import { channelPanel } from './channelPanel.ts';
import { coupling } from './coupling/panel.ts';
import { cusum } from './cusum/panel.ts';
import { divergence } from './divergence/panel.ts';
import { entropy } from './entropy/panel.ts';
import { friction } from './friction/panel.ts';
import { latency } from './latency/panel.ts';
import type { LinePanel, Panel } from './panel.ts';
import { routes } from './states/panel.ts';
import { tension } from './tension/panel.ts';

/** Panels that show more of their channel than its line and its limit; the others are made from its facts. */
const OWN: Partial<Record<ChannelId, LinePanel>> = {
  divergence,
  drift: cusum,
  friction,
  entropy,
  coupling,
  tension,
  latency,
};

/** Every panel, from top to bottom. */
export const PANELS: readonly Panel[] = [
  alerts,
  ...CHANNELS_IN_ORDER.map((channel) => ({
    ...(OWN[channel.id] ?? channelPanel(channel)),
    methods: channel.methods,
    channel: channel.id,
  })),
  routes,
];
