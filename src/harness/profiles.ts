import { GENERATOR_PROVIDERS, SCHEDULE_FIELDS } from '../kernels/generator.ts';

/**
 * The four stress profiles of the calibration harness (docs/methods.md 10) and every free choice in them. What
 * docs/methods.md fixes are plain constants; what it leaves open is in `CHOICES`, with a sentence each, and is listed
 * on the screen.
 */

export const PROFILE_NAMES = ['benign', 'fracture', 'homogenisation', 'backoff'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** Something docs/methods.md leaves open. */
export interface Choice {
  readonly value: number;
  readonly unit: string;
  /** The profiles that it matters to. */
  readonly profiles: readonly ProfileName[];
  readonly why: string;
}

/** The values of `CHOICES`; apart from their reasons, which the workers do not need. */
export const VALUES = {
  seed: 289,
  centroidSpread: 1.5 * Math.SQRT1_2,
  noise: 0.01,
  latencyCap: 950,
  threadSlots: 50,
  startHour: 9,
  transientProvider: 3,
  firstTransient: 1250,
  transientSpacing: 625,
  fractureProvider: 3,
  fractureOnset: 3097,
  rampStart: 6640,
  rampFloor: 0.1,
  backoffSpells: 6,
  backoffFirst: 1500,
  backoffPeriod: 1800,
  backoffLength: 100,
  backoffMedian: 190,
  backoffSigma: 0.6,
  backoffCap: 320,
  interruptedFrom: 3400,
  pauseSpacing: 23,
  resetSpacing: 400,
} as const;
export type ChoiceName = keyof typeof VALUES;

const describe = (reasons: Readonly<Record<ChoiceName, Omit<Choice, 'value'>>>): Readonly<Record<ChoiceName, Choice>> =>
  Object.fromEntries(
    (Object.keys(VALUES) as ChoiceName[]).map((name) => [name, { value: VALUES[name], ...reasons[name] }]),
  ) as Record<ChoiceName, Choice>;

export const CHOICES = /* @__PURE__ */ describe({
  seed: {
    unit: '',
    profiles: PROFILE_NAMES,
    why:
      "Found by trying seeds from 1 up, until fracture and homogenisation both fired at the paper's event numbers " +
      'for some onset, and neither alert before.',
  },
  centroidSpread: {
    unit: 'σ',
    profiles: PROFILE_NAMES,
    why:
      'Standard deviation of every centroid coordinate, drawn from the seed: two providers then lie 1.5 σ apart on ' +
      'an axis, root mean square.',
  },
  noise: {
    unit: 'σ',
    profiles: PROFILE_NAMES,
    why: 'Isotropic noise in each of the 64 dimensions: far below the signal, so that the rank stays visible.',
  },
  latencyCap: {
    unit: 'ms',
    profiles: PROFILE_NAMES,
    why: 'A slower answer counts as 950 ms, so that it stays within its slot of a second; one in 10^19 is.',
  },
  threadSlots: { unit: 'slots', profiles: PROFILE_NAMES, why: 'A dialogue thread lasts 200 events.' },
  startHour: {
    unit: 'h',
    profiles: PROFILE_NAMES,
    why: 'The ledger begins on 5 January 2026 at 09:00 UTC and so spans four hourly partitions.',
  },
  transientProvider: {
    unit: '',
    profiles: ['fracture'],
    why: 'The provider with the transients is the one that fractures: the harder case for the detector.',
  },
  firstTransient: {
    unit: 'slot',
    profiles: ['fracture'],
    why: 'Slot in which the first transient begins: event 5,000, well after the reference.',
  },
  transientSpacing: {
    unit: 'slots',
    profiles: ['fracture'],
    why:
      'Slots from the start of a transient to the start of the next: 2,500 events, many times the memory of ' +
      'the detectors.',
  },
  fractureProvider: {
    unit: '',
    profiles: ['fracture'],
    why: 'The provider that speaks last in slot 3,100, where event 12,403 is, with the default seed.',
  },
  fractureOnset: {
    unit: 'slot',
    profiles: ['fracture'],
    why:
      "The fourth of the provider's events from here on is event 12,403, which four capped scores are needed " +
      'to reach.',
  },
  rampStart: {
    unit: 'slot',
    profiles: ['homogenisation'],
    why:
      'Start of the shrinkage, event 26,560: with the default seed the entropy first falls below its floor at event ' +
      '28,110.',
  },
  rampFloor: {
    unit: '',
    profiles: ['homogenisation'],
    why: 'Share of centroids and of seven axes that is left at the end of the linear ramp.',
  },
  backoffSpells: {
    unit: 'spells',
    profiles: ['backoff'],
    why: 'Number of spells, the first in slot 1,500 (event 6,000).',
  },
  backoffFirst: { unit: 'slot', profiles: ['backoff'], why: 'Slot in which the first spell begins.' },
  backoffPeriod: {
    unit: 'slots',
    profiles: ['backoff'],
    why: 'From the start of a spell to the start of the next: half an hour.',
  },
  backoffLength: {
    unit: 'slots',
    profiles: ['backoff'],
    why: 'Length of a spell, 400 events: longer than the 256 that P95 is taken over.',
  },
  backoffMedian: { unit: 'ms', profiles: ['backoff'], why: 'Median latency in a spell.' },
  backoffSigma: {
    unit: '',
    profiles: ['backoff'],
    why: 'Log-normal sigma in a spell: retries spread more than first answers.',
  },
  backoffCap: {
    unit: 'ms',
    profiles: ['backoff'],
    why: 'The client gives up waiting here; about one answer in five of a spell does, so P95 is 320 ms exactly.',
  },
  interruptedFrom: {
    unit: 'slot',
    profiles: ['fracture'],
    why:
      'From event 13,600 on, after the last event that a verdict reads, there are pauses and stateless resets; the ' +
      'verdicts of the other profiles read the whole ledger.',
  },
  pauseSpacing: {
    unit: 'slots',
    profiles: ['fracture'],
    why: 'One provider in turn is silent: one event in 92 is a pause.',
  },
  resetSpacing: {
    unit: 'slots',
    profiles: ['fracture'],
    why: 'One provider in turn starts anew: often enough to see, far longer than any memory.',
  },
});
/** Fixed by docs/methods.md 10. */
export const PROVIDERS = GENERATOR_PROVIDERS;

/** What generated ledgers can be split by. */
const GENERATED_KEYS: readonly string[] = ['provider_id', 'agent_id', 'thread_id', 'ledger'];
/** The stream key on a generated ledger: where only other ledgers have the column, its providers stand in. */
export const generatedKey = (key: string): string => (GENERATED_KEYS.includes(key) ? key : GENERATED_KEYS[0]);
/** What is said where they do; null where they do not. */
export const generatedStreams = (key: string): string | null =>
  generatedKey(key) === key
    ? null
    : `Generated ledgers have no ${JSON.stringify(key)} to take streams by: their providers are the streams.`;

export const AGENTS_PER_PROVIDER = 10;
const EVENTS = 50_000;
export const SLOT_MS = 1000;
const LATENCY_MEDIAN_MS = 60;
const LATENCY_SIGMA = 0.3;
/** Share of a residual's variance that all providers have in common: the coupling. */
export const COUPLING = 0.72;
const FAULT_SCALE = 3;
/** One fewer than the cap allows to fire. */
export const TRANSIENT_SLOTS = 3;
const RAMP_SLOTS = 2500 / PROVIDERS;
const BACKOFF_SCALE = 1.25;

/** What goes wrong in a ledger, and when, in slots. */
export type Fault =
  /** The events of one provider have `scale` times their residual, for `slots`. */
  | {
      readonly kind: 'transient';
      readonly slot: number;
      readonly slots: number;
      readonly provider: number;
      readonly scale: number;
    }
  /** From `slot` on the provider's residual is `scale` times as large and has lost the shared part. */
  | { readonly kind: 'fracture'; readonly slot: number; readonly provider: number; readonly scale: number }
  /** From `slot` on centroids and all but one axis shrink in a line to `floor` of what they were, over `slots`. */
  | { readonly kind: 'homogenisation'; readonly slot: number; readonly slots: number; readonly floor: number }
  /** Slow answers (log-normal, cut off at `cap` ms) and residuals `scale` times as large, for `slots`. */
  | {
      readonly kind: 'backoff';
      readonly slot: number;
      readonly slots: number;
      readonly median: number;
      readonly sigma: number;
      readonly cap: number;
      readonly scale: number;
    };

/** A kind of ledger: everything but the seed. */
export interface Profile {
  readonly title: string;
  readonly description: string;
  readonly events: number;
  readonly faults: readonly Fault[];
  /** Slot from which on there are pauses and stateless resets. */
  readonly interruptedFrom: number;
}

const transients: readonly Fault[] = [0, 1, 2].map((i) => ({
  kind: 'transient',
  slot: VALUES.firstTransient + i * VALUES.transientSpacing,
  slots: TRANSIENT_SLOTS,
  provider: VALUES.transientProvider,
  scale: FAULT_SCALE,
}));

const spells: readonly Fault[] = Array.from({ length: VALUES.backoffSpells }, (_, i) => ({
  kind: 'backoff',
  slot: VALUES.backoffFirst + i * VALUES.backoffPeriod,
  slots: VALUES.backoffLength,
  median: VALUES.backoffMedian,
  sigma: VALUES.backoffSigma,
  cap: VALUES.backoffCap,
  scale: BACKOFF_SCALE,
}));

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  benign: {
    title: 'Benign phase-lock',
    description: 'Four providers answer each other in step and nothing goes wrong: nothing may fire.',
    events: EVENTS,
    faults: [],
    interruptedFrom: EVENTS / PROVIDERS,
  },
  fracture: {
    title: 'Independent fracture',
    description:
      'Three bursts of three outliers, too short for a drift alarm; then one provider wanders off on its own, which ' +
      'must be found within four of its events.',
    events: EVENTS,
    faults: [
      ...transients,
      { kind: 'fracture', slot: VALUES.fractureOnset, provider: VALUES.fractureProvider, scale: FAULT_SCALE },
    ],
    interruptedFrom: VALUES.interruptedFrom,
  },
  homogenisation: {
    title: 'Homogenisation',
    description:
      'All providers slowly come to say the same thing: the entropy floor must warn, and the tension between them ' +
      'vanish, without a drift alarm.',
    events: EVENTS,
    faults: [{ kind: 'homogenisation', slot: VALUES.rampStart, slots: RAMP_SLOTS, floor: VALUES.rampFloor }],
    interruptedFrom: EVENTS / PROVIDERS,
  },
  backoff: {
    title: 'Backoff stress',
    description:
      'Spells of slow answers stretch the dynamic window and must raise nothing; with a fixed window the same ledger ' +
      'raises false alarms.',
    events: EVENTS,
    faults: spells,
    interruptedFrom: EVENTS / PROVIDERS,
  },
};

/**
 * The plan of a profile that the generator kernel follows: slots x SCHEDULE_FIELDS.
 * @param from first slot of a part of it; faults keep their places in the whole
 * @param to slot after its last
 */
export function scheduleOf(
  { events, faults }: Pick<Profile, 'events' | 'faults'>,
  from = 0,
  to = events / PROVIDERS,
): Float64Array {
  const schedule = new Float64Array((to - from) * SCHEDULE_FIELDS);
  const healthy = [1, 1, LATENCY_MEDIAN_MS, LATENCY_SIGMA, VALUES.latencyCap];
  for (let p = 0; p < PROVIDERS; p++) healthy.push(1, Math.sqrt(COUPLING), Math.sqrt(1 - COUPLING));
  for (let slot = from; slot < to; slot++) schedule.set(healthy, (slot - from) * SCHEDULE_FIELDS);
  const fields = (slot: number, at: number, values: readonly number[]) =>
    schedule.set(values, (slot - from) * SCHEDULE_FIELDS + at);
  const provider = (slot: number, p: number, weights: readonly number[]) => fields(slot, 5 + p * 3, weights);
  for (const fault of faults) {
    const last = fault.kind === 'transient' || fault.kind === 'backoff' ? fault.slot + fault.slots : to;
    for (let slot = Math.max(from, fault.slot); slot < Math.min(to, last); slot++) {
      switch (fault.kind) {
        case 'transient':
          provider(slot, fault.provider, [fault.scale]);
          break;
        case 'fracture':
          provider(slot, fault.provider, [fault.scale, 0, 1]);
          break;
        case 'homogenisation': {
          const left = 1 - (1 - fault.floor) * Math.min(1, (slot - fault.slot) / fault.slots);
          fields(slot, 0, [left, left]);
          break;
        }
        case 'backoff':
          fields(slot, 2, [fault.median, fault.sigma, fault.cap]);
          for (let p = 0; p < PROVIDERS; p++) provider(slot, p, [fault.scale]);
          break;
      }
    }
  }
  return schedule;
}

/**
 * The fault that an event of `provider` in `slot` is part of; null if all is well. A later fault of the list wins.
 */
export function faultAt(faults: readonly Fault[], slot: number, provider: number): Fault | null {
  return faults.findLast((fault) => isPartOf(fault, slot, provider)) ?? null;
}

function isPartOf(fault: Fault, slot: number, provider: number): boolean {
  switch (fault.kind) {
    case 'transient':
      return slot >= fault.slot && slot < fault.slot + fault.slots && provider === fault.provider;
    case 'fracture':
      return slot >= fault.slot && provider === fault.provider;
    case 'homogenisation':
      return slot >= fault.slot;
    case 'backoff':
      return slot >= fault.slot && slot < fault.slot + fault.slots;
  }
}

type Interrupted = Pick<Profile, 'interruptedFrom'>;

/** Whether `provider` says nothing in `slot`: its event is kept, without text and embedding. */
export function isPause({ interruptedFrom }: Interrupted, slot: number, provider: number): boolean {
  const turn = (slot - interruptedFrom) / VALUES.pauseSpacing;
  return turn >= 0 && Number.isInteger(turn) && turn % PROVIDERS === provider;
}

/** Stateless resets of `provider` up to `slot`. */
export function resetsOf({ interruptedFrom }: Interrupted, slot: number, provider: number): number {
  const last = Math.floor((slot - interruptedFrom) / VALUES.resetSpacing);
  return Math.max(0, Math.floor((last - provider) / PROVIDERS) + 1);
}

/** The agent of a provider that speaks in a slot. */
export const agentOf = (provider: number, slot: number): number =>
  provider * AGENTS_PER_PROVIDER + (slot % AGENTS_PER_PROVIDER);
