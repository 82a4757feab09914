import { changeChannel } from '../changeChannel.ts';

export const style = changeChannel({
  id: 'style',
  label: 'Style change',
  help:
    'How sure it is that a stream writes differently than before, by 50 features of its texts: a model swapped in ' +
    'silence raises it within some thirty messages.',
  what: 'how the stream writes',
  kind: 'STYLE_SHIFT',
  empty:
    'No statistic in this range: it begins after the reference period, for streams with at least 16 messages of text ' +
    'in it. Look further right, or lengthen the reference.',
});
