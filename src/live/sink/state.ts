import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFromJson, bundleToJson } from '../../detection/lab/bundle.ts';
import type { JudgeState } from '../../detection/liveJudge.ts';
import { codeOf, numbered, syncFolder, writeNew } from '../log/files.ts';
import { commitAt, LOG_FOLDER } from './commitLog.ts';
import type { BundleInForce } from './judge.ts';
import type { OrderState } from './order.ts';

/** What a sink goes on from: it has taken in the log up to `to`. */
export interface SavedState {
  readonly to: number;
  readonly order: OrderState;
  readonly judge: JudgeState;
  /** SHA-256 of the bundle in force. */
  readonly bundle: string;
}

const statePath = (folder: string, number: number): string =>
  join(folder, LOG_FOLDER, `state-${numbered(number)}.json`);
export const bundlePath = (folder: string, hash: string): string => join(folder, LOG_FOLDER, `bundle-${hash}.json`);

export async function writeState(folder: string, number: number, state: SavedState): Promise<void> {
  await writeNew(statePath(folder, number), new TextEncoder().encode(JSON.stringify(state)));
  await syncFolder(join(folder, LOG_FOLDER));
}

/** The newest state that is still there. */
export async function newestState(folder: string, newest: number): Promise<SavedState | null> {
  for (let n = newest; n >= 0; n--) {
    if (!(await commitAt(folder, n))?.hasState) continue;
    try {
      return JSON.parse(await readFile(statePath(folder, n), 'utf8')) as SavedState;
    } catch (thrown) {
      if (codeOf(thrown) !== 'ENOENT') throw thrown;
    }
  }
  return null;
}

/** Keeps a bundle with the ledger, where every record that names its hash finds it. */
export async function writeBundle(folder: string, { bundle, hash }: BundleInForce): Promise<void> {
  const path = bundlePath(folder, hash);
  await writeNew(`${path}.tmp`, new TextEncoder().encode(bundleToJson(bundle)));
  await rename(`${path}.tmp`, path);
  await syncFolder(join(folder, LOG_FOLDER));
}

export async function readBundle(folder: string, hash: string): Promise<BundleInForce> {
  const path = bundlePath(folder, hash);
  return { bundle: bundleFromJson(await readFile(path, 'utf8'), path), hash };
}
