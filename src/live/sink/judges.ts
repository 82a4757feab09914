import type { Commit, CommittedControl, LiveAlert } from '../../detection/files/commit.ts';
import type { JudgeState } from '../../detection/liveJudge.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { openRowJudge, type BundleInForce } from './judge.ts';
import type { Row } from './order.ts';

type Stage = CommittedControl['stage'];
type Beside = NonNullable<Commit['beside']>;

/** One bundle at work, and what it raised since the last commit. */
interface Running {
  readonly of: BundleInForce;
  readonly judge: ReturnType<typeof openRowJudge>;
  opened: LiveAlert[];
  closed: LiveAlert[];
}

export interface SavedJudges {
  readonly judge: JudgeState;
  /** SHA-256 of the bundle in force. */
  readonly bundle: string;
  readonly beside?: { readonly judge: JudgeState; readonly bundle: string; readonly stage: Stage } | null;
}

/** The bundle in force, and the one that runs beside it, over the same rows. */
export class Judges {
  readonly #kernels: KernelModule;
  readonly #group: string;
  #inForce: Running | null = null;
  #beside: Running | null = null;
  #stage: Stage = 'none';
  /** Rows of streams that the bundle in force does not know. */
  untracked = 0;

  constructor(kernels: KernelModule, group: string) {
    this.#kernels = kernels;
    this.#group = group;
  }

  get bundle(): BundleInForce | null {
    return this.#inForce?.of ?? null;
  }

  /** Bytes of an embedding; null: nothing says so yet. */
  get vectorBytes(): number | null {
    return this.bundle && bytesOf(this.bundle);
  }

  /** The candidate: the one beside, or the one in force at the last stage. */
  get candidate(): { readonly hash: string; readonly stage: Stage } | null {
    const of = (this.#stage === 'full' ? this.#inForce : this.#beside)?.of;
    return this.#beside && of ? { hash: of.hash, stage: this.#stage } : null;
  }

  push(row: Row): void {
    if (!judged(this.#inForce, row)) this.untracked++;
    judged(this.#beside, row);
  }

  /** Brings a bundle into force, from its reference on; what ran beside ends. */
  deploy(bundle: BundleInForce): void {
    this.#inForce = this.#open(bundle);
    this.#end();
  }

  runBeside(bundle: BundleInForce, stage: Stage): void {
    this.#beside = this.#open(bundle);
    this.#stage = stage;
  }

  /** Goes to another stage: to or from full, the two change places with all that they remember. */
  stageTo(stage: Stage): void {
    if (stage !== 'none' && (stage === 'full') !== (this.#stage === 'full'))
      [this.#inForce, this.#beside] = [this.#beside, this.#inForce];
    this.#stage = stage;
    if (stage === 'none') this.#end();
  }

  #end(): void {
    this.#beside = null;
    this.#stage = 'none';
  }

  #open(of: BundleInForce, saved: JudgeState | null = null): Running {
    return { of, judge: openRowJudge(this.#kernels, of, this.#group, saved), opened: [], closed: [] };
  }

  /** Alerts of the bundle in force that are open. */
  open(): readonly LiveAlert[] {
    return this.#inForce?.judge.open() ?? [];
  }

  /** What a commit says of them. */
  said(): Pick<Commit, 'opened' | 'closed' | 'beside'> {
    const { opened = [], closed = [] } = this.#inForce ?? {};
    return { opened, closed, beside: this.#saidBeside() };
  }

  #saidBeside(): Beside | null {
    const beside = this.#beside;
    return beside && { bundle: beside.of.hash, stage: this.#stage, opened: beside.opened, closed: beside.closed };
  }

  /** Begins the next commit. */
  clear(): void {
    this.untracked = 0;
    for (const running of [this.#inForce, this.#beside]) if (running) [running.opened, running.closed] = [[], []];
  }

  save(): SavedJudges | null {
    const [inForce, beside] = [this.#inForce, this.#beside];
    if (!inForce) return null;
    return {
      judge: inForce.judge.save(),
      bundle: inForce.of.hash,
      beside: beside && { judge: beside.judge.save(), bundle: beside.of.hash, stage: this.#stage },
    };
  }

  async restore(saved: SavedJudges, read: (hash: string) => Promise<BundleInForce>): Promise<void> {
    this.#inForce = this.#open(await read(saved.bundle), saved.judge);
    if (!saved.beside) return;
    this.#beside = this.#open(await read(saved.beside.bundle), saved.beside.judge);
    this.#stage = saved.beside.stage;
  }
}

export const bytesOf = ({ bundle }: BundleInForce): number => 4 * bundle.baseline.projection.dimension;

/** @returns false for a stream that the bundle does not know */
function judged(running: Running | null, row: Row): boolean {
  if (!running) return true;
  const found = running.judge.push(row);
  if (!found) return false;
  running.opened.push(...found.opened);
  running.closed.push(...found.closed);
  return true;
}
