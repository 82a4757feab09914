import { formatQuantity } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** Rényi entropy of order 2 of the slow covariance. Source: docs/methods.md 4 and 8. */
export const entropy: Channel<'entropy'> = {
  id: 'entropy',
  label: 'Rényi entropy H₂',
  help:
    'How many independent directions a stream still uses, in bits: below the floor its voices are collapsing ' +
    'into one.',
  rank: 40,
  methods: 4,
  signals: {
    entropy: {
      label: 'Entropy',
      symbol: 'H₂',
      unit: 'bits',
      limits: (_, p) => [p.tau_min, Infinity],
      limitLabel: 'entropy floor',
      reported: true,
    },
  },
  kinds: {
    HOMOGENIZATION_FLOOR_NEAR: {
      peak: { what: 'entropy at firing', unit: 'bits' },
      madeOf: ['entropy'],
      explain: (e, _, p) =>
        `Entropy ${formatQuantity(e.value('entropy'), 'bits')}; the floor is ${formatQuantity(p.tau_min, 'bits')}, ` +
        `it closes above ${formatQuantity(p.tau_min + p.ent_hyst, 'bits')}.`,
    },
  },
  empty: 'No entropy in this range. Zoom out, or show more streams.',
};
