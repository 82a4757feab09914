import { halves, mix } from './mix.ts';
import { agentOf, AGENTS_PER_PROVIDER, PROVIDERS, VALUES, type Fault } from './profiles.ts';

/**
 * What the agents of a generated ledger did beyond their messages: tokens and cost, hand-offs, outcomes, votes and
 * autonomy. BEHAVIOUR and drill-down read it. All are pure functions of seed and event.
 */

/** Where an event stands in its ledger. */
export interface EventPlace {
  readonly seed: number;
  /** event_id. */
  readonly event: number;
  readonly slot: number;
  readonly provider: number;
  /** Number of its thread. */
  readonly thread: number;
  readonly fault: Fault | null;
}

/** Whom a message names, by number of the agent, and what it wants of them. */
export type Naming =
  /** Control goes to the agent; `stated` where the log says so too. */
  | { readonly kind: 'hand-off'; readonly agent: number; readonly stated: boolean }
  /** The name stands in running text or in code, and wakes nobody. */
  | { readonly kind: 'ghost'; readonly agent: number; readonly inCode: boolean };

export const OUTCOMES = ['ok', 'rework', 'error', 'escalated'] as const;
export const DECISIONS = ['approve', 'revise', 'reject'] as const;

/** Rates that a fault changes. */
interface Manner {
  readonly handOff: number;
  /** Of OUTCOMES but the first, which is what is left. */
  readonly rework: number;
  readonly error: number;
  readonly escalated: number;
  /** Votes against the thread's majority. */
  readonly dissent: number;
  /** Messages of which the earlier conversation is no longer in the cache. */
  readonly cacheMiss: number;
}

const HEALTHY: Manner = { handOff: 0.12, rework: 0.05, error: 0.02, escalated: 0.01, dissent: 0.15, cacheMiss: 0.12 };
/** Retries come when the cache has expired. */
const BACKING_OFF: Manner = { ...HEALTHY, error: 0.12, cacheMiss: 0.6 };
const ASTRAY: Manner = { handOff: 0.02, rework: 0.3, error: 0.08, escalated: 0.1, dissent: 0.7, cacheMiss: 0.12 };
const AGREEING: Manner = { handOff: 0, rework: 0.004, error: 0.01, escalated: 0, dissent: 0, cacheMiss: 0.12 };

const GHOSTS = 0.03;
const IN_CODE = 0.4;
/** Hand-offs that only the text has. */
const UNSTATED = 0.2;
/** Threads in which an agent is held to the level below its own. */
const HELD_BACK = 0.15;
const MAJORITY = { approve: 0.7, revise: 0.2 } as const;
/** Slots at the end of a thread in which its agents vote, each once. */
const VOTING_SLOTS = AGENTS_PER_PROVIDER;

/** Of each provider: 1 assistive, 2 semi-autonomous, 3 autonomous. */
const AUTONOMY = [2, 3, 2, 3] as const;
/** US dollars per million tokens. */
const PRICES = [
  { input: 2.5, cached: 1.25, output: 10 },
  { input: 3, cached: 0.3, output: 15 },
  { input: 1.25, cached: 0.3, output: 5 },
  { input: 0.25, cached: 0.025, output: 2 },
] as const;
const SYSTEM_PROMPT_TOKENS = 420;
/** What a slot of conversation adds to the prompt. */
const SLOT_TOKENS = 38 * PROVIDERS;
/** Caches keep whole blocks of a prompt. */
const CACHE_BLOCK = 128;
const CHARACTERS_PER_TOKEN = 4;

/** Uniform in [0, 1); each question of an event has a salt of its own. */
const draw = ({ seed, event }: EventPlace, salt: number): number => mix(...halves(seed), event, salt) / 2 ** 32;
const drawOfThread = ({ seed, thread }: EventPlace, salt: number): number =>
  mix(...halves(seed), thread, salt) / 2 ** 32;

/**
 * Whether the provider does nothing but agree: one after the other gives in over the ramp, each with the first thread
 * after its share of it.
 */
export const agrees = ({ fault, provider, thread }: EventPlace): boolean =>
  fault?.kind === 'homogenisation' &&
  thread * VALUES.threadSlots >= fault.slot + (fault.slots * (provider + 1)) / PROVIDERS;

function mannerOf(place: EventPlace): Manner {
  switch (place.fault?.kind) {
    case 'transient':
    case 'fracture':
      return ASTRAY;
    case 'backoff':
      return BACKING_OFF;
    default:
      return agrees(place) ? AGREEING : HEALTHY;
  }
}

const slotOfThread = (slot: number): number => slot % VALUES.threadSlots;

/** Whom the message of an event names; null for most. */
export function namingOf(place: EventPlace): Naming | null {
  const { provider, slot } = place;
  const other = (provider + 1 + Math.floor(3 * draw(place, 10))) % PROVIDERS;
  if (draw(place, 11) < mannerOf(place).handOff) {
    // It speaks within the next nine slots: at the end of a thread that is too late, and a dead end.
    const agent = agentOf(other, slot + 1 + Math.floor((AGENTS_PER_PROVIDER - 1) * draw(place, 12)));
    return { kind: 'hand-off', agent, stated: draw(place, 13) >= UNSTATED };
  }
  if (agrees(place) || slotOfThread(slot) === 0 || draw(place, 14) >= GHOSTS) return null;
  // It spoke a slot ago, so that its turn is nine slots away.
  return { kind: 'ghost', agent: agentOf(other, slot - 1), inCode: draw(place, 15) < IN_CODE };
}

/** Position in OUTCOMES. */
export function outcomeOf(place: EventPlace): number {
  const { rework, error, escalated } = mannerOf(place);
  const at = draw(place, 20);
  return at < rework ? 1 : at < rework + error ? 2 : at < rework + error + escalated ? 3 : 0;
}

/** Position in DECISIONS; -1 but for the last words of every agent in a thread. */
export function decisionOf(place: EventPlace): number {
  if (slotOfThread(place.slot) < VALUES.threadSlots - VOTING_SLOTS) return -1;
  const at = drawOfThread(place, 21);
  const majority = at < MAJORITY.approve ? 0 : at < MAJORITY.approve + MAJORITY.revise ? 1 : 2;
  if (draw(place, 22) >= mannerOf(place).dissent) return majority;
  return (majority + 1 + Math.floor(2 * draw(place, 23))) % DECISIONS.length;
}

/** 1 to 3; an agent that has gone astray is put on a lead. */
export function autonomyOf(place: EventPlace): number {
  if (place.fault?.kind === 'fracture') return 1;
  const level = AUTONOMY[place.provider];
  return drawOfThread(place, 30 + agentOf(place.provider, place.slot)) < HELD_BACK ? level - 1 : level;
}

export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  /** US dollars, to the microdollar. */
  readonly cost: number;
}

/** The prompt grows with the thread; what an agent read at its turn before may still be in the cache. */
export function usageOf(place: EventPlace, text: string): Usage {
  const turn = slotOfThread(place.slot);
  const input = SYSTEM_PROMPT_TOKENS + SLOT_TOKENS * turn + Math.floor(60 * draw(place, 40));
  const before = turn - AGENTS_PER_PROVIDER;
  const isCached = before >= 0 && draw(place, 41) >= mannerOf(place).cacheMiss;
  const known = isCached ? SYSTEM_PROMPT_TOKENS + SLOT_TOKENS * before : 0;
  const cached = known - (known % CACHE_BLOCK);
  const output = Math.ceil(text.length / CHARACTERS_PER_TOKEN) + Math.floor(12 * draw(place, 42));
  const price = PRICES[place.provider];
  const micros = (input - cached) * price.input + cached * price.cached + output * price.output;
  return { input, output, cached, cost: Math.round(micros) / 1e6 };
}
