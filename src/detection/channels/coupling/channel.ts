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
      explain: (e, c, p) =>
        `Coupling ρ ${formatNumber(e.value('rho'))}; VOID opens below ${formatNumber(p.void_floor * c.rho)} ` +
        `and closes above ${formatNumber(p.void_clear * c.rho)}.`,
    },
  },
  silent: (c, p, streams) => {
    if (streams < 2) return 'There is one stream only: coupling and tension need two.';
    if (Number.isNaN(c.rho)) return 'Coupling has no reference value, so VOID is not alarmed on.';
    if (c.phaseLocked) return null;
    return (
      `The streams were not coupled in the reference: the reference median of coupling is ${formatNumber(c.rho)}, ` +
      `below ${formatNumber(p.void_min_ref)}. Coupling is charted, not alarmed on.`
    );
  },
  facts: (c) => [{ name: 'Median coupling, tension', value: `${formatNumber(c.rho)}, ${formatNumber(c.tension)}` }],
  empty: 'No coupling in this range: streams have not answered each other yet. Zoom out.',
};
