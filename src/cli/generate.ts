import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { TautlineFailure } from '../core/errors.ts';
import { formatBytes, formatCount } from '../core/format.ts';
import { CHOICES } from '../harness/profiles.ts';
import { SAMPLES, sampleLedger } from '../harness/samples.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { wholeNumber } from './options.ts';

/**
 * `tautline generate`: a ledger of a profile as Parquet, partitioned by provider_id and hour, or one file with --single.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args, allowPositionals: true, options: { seed: { type: 'string' }, out: { type: 'string' }, single: { type: 'boolean', default: false } },
  });
  const names = SAMPLES.map((sample) => sample.name).join(', ');
  if (positionals.length !== 1) {
    throw new TautlineFailure({ kind: 'parameter', name: 'PROFILE', problem: positionals.length === 0 ? 'is missing' : 'is more than one', advice: `Choose one of ${names}` });
  }
  if (values.out === undefined) throw new TautlineFailure({ kind: 'parameter', name: '--out DIR', problem: 'is missing', advice: 'Say where the ledger goes' });
  const seed = wholeNumber('--seed', values.seed, 0) ?? CHOICES.seed.value;
  const files = await sampleLedger(await loadKernels(), positionals[0], nodePlatform(), { seed, hive: !values.single });
  for (const { path, blob } of files) {
    const target = join(values.out, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, blob.stream());
  }
  const bytes = files.reduce((sum, file) => sum + file.blob.size, 0);
  console.log(`${positionals[0]}, seed ${seed}: ${formatCount(files.length)} ${files.length === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}, in ${values.out}`);
  return 0;
}
