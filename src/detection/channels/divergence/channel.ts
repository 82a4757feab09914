import { formatNumber, formatPercent, formatQuantity } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** A ceiling that more of the reference is above does not fit it. */
const ABOVE_CEILING = 0.01;

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
  outOfAction({ aboveCeiling, highKl, calibration, parameters }) {
    if (!(aboveCeiling > ABOVE_CEILING)) return null;
    const ceiling = Math.ceil(highKl * 100) / 100;
    return {
      reason:
        `${formatPercent(aboveCeiling, 2)} of the reference is above the KL ceiling of ` +
        `${formatQuantity(parameters.tau_max, 'nats')}, which does not fit k = ${calibration.k}`,
      help: `A ceiling (tau_max) of ${formatQuantity(ceiling, 'nats')}, the 99.9th percentile of the reference, fits.`,
      ceiling,
    };
  },
  marks: ['DRIFT'],
  empty:
    "No divergence in this range: it is defined from a stream's second embedded event on. Zoom out, or show " +
    'more streams.',
};
