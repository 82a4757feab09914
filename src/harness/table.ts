import type { KernelModule } from '../kernels/module.ts';
import type { LedgerTable } from '../ledger/write.ts';
import {
  autonomyOf,
  DECISIONS,
  decisionOf,
  namingOf,
  OUTCOMES,
  outcomeOf,
  usageOf,
  type EventPlace,
} from './conduct.ts';
import { AGENT_NAMES, generateParts, type GeneratedLedger, type Plan } from './ledger.ts';
import { placeOf, ROLE, textOf } from './messages.ts';
import { PROVIDERS } from './profiles.ts';
import { LABELS, messageOf } from './text.ts';

export interface LedgerOptions {
  /** Without what agents did beyond their messages (tokens, cost, hand-offs, outcomes, votes, autonomy). */
  readonly messagesOnly?: boolean;
  /** With `messagesOnly`: texts have at least this many characters, of several messages of the same speaker. */
  readonly leastText?: number;
}

/** A generated ledger with every column, ready to be written: `generateColumns` with what was said and done. */
export function generateLedger(
  kernels: KernelModule,
  plan: Plan,
  seed: number,
  options: LedgerOptions = {},
): LedgerTable {
  const [table] = generateLedgerParts(kernels, plan, seed, plan.events / PROVIDERS, options);
  return table;
}

/** The same in consecutive parts of `slots` slots, so that a ledger of any size can be written in little memory. */
export function* generateLedgerParts(
  kernels: KernelModule,
  plan: Plan,
  seed: number,
  slots: number,
  { messagesOnly = false, leastText = 0 }: LedgerOptions = {},
): Generator<LedgerTable> {
  for (const { slot: firstSlot, ledger } of generateParts(kernels, plan, seed, slots)) {
    const places = placesOf(ledger, plan, seed, firstSlot);
    yield messagesOnly ? withMessages(ledger, places, leastText) : withConduct(ledger, places);
  }
}

const placesOf = ({ columns }: GeneratedLedger, plan: Plan, seed: number, firstSlot: number): EventPlace[] =>
  Array.from(columns.provider.codes, (provider, i) => placeOf(provider, firstSlot * PROVIDERS + i, plan, seed));

/** Roles, ground truth and text. */
function withMessages(
  { columns, embeddings, dimension }: GeneratedLedger,
  places: readonly EventPlace[],
  leastText = 0,
): LedgerTable & { readonly text: (string | null)[] } {
  const { n, eventId, time, latency, provider, agent, thread, instantiation, isVoid } = columns;
  return {
    n,
    eventId,
    time,
    latency,
    provider,
    agent,
    thread,
    ...(instantiation && { instantiation }),
    embeddings,
    dimension,
    isVoid,
    text: places.map((place, i) => (isVoid[i] ? null : longMessage(place, leastText))),
    role: { codes: new Int32Array(n), values: [ROLE] },
    label: {
      codes: Int32Array.from(places, ({ fault }) => (fault ? LABELS.indexOf(fault.kind) : -1)),
      values: LABELS,
    },
  };
}

/** A prime, so that messages taken together do not repeat each other's choices. */
const NEXT_MESSAGE = 7919;

function longMessage(place: EventPlace, least: number): string {
  let text = messageOf(place, null);
  for (let event = place.event + NEXT_MESSAGE; text.length < least; event += NEXT_MESSAGE)
    text += ` ${messageOf({ ...place, event }, null)}`;
  return text;
}

/** And what agents did beyond their messages; a pause states nothing. */
function withConduct(ledger: GeneratedLedger, places: readonly EventPlace[]): LedgerTable {
  const { n, isVoid } = ledger.columns;
  const table = withMessages(ledger, places);
  const codes = () => new Int32Array(n).fill(-1);
  const numbers = () => new Float64Array(n).fill(Number.NaN);
  const [handoffTo, outcome, decision] = [codes(), codes(), codes()];
  const [inputTokens, outputTokens, cachedTokens, costUsd, autonomyLevel] = Array.from({ length: 5 }, numbers);
  places.forEach((place, i) => {
    if (isVoid[i]) return;
    const whom = namingOf(place);
    if (whom) table.text[i] = textOf(place);
    const usage = usageOf(place, table.text[i]!);
    if (whom?.kind === 'hand-off' && whom.stated) handoffTo[i] = whom.agent;
    outcome[i] = outcomeOf(place);
    decision[i] = decisionOf(place);
    inputTokens[i] = usage.input;
    outputTokens[i] = usage.output;
    cachedTokens[i] = usage.cached;
    costUsd[i] = usage.cost;
    autonomyLevel[i] = autonomyOf(place);
  });
  return {
    ...table,
    handoffTo: { codes: handoffTo, values: AGENT_NAMES },
    outcome: { codes: outcome, values: OUTCOMES },
    decision: { codes: decision, values: DECISIONS },
    inputTokens,
    outputTokens,
    cachedTokens,
    costUsd,
    autonomyLevel,
  };
}
