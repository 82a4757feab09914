import { formatCount, formatPercent, formatQuantity } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** From this share of z below 0 on the CUSUM does not get off the ground. */
const CANNOT_RISE = 0.95;

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
      watches: { signal: 'cusum', beyond: 'above' },
      explain: (e, _, p) =>
        `A DRIFT episode is active: CUSUM ${formatQuantity(e.value('cusum'), 'σ')}, h is ${formatQuantity(p.h, 'σ')}` +
        '; it lasts until the sum is back at 0.',
    },
  },
  outOfAction({ calibration, scored, below, drifted }, stream) {
    if (!(calibration.s > 0))
      return {
        reason: 'the reference has too few events to tell how much KL varies',
        help: 'A longer reference would help.',
      };
    const share = below[stream] / scored[stream];
    if (!(share >= CANNOT_RISE) || drifted[stream] === 1) return null;
    return {
      reason:
        `z of KL was below 0 at ${formatPercent(share, 2)} of ${formatCount(scored[stream])} events since the ` +
        'reference, so the CUSUM cannot rise',
      help:
        'A reference that leaves out a start-up, a smaller k or memories that do not stretch with latency ' +
        '(adaptive off) may help; the changes of style, meaning and behaviour do not depend on it.',
    };
  },
  empty:
    'No CUSUM in this range: it starts when a stream is no longer warming and the reference period is over. ' +
    'Look further right, or shorten the warm-up.',
};
