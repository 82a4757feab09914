import { changeChannel } from '../changeChannel.ts';

export const meaning = changeChannel({
  id: 'meaning',
  label: 'Meaning change',
  help:
    'How sure it is that a stream speaks of other things than before, by the main axes of its embeddings: what is ' +
    'spoken of, not who speaks.',
  what: 'what the stream speaks of',
  kind: 'MEANING_SHIFT',
  empty:
    'No statistic in this range: it begins after the reference period, for streams with at least 16 embeddings ' +
    'in it. Look further right, or lengthen the reference.',
});
