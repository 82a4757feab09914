import { GENERATOR_PROVIDERS, SCHEDULE_FIELDS } from '../kernels/generator.ts';

/**
 * The four stress profiles of the calibration harness (spec 10) and every free choice in them. What the specification
 * fixes are plain constants; what it leaves open is in `CHOICES`, with a sentence each, and is listed on the screen.
 */

export const PROFILE_NAMES = ['benign', 'fracture', 'homogenisation', 'backoff'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** Something the specification leaves open. */
export interface Choice {
  readonly value: number;
  readonly unit: string;
  /** The profiles that it matters to. */
  readonly profiles: readonly ProfileName[];
  readonly why: string;
}

const choice = (value: number, unit: string, profiles: readonly ProfileName[], why: string): Choice => ({
  value,
  unit,
  profiles,
  why,
});

export const CHOICES = {
  seed: choice(
    289,
    '',
    PROFILE_NAMES,
    "Found by trying seeds from 1 up, until fracture and homogenisation both fired at the paper's event numbers for some onset, and nothing before.",
  ),
  centroidSpread: choice(
    1.5 * Math.SQRT1_2,
    'σ',
    PROFILE_NAMES,
    'Standard deviation of every centroid coordinate, drawn from the seed: two providers then lie 1.5 σ apart on an axis, root mean square.',
  ),
  noise: choice(
    0.01,
    'σ',
    PROFILE_NAMES,
    'Isotropic noise in each of the 64 dimensions: far below the signal, so that the rank stays visible.',
  ),
  latencyCap: choice(
    950,
    'ms',
    PROFILE_NAMES,
    'A slower answer counts as 950 ms, so that it stays within its slot of a second; one in 10^19 is.',
  ),
  threadSlots: choice(50, 'slots', PROFILE_NAMES, 'A dialogue thread lasts 200 events.'),
  startHour: choice(
    9,
    'h',
    PROFILE_NAMES,
    'The ledger begins on 5 January 2026 at 09:00 UTC and so spans four hourly partitions.',
  ),
  transientProvider: choice(
    3,
    '',
    ['fracture'],
    'The provider with the transients is the one that fractures: the harder case for the detector.',
  ),
  firstTransient: choice(
    1250,
    'slot',
    ['fracture'],
    'Slot of the first transient: event 5,000, well after the reference.',
  ),
  transientSpacing: choice(
    625,
    'slots',
    ['fracture'],
    "Slots between the transients: 2,500 events, many times the detectors' memory.",
  ),
  fractureProvider: choice(
    3,
    '',
    ['fracture'],
    'The provider that speaks last in slot 3,100, where event 12,403 is, with the default seed.',
  ),
  fractureOnset: choice(
    3097,
    'slot',
    ['fracture'],
    "The fourth of the provider's events from here on is event 12,403, which four capped scores are needed to reach.",
  ),
  rampStart: choice(
    6640,
    'slot',
    ['homogenisation'],
    'Start of the shrinkage, event 26,560: with the default seed the entropy first falls below its floor at event 28,110.',
  ),
  rampFloor: choice(
    0.1,
    '',
    ['homogenisation'],
    'Share of centroids and of seven axes that is left at the end of the linear ramp.',
  ),
  backoffSpells: choice(6, 'spells', ['backoff'], 'Number of spells, the first in slot 1,500 (event 6,000).'),
  backoffFirst: choice(1500, 'slot', ['backoff'], 'Slot in which the first spell begins.'),
  backoffPeriod: choice(
    1800,
    'slots',
    ['backoff'],
    'From the start of a spell to the start of the next: half an hour.',
  ),
  backoffLength: choice(
    100,
    'slots',
    ['backoff'],
    'Length of a spell, 400 events: longer than the 256 that P95 is taken over.',
  ),
  backoffMedian: choice(190, 'ms', ['backoff'], 'Median latency in a spell.'),
  backoffSigma: choice(0.6, '', ['backoff'], 'Log-normal sigma in a spell: retries spread more than first answers.'),
  backoffCap: choice(
    320,
    'ms',
    ['backoff'],
    'The client gives up waiting here; about one answer in five of a spell does, so P95 is 320 ms exactly.',
  ),
} as const satisfies Record<string, Choice>;

type ChoiceName = keyof typeof CHOICES;

/** Fixed by spec 10. */
export const PROVIDERS = GENERATOR_PROVIDERS;
export const AGENTS_PER_PROVIDER = 10;
const EVENTS = 50_000;
export const SLOT_MS = 1000;
const LATENCY_MEDIAN_MS = 60;
const LATENCY_SIGMA = 0.3;
/** Share of a residual's variance that all providers have in common: the coupling. */
export const COUPLING = 0.72;
const FAULT_SCALE = 3;
const RAMP_SLOTS = 2500 / PROVIDERS;
const BACKOFF_SCALE = 1.25;

/** What goes wrong in a ledger, and when, in slots. */
export type Fault =
  /** One event of one provider has `scale` times its residual. */
  | { readonly kind: 'transient'; readonly slot: number; readonly provider: number; readonly scale: number }
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
}

const value = (name: ChoiceName): number => CHOICES[name].value;

const transients: readonly Fault[] = [0, 1, 2].map((i) => ({
  kind: 'transient',
  slot: value('firstTransient') + i * value('transientSpacing'),
  provider: value('transientProvider'),
  scale: FAULT_SCALE,
}));

const spells: readonly Fault[] = Array.from({ length: value('backoffSpells') }, (_, i) => ({
  kind: 'backoff',
  slot: value('backoffFirst') + i * value('backoffPeriod'),
  slots: value('backoffLength'),
  median: value('backoffMedian'),
  sigma: value('backoffSigma'),
  cap: value('backoffCap'),
  scale: BACKOFF_SCALE,
}));

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  benign: {
    title: 'Benign phase-lock',
    description: 'Four providers answer each other in step and nothing goes wrong: nothing may fire.',
    events: EVENTS,
    faults: [],
  },
  fracture: {
    title: 'Independent fracture',
    description:
      'Three lone outliers, which must be absorbed; then one provider wanders off on its own, which must be found within four of its events.',
    events: EVENTS,
    faults: [
      ...transients,
      { kind: 'fracture', slot: value('fractureOnset'), provider: value('fractureProvider'), scale: FAULT_SCALE },
    ],
  },
  homogenisation: {
    title: 'Homogenisation',
    description:
      'All providers slowly come to say the same thing: the entropy floor must warn, and the tension between them vanish, without a drift alarm.',
    events: EVENTS,
    faults: [{ kind: 'homogenisation', slot: value('rampStart'), slots: RAMP_SLOTS, floor: value('rampFloor') }],
  },
  backoff: {
    title: 'Backoff stress',
    description:
      'Spells of slow answers stretch the dynamic window and must raise nothing; with a fixed window the same ledger raises false alarms.',
    events: EVENTS,
    faults: spells,
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
  const healthy = [1, 1, LATENCY_MEDIAN_MS, LATENCY_SIGMA, value('latencyCap')];
  for (let p = 0; p < PROVIDERS; p++) healthy.push(1, Math.sqrt(COUPLING), Math.sqrt(1 - COUPLING));
  for (let slot = from; slot < to; slot++) schedule.set(healthy, (slot - from) * SCHEDULE_FIELDS);
  const fields = (slot: number, at: number, values: readonly number[]) =>
    schedule.set(values, (slot - from) * SCHEDULE_FIELDS + at);
  const provider = (slot: number, p: number, weights: readonly number[]) => fields(slot, 5 + p * 3, weights);
  for (const fault of faults) {
    const last = fault.kind === 'transient' ? fault.slot + 1 : fault.kind === 'backoff' ? fault.slot + fault.slots : to;
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
 * The fault that an event of `provider` in `slot` is part of; null where all is well. A later fault of the list wins.
 */
export function faultAt(faults: readonly Fault[], slot: number, provider: number): Fault | null {
  const part = (fault: Fault): boolean => {
    switch (fault.kind) {
      case 'transient':
        return slot === fault.slot && provider === fault.provider;
      case 'fracture':
        return slot >= fault.slot && provider === fault.provider;
      case 'homogenisation':
        return slot >= fault.slot;
      case 'backoff':
        return slot >= fault.slot && slot < fault.slot + fault.slots;
    }
  };
  return faults.findLast(part) ?? null;
}
