import { formatNumber, formatQuantity } from '../../../core/format.ts';
import type { Channel } from '../channel.ts';

/** Friction: the distance between the fast and the slow covariance. Source: docs/methods.md 4 and 8. */
export const friction: Channel<'friction'> = {
  id: 'friction',
  label: 'Friction',
  help:
    'Distance between the fast and the slow covariance: above the band a stream strains against its frame, a ' +
    'run below it means the frame is eroding.',
  rank: 30,
  methods: 4,
  signals: {
    friction: {
      label: 'Friction',
      symbol: 'δ',
      unit: '',
      limits: (c) => [c.lo, c.hi],
      reported: true,
    },
    trace: { label: 'Trace, fast − slow', unit: '' },
  },
  kinds: {
    FRAME_WEIGHT_DEGRADATION: {
      peak: { what: 'friction at firing', unit: '' },
      madeOf: ['friction'],
      watches: { signal: 'friction', beyond: 'below' },
      explain: (e, c, p) =>
        `Friction ${formatNumber(e.value('friction'))} has stayed below its band, which starts at ` +
        `${formatNumber(c.lo)}, for at least ${formatQuantity(p.dwell, 'events')}.`,
    },
  },
  notice: (e, c) =>
    e.value('friction') > c.hi
      ? `Friction ${formatNumber(e.value('friction'))} is above its band, which ends at ${formatNumber(c.hi)}.`
      : null,
  facts: (c) => [{ name: 'Friction band', value: `${formatNumber(c.lo)} to ${formatNumber(c.hi)}` }],
  outOfAction: ({ calibration: c }) =>
    Number.isNaN(c.lo)
      ? {
          reason: 'the reference has too few events to tell how much friction varies',
          help: 'A longer reference would help.',
        }
      : null,
  empty:
    "No friction in this range: it is defined from a stream's second embedded event on. Zoom out, or show more " +
    'streams.',
};
