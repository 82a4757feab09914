import { formatQuantity } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** CUSUM of the standardised divergence. Source: docs/methods.md 8. */
export const drift: Channel<'drift'> = {
  id: 'drift',
  label: 'CUSUM',
  help:
    'Divergence beyond what the reference period explains, summed up: above h it is drift, and it stays drift ' +
    'until the sum is back at zero.',
  rank: 20,
  methods: 8,
  signals: {
    z: { label: 'z of KL', unit: 'σ', instead: (_, p) => `cap ${formatQuantity(p.cap, 'σ')}` },
    cusum: {
      label: 'CUSUM',
      title: 'CUSUM of divergence',
      unit: 'σ',
      limits: (_, p) => [-Infinity, p.h],
      limitLabel: 'h',
      reported: true,
    },
  },
  kinds: {
    DRIFT: {
      peak: { what: 'largest KL', unit: 'nats' },
      madeOf: ['kl'],
      explain: (e, _, p) =>
        `A DRIFT episode is active: CUSUM ${formatQuantity(e.value('cusum'), 'σ')}, h is ${formatQuantity(p.h, 'σ')}` +
        '; it lasts until the sum is back at 0.',
    },
  },
  empty:
    'No CUSUM in this range: it starts when a stream is no longer warming and the reference period is over. ' +
    'Look further right, or shorten the warm-up.',
};
