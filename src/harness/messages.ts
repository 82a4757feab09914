import type { MessageSource } from '../ledger/types.ts';
import {
  DECISIONS,
  decisionOf,
  autonomyOf,
  OUTCOMES,
  outcomeOf,
  namingOf,
  usageOf,
  type EventPlace,
} from './conduct.ts';
import { AGENT_NAMES, threadOf, type GeneratedLedger, type Plan } from './ledger.ts';
import { faultAt, PROVIDERS } from './profiles.ts';
import { messageOf } from './text.ts';

export const ROLE = 'assistant';

/** Where an event of a ledger stands, by its number. */
export function placeOf(provider: number, event: number, { faults }: Pick<Plan, 'faults'>, seed: number): EventPlace {
  const slot = Math.floor(event / PROVIDERS);
  return { seed, event, slot, provider, thread: threadOf(slot), fault: faultAt(faults, slot, provider) };
}

/** What an event says and whom it names. */
export function textOf(place: EventPlace): string {
  const whom = namingOf(place);
  return messageOf(place, whom && { whom, agents: AGENT_NAMES });
}

/** A column of the sample of a ledger; of events that are no pauses. */
const COLUMNS: Readonly<Record<string, (place: EventPlace, text: string) => number | string | null>> = {
  text: (_, text) => text,
  role: () => ROLE,
  handoff_to: (place) => {
    const whom = namingOf(place);
    return whom?.kind === 'hand-off' && whom.stated ? AGENT_NAMES[whom.agent] : null;
  },
  outcome: (place) => OUTCOMES[outcomeOf(place)],
  decision: (place) => DECISIONS[decisionOf(place)] ?? null,
  input_tokens: (place, text) => usageOf(place, text).input,
  output_tokens: (place, text) => usageOf(place, text).output,
  cached_tokens: (place, text) => usageOf(place, text).cached,
  cost_usd: (place, text) => usageOf(place, text).cost,
  autonomy_level: autonomyOf,
};
const NUMBERS = new Set(['latency_ms', 'input_tokens', 'output_tokens', 'cached_tokens', 'cost_usd', 'autonomy_level']);

/**
 * What the events of a generated ledger say, as the file of the same sample is read: made where it is asked for, so
 * that a trial that asks for nothing pays nothing.
 */
export function messagesOf({ columns }: GeneratedLedger, plan: Plan, seed: number): MessageSource {
  const { n, provider, latency, isVoid } = columns;
  const said = new Array<{ readonly place: EventPlace; readonly text: string } | undefined>(n);
  const saidBy = (row: number) => {
    const place = placeOf(provider.codes[row], row, plan, seed);
    return { place, text: textOf(place) };
  };
  const valueOf = (name: string, row: number): number | string | null => {
    if (name === 'latency_ms') return latency[row];
    if (isVoid[row]) return name === 'role' ? ROLE : NUMBERS.has(name) ? Number.NaN : null;
    const { place, text } = (said[row] ??= saidBy(row));
    return COLUMNS[name](place, text);
  };
  return {
    columns: ['latency_ms', ...Object.keys(COLUMNS)].map((name) => ({ name, isNumeric: NUMBERS.has(name) })),
    async *read(names, { only }) {
      const rows = Int32Array.from({ length: n }, (_, row) => row).filter((row) => !only || only[row] !== 0);
      const column = (name: string) => {
        const values = Array.from(rows, (row) => valueOf(name, row));
        return NUMBERS.has(name) ? Float64Array.from(values as number[]) : (values as (string | null)[]);
      };
      yield { rows, values: Object.fromEntries(names.map((name) => [name, column(name)])) };
    },
  };
}
