import { counted, formatBytes, formatCount, formatPercent } from '../core/format.ts';
import { CHOICES } from '../harness/profiles.ts';
import { samplePartitions, SAMPLES, sampleTable } from '../harness/samples.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { writeParquet } from '../ledger/write.ts';
import { readOptions, refused, wholeNumber } from './options.ts';
import { intoFolder } from './output.ts';
import { print, printProgress } from './print.ts';

/** One file is put together in memory: 64 floats and a text per event. */
const MAX_IN_ONE_FILE = 1_000_000;
/** Some terabytes. */
const MOST_EVENTS = 1e10;

/**
 * `tautline generate`: a ledger of a profile as Parquet, partitioned by provider_id and hour and written an hour at a
 * time, or one file with --single.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    seed: { type: 'string' },
    events: { type: 'string' },
    out: { type: 'string' },
    single: { type: 'boolean', default: false },
  });
  const names = SAMPLES.map((sample) => sample.name).join(', ');
  if (positionals.length !== 1) {
    const problem = positionals.length === 0 ? 'is missing' : 'is more than one';
    throw refused('PROFILE', problem, `Choose one of ${names}`);
  }
  if (values.out === undefined) throw refused('--out DIR', 'is missing', 'Say where the ledger goes');
  const [profile] = positionals;
  const { out, single } = values;
  const seed = wholeNumber('--seed', values.seed, 0) ?? CHOICES.seed.value;
  const events = wholeNumber('--events', values.events, 1, MOST_EVENTS);
  if (single && events !== undefined && events > MAX_IN_ONE_FILE) {
    const most = formatCount(MAX_IN_ONE_FILE);
    const problem = `puts the whole ledger together in memory, so it takes at most ${most} events`;
    throw refused('--single', problem, 'Leave out --single: partitions are written as they are generated');
  }
  const { count, size } = await intoFolder(out, single ? [`${profile}.parquet`] : [], [], async (output) => {
    const kernels = await loadKernels();
    const written = { count: 0, size: 0 };
    const write = async (path: string, bytes: Uint8Array): Promise<void> => {
      await output.write(path, bytes);
      written.count += 1;
      written.size += bytes.length;
    };
    if (single) {
      await write(
        `${profile}.parquet`,
        await writeParquet(sampleTable(kernels, profile, { seed, events }), nodePlatform()),
      );
      return written;
    }
    for await (const { files, fraction } of samplePartitions(kernels, profile, nodePlatform(), { seed, events })) {
      for (const { path, bytes } of files) await write(path, bytes);
      printProgress(`${profile}: ${formatPercent(fraction)} written, ${formatBytes(written.size)} `, fraction === 1);
    }
    return written;
  });
  print(`${profile}, seed ${seed}: ${counted(count, 'file')}, ${formatBytes(size)}, in ${out}`);
  return 0;
}
