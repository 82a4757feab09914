import { formatNumber, formatQuantity } from '../../../core/format.ts';
import type { Parameters } from '../../parameters.ts';
import type { Channel } from '../channel.ts';

/** Whether the axes leave room above the floor: k axes have log2 k bits at most. */
export const floorTells = (k: number, { tau_min, ent_hyst }: Pick<Parameters, 'tau_min' | 'ent_hyst'>): boolean =>
  Math.log2(k) > tau_min + ent_hyst;

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
      limits: (c, p) => (floorTells(c.k, p) ? [p.tau_min, Infinity] : null),
      limitLabel: 'entropy floor',
      instead: (c, p) => (floorTells(c.k, p) ? undefined : `no floor with ${c.k} axes`),
      reported: true,
    },
  },
  kinds: {
    HOMOGENIZATION_FLOOR_NEAR: {
      peak: { what: 'entropy at firing', unit: 'bits' },
      madeOf: ['entropy'],
      watches: { signal: 'entropy', beyond: 'below' },
      explain: (e, _, p) =>
        `Entropy ${formatQuantity(e.value('entropy'), 'bits')}; the floor is ${formatQuantity(p.tau_min, 'bits')}, ` +
        `it closes above ${formatQuantity(p.tau_min + p.ent_hyst, 'bits')}.`,
    },
  },
  outOfAction: ({ calibration: { k }, parameters: p }) =>
    floorTells(k, p)
      ? null
      : {
          reason:
            `${k} axes have at most ${formatQuantity(Math.log2(k), 'bits')} of entropy, and the floor closes above ` +
            `${formatNumber(p.tau_min + p.ent_hyst)}, so it cannot tell anything`,
          help: 'More axes (k) or a lower floor (tau_min) would help. Entropy is charted all the same.',
        },
  empty: 'No entropy in this range. Zoom out, or show more streams.',
};
