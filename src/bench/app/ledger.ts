import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { samplePartitions } from '../../harness/samples.ts';
import { loadKernels } from '../../kernels/load.node.ts';
import { nodePlatform } from '../../ledger/parquet.node.ts';

/** Where generated ledgers are kept between runs. */
const FOLDER = resolve('build/bench');
/** Written last, so that a run that was stopped leaves nothing that looks whole. */
const DONE = '.complete';

export interface LedgerSize {
  readonly events: number;
  /** Characters that a text has at least; absent: as the harness writes them, some 80. */
  readonly leastText?: number;
  /** Values of an embedding; absent: all 64. */
  readonly dimension?: number;
}

/**
 * The folder of a benign ledger, partitioned by provider_id and hour; generated once and kept.
 * @param note told how far generating is
 */
export async function benignLedger(
  { events, leastText, dimension }: LedgerSize,
  note: (text: string) => void,
): Promise<string> {
  const name = ['benign', events, ...(leastText === undefined ? [] : [leastText])].join('-');
  const folder = join(FOLDER, dimension === undefined ? name : `${name}x${dimension}`);
  if (
    await readFile(join(folder, DONE)).then(
      () => true,
      () => false,
    )
  )
    return folder;
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  const options = { events, messagesOnly: true, leastText, dimension };
  for await (const { files, fraction } of samplePartitions(await loadKernels(), 'benign', nodePlatform(), options)) {
    for (const { path, bytes } of files) {
      const target = join(partial, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
    note(`generating ${folder}: ${Math.round(100 * fraction)} %`);
  }
  await writeFile(join(partial, DONE), '');
  await rename(partial, folder);
  return folder;
}
