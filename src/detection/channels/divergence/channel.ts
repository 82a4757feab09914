import { formatNumber, formatQuantity } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** KL divergence of the fast estimate from its anchor. Source: docs/methods.md 4. */
export const divergence: Channel<'divergence'> = {
  id: 'divergence',
  label: 'KL divergence',
  help:
    "How far a stream's recent behaviour is from its own memory, in nats; crossing the ceiling is a notice, a " +
    'lasting rise feeds the CUSUM.',
  rank: 10,
  methods: 4,
  signals: {
    kl: {
      label: 'Divergence KL',
      unit: 'nats',
      limits: (_, p) => [-Infinity, p.tau_max],
      limitLabel: 'KL ceiling',
      reported: true,
    },
  },
  kinds: {},
  notice: (e, _, p) =>
    e.value('kl') > p.tau_max
      ? `KL ${formatQuantity(e.value('kl'), 'nats')} is above the ceiling of ${formatQuantity(p.tau_max, 'nats')}.`
      : null,
  facts: (c) => [{ name: 'Box-Cox KL', value: `mean ${formatNumber(c.m)}, standard deviation ${formatNumber(c.s)}` }],
  marks: ['DRIFT'],
  empty:
    "No divergence in this range: it is defined from a stream's second embedded event on. Zoom out, or show " +
    'more streams.',
};
