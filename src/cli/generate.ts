import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { TautlineFailure } from '../core/errors.ts';
import { formatBytes, formatCount, formatPercent } from '../core/format.ts';
import { CHOICES } from '../harness/profiles.ts';
import { samplePartitions, SAMPLES, sampleTable } from '../harness/samples.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { writeParquet } from '../ledger/write.ts';
import { wholeNumber } from './options.ts';
import { counted } from './text.ts';

/** One file is put together in memory: 64 floats and a text per event. */
const MAX_IN_ONE_FILE = 1_000_000;

/**
 * `tautline generate`: a ledger of a profile as Parquet, partitioned by provider_id and hour and written an hour at a
 * time, or one file with --single.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      events: { type: 'string' },
      out: { type: 'string' },
      single: { type: 'boolean', default: false },
    },
  });
  const names = SAMPLES.map((sample) => sample.name).join(', ');
  if (positionals.length !== 1) {
    throw new TautlineFailure({
      kind: 'parameter',
      name: 'PROFILE',
      problem: positionals.length === 0 ? 'is missing' : 'is more than one',
      advice: `Choose one of ${names}`,
    });
  }
  if (values.out === undefined)
    throw new TautlineFailure({
      kind: 'parameter',
      name: '--out DIR',
      problem: 'is missing',
      advice: 'Say where the ledger goes',
    });
  const [profile] = positionals;
  const { out, single } = values;
  const seed = wholeNumber('--seed', values.seed, 0) ?? CHOICES.seed.value;
  const events = wholeNumber('--events', values.events, 1);
  if (single && events !== undefined && events > MAX_IN_ONE_FILE) {
    throw new TautlineFailure({
      kind: 'parameter',
      name: '--single',
      problem: `puts the whole ledger together in memory, so it takes at most ${formatCount(MAX_IN_ONE_FILE)} events`,
      advice: 'Leave out --single: partitions are written as they are generated',
    });
  }
  const kernels = await loadKernels();
  let count = 0;
  let size = 0;
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    const target = join(out, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    count += 1;
    size += bytes.length;
  };
  if (single)
    await write(
      `${profile}.parquet`,
      await writeParquet(sampleTable(kernels, profile, { seed, events }), nodePlatform()),
    );
  else {
    const isTerminal = process.stderr.isTTY;
    for await (const { files, fraction } of samplePartitions(kernels, profile, nodePlatform(), { seed, events })) {
      for (const { path, bytes } of files) await write(path, bytes);
      if (isTerminal)
        process.stderr.write(
          `\r${profile}: ${formatPercent(fraction)} written, ${formatBytes(size)}  ${fraction === 1 ? '\n' : ''}`,
        );
    }
  }
  console.log(`${profile}, seed ${seed}: ${counted(count, 'file')}, ${formatBytes(size)}, in ${out}`);
  return 0;
}
