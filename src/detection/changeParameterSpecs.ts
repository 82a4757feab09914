import { numberSpec as number } from './numberSpec.ts';
import type { ParameterSpec } from './parameterTypes.ts';

/** Parameters of style, meaning and behaviour change. */
export const CHANGE_PARAMETER_SPECS = {
  false_alarm_budget: number(
    'Lasting change',
    'changes',
    'False-alarm budget',
    'events',
    10_000,
    1000,
    10_000_000,
    1000,
    'Events for which one false alarm is accepted, of style, meaning and behaviour change each; up to three came in ' +
      '10,000 where topics wander.',
    { scale: 'log' },
  ),
  meaning_k: number(
    'Lasting change',
    'projection',
    'Axes of meaning',
    '',
    32,
    1,
    64,
    1,
    'Principal axes of the embeddings that meaning change is judged on; falls to the numerical rank where that is ' +
      'lower.',
    { integer: true },
  ),
  conversation_cut: number(
    'Lasting change',
    'changes',
    'Conversation cut',
    'messages',
    16,
    0,
    1000,
    1,
    'A longer conversation counts as several, one for as many own messages of the stream; 0 never cuts.',
    { integer: true },
  ),
  behaviour: {
    type: 'names',
    group: 'Lasting change',
    stage: 'changes',
    label: 'Behaviour',
    unit: '',
    default: 'auto',
    help:
      'Columns that behaviour change is judged on, or auto: output tokens, latency, tool calls, hand-offs and ' +
      'outcomes, where the ledger has them.',
  },
} as const satisfies Readonly<Record<string, ParameterSpec>>;
