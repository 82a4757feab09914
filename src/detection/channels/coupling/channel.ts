import { formatNumber } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** Off-diagonal coupling between streams. Source: docs/methods.md 6 and 8. */
export const coupling: Channel<'coupling'> = {
  id: 'coupling',
  label: 'Coupling ρ',
  help:
    'How much a stream moves together with the others: a fall below the floor is a void, in which it no longer ' +
    'answers.',
  rank: 50,
  methods: 6,
  signals: {
    rho: {
      label: 'Coupling',
      symbol: 'ρ',
      unit: '',
      limits: (c, p) => (c.phaseLocked ? [p.void_floor * c.rho, Infinity] : null),
      limitLabel: 'void floor',
      instead: (c) => (c.phaseLocked ? undefined : 'not coupled in the reference'),
      reported: true,
    },
  },
  kinds: {
    VOID: {
      peak: { what: 'coupling ρ at firing', unit: '' },
      madeOf: ['rho'],
      watches: { signal: 'rho', beyond: 'below' },
      explain: (e, c, p) =>
        `Coupling ρ ${formatNumber(e.value('rho'))}; a void alert opens below ${formatNumber(p.void_floor * c.rho)} ` +
        `and closes above ${formatNumber(p.void_clear * c.rho)}.`,
    },
  },
  outOfAction({ calibration: c, parameters: p, streams }) {
    if (streams < 2)
      return { reason: 'there is one stream only, and coupling needs two', help: 'Another stream key may have more.' };
    if (Number.isNaN(c.rho))
      return {
        reason: 'streams did not answer each other in the reference, so there is no coupling to fall from',
        help: 'A longer reference may help.',
      };
    if (c.phaseLocked) return null;
    return {
      reason:
        'the streams were not coupled in the reference, their median coupling of ' +
        `${formatNumber(c.rho)} is below ${formatNumber(p.void_min_ref)}`,
      help: 'Nothing needs to be done: independent dialogues have no coupling to lose. It is charted all the same.',
    };
  },
  facts: (c) => [{ name: 'Median coupling, tension', value: `${formatNumber(c.rho)}, ${formatNumber(c.tension)}` }],
  empty: 'No coupling in this range: streams have not answered each other yet. Zoom out.',
};
