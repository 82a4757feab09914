import { formatNumber } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** MEWMA of the coordinates about the reference mean. Source: docs/methods.md 6 and 8. */
export const displacement: Channel<'displacement'> = {
  id: 'displacement',
  label: 'Mean shift T² (MEWMA)',
  help:
    "How far a stream's smoothed mean has moved from its reference mean (MEWMA); each stream's limit follows " +
    'from its reference and the false-alarm budget.',
  rank: 80,
  methods: 8,
  signals: {
    mewma: {
      label: 'Mean shift T² (MEWMA)',
      unit: '',
      limits: (c, _, stream) => [-Infinity, c.shiftLimits[stream]],
      limitLabel: 'limit',
      limitPerStream: true,
      reported: true,
    },
  },
  kinds: {
    SHIFT: {
      peak: { what: 'T² at firing', unit: '' },
      madeOf: ['mewma'],
      explain: (e, c) =>
        `Mean shift T² (MEWMA) ${formatNumber(e.value('mewma'))}; SHIFT opens above ` +
        `${formatNumber(c.shiftLimits[e.stream])} and closes below half of that. It has no effect on the state.`,
    },
  },
  silent: (c) =>
    c.shiftLimits.every(Number.isNaN)
      ? 'The reference is too short to derive a limit for displacement: SHIFT is not alarmed on.'
      : null,
  facts: (c, streams) => [
    {
      name: 'Limits of displacement',
      value: streams.map((name, s) => `${name} ${formatNumber(c.shiftLimits[s])}`).join(', '),
    },
  ],
  empty: 'No T² in this range: it starts when the reference period ends. Look further right.',
};
