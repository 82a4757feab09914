import type { Channel } from '../channel.ts';

/** Sliced Earth Mover's Distance of a stream from its own reference. Source: docs/methods.md 6. */
export const shift: Channel<'shift'> = {
  id: 'shift',
  label: 'Distance to reference (EMD)',
  help:
    "Earth mover's distance between a stream's last events and its own reference period: a model swapped in " +
    'silence raises it for good.',
  rank: 70,
  methods: 6,
  signals: { shift: { label: 'Distance to reference (EMD)', unit: '' } },
  kinds: {},
  // Charted beside the channels of lasting change, which decide.
  marks: ['STYLE_SHIFT', 'MEANING_SHIFT'],
  empty:
    'No distance in this range: a stream needs enough events in the reference period and after it. Look further ' +
    'right, or lengthen the reference.',
};
