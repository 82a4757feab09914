import { TautlineFailure } from '../core/errors.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { NamedBlob } from '../ledger/types.ts';
import { writeHive, writeParquet, type LedgerTable, type WrittenFile } from '../ledger/write.ts';
import {
  VALUES,
  PROFILE_NAMES,
  PROFILES,
  PROVIDERS,
  SLOT_MS,
  TRANSIENT_SLOTS,
  type Profile,
  type ProfileName,
} from './profiles.ts';
import { generateLedger, generateLedgerParts } from './table.ts';

/** A small fracture, for a first look within a second. */
const QUICK_TOUR: Profile = {
  title: 'Quick tour',
  description:
    '6,000 events: two short bursts of outliers, too short for a drift alarm, a spell of slow answers, then one ' +
    'provider wanders off.',
  events: 6000,
  faults: [
    { kind: 'transient', slot: 500, slots: TRANSIENT_SLOTS, provider: 1, scale: 3 },
    { kind: 'transient', slot: 620, slots: TRANSIENT_SLOTS, provider: 2, scale: 3 },
    {
      kind: 'backoff',
      slot: 800,
      slots: 100,
      median: VALUES.backoffMedian,
      sigma: VALUES.backoffSigma,
      cap: VALUES.backoffCap,
      scale: 1.25,
    },
    { kind: 'fracture', slot: 1200, provider: 2, scale: 3 },
  ],
  interruptedFrom: 60,
};

const LEDGERS: Readonly<Record<'quick-tour' | ProfileName, Profile>> = { 'quick-tour': QUICK_TOUR, ...PROFILES };

type SampleName = keyof typeof LEDGERS;

export interface Sample {
  readonly name: SampleName;
  readonly title: string;
  readonly description: string;
}

const NAMES: readonly SampleName[] = ['quick-tour', ...PROFILE_NAMES];

/** The built-in ledgers, generated when they are opened. */
export const SAMPLES: readonly Sample[] = NAMES.map((name) => ({
  name,
  title: LEDGERS[name].title,
  description: LEDGERS[name].description,
}));

/** What writing Parquet needs of its surroundings. */
type Platform = Parameters<typeof writeParquet>[1];

/**
 * Slots of an hour: ledgers begin on the hour and no event outlasts its slot, so a part of this many is whole
 * partitions.
 */
const HOUR_SLOTS = 3_600_000 / SLOT_MS;

export interface SampleOptions {
  readonly seed?: number;
  /**
   * Length of the ledger, a multiple of the number of providers; the sample's own by default. Faults stay at their
   * places, and end with it.
   */
  readonly events?: number;
  /** Without pauses, resets and what agents did beyond their messages: what the bench times. */
  readonly messagesOnly?: boolean;
  /** With `messagesOnly`: texts have at least this many characters. */
  readonly leastText?: number;
  /** Values that are kept of each embedding; all by default. */
  readonly dimension?: number;
}

function planOf(name: string, { events, messagesOnly }: SampleOptions): Profile {
  if (!Object.hasOwn(LEDGERS, name)) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `there is no sample "${name}"`,
      advice: `Choose one of ${NAMES.join(', ')}.`,
    });
  }
  const sample = LEDGERS[name as SampleName];
  const plan = messagesOnly ? { ...sample, interruptedFrom: Infinity } : sample;
  if (events === undefined) return plan;
  if (!Number.isSafeInteger(events) || events < PROVIDERS || events % PROVIDERS !== 0) {
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `a sample cannot have ${events} events`,
      advice: `Give a multiple of ${PROVIDERS}: every provider speaks once a slot.`,
    });
  }
  return { ...plan, events };
}

/**
 * The table of a built-in ledger. @throws TautlineFailure kind "ledger" for a name that is not in `SAMPLES`, or a
 * length that it cannot have
 */
export function sampleTable(kernels: KernelModule, name: string, options: SampleOptions = {}): LedgerTable {
  return generateLedger(kernels, planOf(name, options), options.seed ?? VALUES.seed, options);
}

/** Files of a ledger, and the share of it that is written once they are. */
export interface SamplePart {
  readonly files: readonly WrittenFile[];
  readonly fraction: number;
}

/**
 * A built-in ledger partitioned by provider_id and hour, an hour at a time: a ledger of any length takes the memory of
 * one hour.
 * @throws TautlineFailure kind "ledger" for a name that is not in `SAMPLES`, or a length that it cannot have
 */
export async function* samplePartitions(
  kernels: KernelModule,
  name: string,
  platform: Platform,
  options: SampleOptions = {},
): AsyncGenerator<SamplePart> {
  const plan = planOf(name, options);
  let written = 0;
  for (const table of generateLedgerParts(kernels, plan, options.seed ?? VALUES.seed, HOUR_SLOTS, options)) {
    const files = await writeHive(cut(table, options.dimension), platform);
    written += table.n;
    yield { files, fraction: written / plan.events };
  }
}

/** A table of which each embedding keeps its first values. */
function cut(table: LedgerTable, kept: number | undefined): LedgerTable {
  const { n, embeddings, dimension } = table;
  if (kept === undefined || embeddings === undefined || dimension === undefined || kept >= dimension) return table;
  const shorter = new Float32Array(n * kept);
  for (let i = 0; i < n; i++) shorter.set(embeddings.subarray(i * dimension, i * dimension + kept), i * kept);
  return { ...table, embeddings: shorter, dimension: kept };
}

/**
 * A built-in ledger as Parquet: one file, or partitioned by provider_id and hour. Nothing is kept: it is generated at
 * every call.
 * @throws TautlineFailure kind "ledger" for a name that is not in `SAMPLES`, or a length that it cannot have
 */
export async function sampleLedger(
  kernels: KernelModule,
  name: string,
  platform: Platform,
  options: SampleOptions & { readonly hive?: boolean } = {},
): Promise<NamedBlob[]> {
  if (!options.hive)
    return [
      { path: `${name}.parquet`, blob: new Blob([await writeParquet(sampleTable(kernels, name, options), platform)]) },
    ];
  const blobs: NamedBlob[] = [];
  for await (const { files } of samplePartitions(kernels, name, platform, options)) {
    for (const { path, bytes } of files) blobs.push({ path, blob: new Blob([bytes]) });
  }
  return blobs;
}
