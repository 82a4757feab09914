import type { Channel } from '../channel.ts';

/** Governance weight: what frame erosion has worn down so far. Source: docs/methods.md 8. */
export const governance: Channel<'governance'> = {
  id: 'governance',
  label: 'Governance weight',
  help:
    'How much frame erosion has added up in a stream: it grows with every event whose friction stays below its band, ' +
    'by how far below it is, and never falls.',
  rank: 35,
  methods: 8,
  signals: {
    J: { label: 'Governance weight', symbol: 'J', unit: '', reported: true },
  },
  kinds: {},
  marks: ['FRAME_WEIGHT_DEGRADATION'],
  empty:
    'No governance weight in this range: it starts when a stream is no longer warming and the reference period is ' +
    'over. Look further right, or shorten the warm-up.',
};
