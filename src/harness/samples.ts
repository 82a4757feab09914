import { TautlineFailure } from '../core/errors.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { NamedBlob } from '../ledger/types.ts';
import { writeHive, writeParquet, type LedgerTable } from '../ledger/write.ts';
import { generateLedger } from './ledger.ts';
import { CHOICES, PROFILE_NAMES, PROFILES, type Profile, type ProfileName } from './profiles.ts';

/** A small fracture, for a first look within a second. */
const QUICK_TOUR: Profile = {
  title: 'Quick tour',
  description: '6,000 events: two lone outliers that are absorbed, a spell of slow answers, then one provider wanders off.',
  events: 6000,
  faults: [
    { kind: 'transient', slot: 500, provider: 1, scale: 3 },
    { kind: 'transient', slot: 620, provider: 2, scale: 3 },
    { kind: 'backoff', slot: 800, slots: 100, median: CHOICES.backoffMedian.value, sigma: CHOICES.backoffSigma.value, cap: CHOICES.backoffCap.value, scale: 1.25 },
    { kind: 'fracture', slot: 1200, provider: 2, scale: 3 },
  ],
};

const LEDGERS: Readonly<Record<'quick-tour' | ProfileName, Profile>> = { 'quick-tour': QUICK_TOUR, ...PROFILES };

export type SampleName = keyof typeof LEDGERS;

export interface Sample {
  readonly name: SampleName;
  readonly title: string;
  readonly description: string;
}

const NAMES: readonly SampleName[] = ['quick-tour', ...PROFILE_NAMES];

/** The built-in ledgers, generated when they are opened. */
export const SAMPLES: readonly Sample[] = NAMES.map((name) => ({ name, title: LEDGERS[name].title, description: LEDGERS[name].description }));

/** What writing Parquet needs of its surroundings. */
type Platform = Parameters<typeof writeParquet>[1];

/** The table of a built-in ledger. @throws TautlineFailure kind "ledger" for a name that is not in `SAMPLES` */
export function sampleTable(kernels: KernelModule, name: string, seed: number = CHOICES.seed.value): LedgerTable {
  if (!Object.hasOwn(LEDGERS, name)) {
    throw new TautlineFailure({ kind: 'ledger', problem: `there is no sample "${name}"`, advice: `Choose one of ${NAMES.join(', ')}.` });
  }
  return generateLedger(kernels, LEDGERS[name as SampleName], seed);
}

/**
 * A built-in ledger as Parquet: one file, or partitioned by provider_id and hour. Nothing is kept: it is generated at every call.
 * @throws TautlineFailure kind "ledger" for a name that is not in `SAMPLES`
 */
export async function sampleLedger(
  kernels: KernelModule, name: string, platform: Platform, options: { readonly seed?: number; readonly hive?: boolean } = {},
): Promise<NamedBlob[]> {
  const table = sampleTable(kernels, name, options.seed);
  if (options.hive) return (await writeHive(table, platform)).map(({ path, bytes }) => ({ path, blob: new Blob([bytes]) }));
  return [{ path: `${name}.parquet`, blob: new Blob([await writeParquet(table, platform)]) }];
}
