import { changeChannel } from '../changeChannel.ts';

export const behaviour = changeChannel({
  id: 'behaviour',
  label: 'Behaviour change',
  help:
    'How sure it is that a stream behaves differently than before, by numbers of the ledger: tokens, latency, tool ' +
    'calls, hand-offs and outcomes.',
  what: 'how the stream behaves',
  kind: 'BEHAVIOUR_SHIFT',
  empty:
    'No statistic in this range: it begins after the reference period, where the ledger has tokens, latencies, tool ' +
    'calls, hand-offs or outcomes. Look further right, or lengthen the reference.',
});
