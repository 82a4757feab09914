import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFromJson, bundleToJson } from '../../detection/lab/bundle.ts';
import { NO_LANES, withCommit, type LaneState } from '../../detection/lanes.ts';
import { codeOf, numbered, replaceFile, syncFolder, writeNew } from '../log/files.ts';
import { commitAt, LOG_FOLDER } from './commitLog.ts';
import type { BundleInForce } from './judge.ts';
import type { SavedJudges } from './judges.ts';
import type { OrderState } from './order.ts';

/** What a sink goes on from: it has taken in the log up to `to`. */
export interface SavedState extends SavedJudges {
  readonly to: number;
  readonly order: OrderState;
  /** What commits up to `lanesAt` say of the lanes. */
  readonly lanes?: LaneState;
  readonly lanesAt?: number;
}

const statePath = (folder: string, number: number): string =>
  join(folder, LOG_FOLDER, `state-${numbered(number)}.json`);
export const bundlePath = (folder: string, hash: string): string => join(folder, LOG_FOLDER, `bundle-${hash}.json`);

async function writeState(folder: string, number: number, state: SavedState): Promise<void> {
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

/** What all commits say of the lanes, from those on that the state does not know. */
export async function lanesSince(
  folder: string,
  { lanes, lanesAt = -1 }: Pick<SavedState, 'lanes' | 'lanesAt'>,
  newest: number,
): Promise<LaneState> {
  let state = lanes ?? NO_LANES;
  for (let n = lanesAt + 1; n <= newest; n++) {
    const commit = await commitAt(folder, n);
    if (commit) state = withCommit(state, commit);
  }
  return state;
}

/** Keeps a bundle with the ledger, where every record that names its hash finds it. */
export async function writeBundle(folder: string, { bundle, hash }: BundleInForce): Promise<void> {
  await replaceFile(bundlePath(folder, hash), bundleToJson(bundle));
}

export async function readBundle(folder: string, hash: string): Promise<BundleInForce> {
  const path = bundlePath(folder, hash);
  return { bundle: bundleFromJson(await readFile(path, 'utf8'), path), hash };
}

/** How long a follower may take from reading a commit to reading its state. */
const KEEP_STATES_MS = 600_000;
/** Never fewer: that a start needs, and one before it. */
const FEWEST_STATES = 2;

/** States on disk: those that no start and no follower needs any more are deleted. */
export class States {
  readonly #folder: string;
  readonly #keepMs: number;
  /** That commits name, oldest first. */
  readonly #kept: { readonly number: number; readonly at: number }[] = [];
  /** Written since, for the commit that is being made. */
  #written: number[] = [];

  private constructor(folder: string, keepMs: number) {
    this.#folder = folder;
    this.#keepMs = keepMs;
  }

  /** By an owner, after its claim: what no commit names is of those before it. */
  static async open(folder: string, claim: number, keepMs = KEEP_STATES_MS): Promise<States> {
    const states = new States(folder, keepMs);
    const names = await readdir(join(folder, LOG_FOLDER));
    const found = names.flatMap((name) => /^state-(\d{20})\.json$/.exec(name)?.[1] ?? []).map(Number);
    for (const number of found.sort((a, b) => a - b)) {
      if ((await commitAt(folder, number))?.hasState) states.#kept.push({ number, at: Date.now() });
      else if (number <= claim) await states.#delete(number);
    }
    return states;
  }

  async write(number: number, state: SavedState): Promise<void> {
    this.#written.push(number);
    await writeState(this.#folder, number, state);
  }

  /** The commit stands that names a state. */
  async committed(number: number): Promise<void> {
    for (const own of this.#written) if (own !== number) await this.#delete(own);
    this.#written = [];
    this.#kept.push({ number, at: Date.now() });
    while (this.#kept.length > FEWEST_STATES && Date.now() - this.#kept[0].at >= this.#keepMs)
      await this.#delete(this.#kept.shift()!.number);
  }

  #delete(number: number): Promise<void> {
    return rm(statePath(this.#folder, number), { force: true });
  }
}
