import { formatQuantity } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** P95 latency and the adaptive window. Source: docs/methods.md 5. */
export const latency: Channel<'latency'> = {
  id: 'latency',
  label: 'P95 latency and dynamic window',
  help:
    'The window within which streams count as answering each other follows the 95th percentile of latency, so ' +
    'that slowness is not mistaken for silence.',
  rank: 90,
  methods: 5,
  signals: {
    p95: { label: 'P95 latency', unit: 'ms' },
    window: { label: 'Window W', unit: 'ms', instead: (c) => `ref ${formatQuantity(c.wref, 'ms')}` },
  },
  kinds: {},
  facts: (c) => [{ name: 'Reference window', value: formatQuantity(c.wref, 'ms') }],
  empty: 'No latency in this range. Zoom out.',
};
