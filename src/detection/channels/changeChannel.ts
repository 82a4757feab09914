import { formatCount, formatNumber } from '../../core/format.ts';
import { FEWEST_MESSAGES } from '../change/types.ts';
import { changeLimitOf } from './changeReference.ts';
import type { Parameters } from '../parameters.ts';
import type { Calibration } from '../types.ts';
import type { Channel, ExplainedEvent } from './channel.ts';
import { governedBy } from './limitRule.ts';
import { CHANGE_CHANNELS, type AlertKind, type ChangeChannel } from './table.ts';

/** What one channel of lasting change has of its own. */
export interface ChangeFacts<C extends ChangeChannel> {
  readonly id: C;
  /** e.g. "Style change" */
  readonly label: string;
  readonly help: string;
  /** What it judges, in the middle of a sentence: "how messages are written". */
  readonly what: string;
  readonly kind: AlertKind;
  /** What makes its panel empty. */
  readonly empty: string;
}

const WOULD_HELP: Readonly<Record<ChangeChannel, string>> = {
  style: 'Texts, and a reference of more messages and conversations, would help.',
  meaning: 'Embeddings, and a reference of more messages and conversations, would help.',
  behaviour: 'Columns that vary (tokens, latency, outcomes), and a reference of more messages, would help.',
};

/**
 * A channel of lasting change: S against one limit, an episode from the event at which S exceeds it until it is below
 * half of it. Source: docs/methods.md 14.
 */
export const changeChannel = <C extends ChangeChannel>({
  id,
  label,
  help,
  what,
  kind,
  empty,
}: ChangeFacts<C>): Channel<C> => {
  const channel: Channel<ChangeChannel> = {
    id,
    label,
    help,
    rank: 80 + CHANGE_CHANNELS.indexOf(id),
    methods: 14,
    signals: {
      [id]: {
        label,
        symbol: 'S',
        unit: '',
        limits: (c: Calibration, _: Parameters, stream: number) => [-Infinity, changeLimitOf(c[id], stream)],
        limitLabel: 'limit',
        limitRule: (c: Calibration, { false_alarm_budget }: Parameters, stream: number) =>
          governedBy('false_alarm_budget', 1, {
            offset: changeLimitOf(c[id], stream) - Math.log(false_alarm_budget),
            ofLog: true,
          }),
        limitPerStream: true,
        reported: true,
      },
    } as never,
    kinds: {
      [kind]: {
        peak: { what: 'Largest S', unit: '' },
        madeOf: [id],
        watches: { signal: id, beyond: 'above' },
        explain: (e: ExplainedEvent, c: Calibration) => {
          const limit = changeLimitOf(c[id], e.stream);
          return (
            `${label}: S ${formatNumber(e.value(id))}; an alert opens above ${formatNumber(limit)} and closes below ` +
            `half of that. It says that ${what} has changed for good, and has no effect on the state.`
          );
        },
      },
    },
    outOfAction({ calibration, remarks, underWay }, stream) {
      if (underWay)
        return { reason: remarks[id].join('; '), help: 'It follows by itself; all else can be used.', underWay };
      const own = calibration[id];
      if (own === null)
        return { reason: remarks[id].join('; ') || 'there is no reference for it', help: WOULD_HELP[id] };
      const messages = own.messages[stream];
      return messages >= FEWEST_MESSAGES
        ? null
        : {
            reason:
              `the stream has ${formatCount(messages)} of the ${FEWEST_MESSAGES} messages that it needs in the ` +
              'reference',
            help: 'A longer reference would help.',
          };
    },
    facts: (c) => {
      const own = c[id];
      return own === null
        ? []
        : [
            { name: `${label}: limit of S`, value: formatNumber(own.limit) },
            { name: `${label}: wander of topics ω`, value: formatNumber(own.omega) },
          ];
    },
    empty,
  };
  return channel as Channel<C>;
};
