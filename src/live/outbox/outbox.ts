import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { explain, toTautlineError } from '../../core/errors.ts';
import type { LiveAlert } from '../../detection/files/commit.ts';
import { withCommit, type LaneState } from '../../detection/lanes.ts';
import { codeOf, replaceFile } from '../log/files.ts';
import { commitAt, LOG_FOLDER, newestCommit } from '../sink/commitLog.ts';
import { lanesSince, newestState } from '../sink/state.ts';
import { outgoing, type Outgoing } from './events.ts';

/** What came of one try. */
export type Tried =
  | { readonly kind: 'sent' }
  /** Tried again, as long as there were fewer tries than `tries`, after `waitMs` at least. */
  | { readonly kind: 'failed'; readonly reason: string; readonly tries: number; readonly waitMs?: number }
  /** Nothing more is sent there by this process. */
  | { readonly kind: 'stop'; readonly reason: string };

/** Where events of commits go. */
export interface Target {
  /** Names its cursor, and its figures. */
  readonly name: string;
  /** Whether a ledger that it never read is told from its beginning, or from now on. */
  readonly from: 'beginning' | 'now';
  readonly topics: readonly Outgoing['topic'][];
  send(item: Outgoing, signal: AbortSignal): Promise<Tried>;
}

export interface OutboxOptions {
  readonly folder: string;
  readonly group: string;
  readonly target: Target;
  readonly say?: (sentence: string) => void;
  /** Before the second try; doubled before each further one, up to the most. */
  readonly firstMs?: number;
  readonly mostMs?: number;
  /** Called at named points; tests end the process there. */
  readonly at?: (point: OutboxPoint) => void;
}

export type OutboxPoint = 'sending' | 'sent' | 'noted';

/** What was sent: all that commits up to `commit` say. Alerts are open after it. */
interface Cursor {
  readonly commit: number;
  readonly open: readonly LiveAlert[];
}

const LOOK_MS = 100;
const FIRST_MS = 1_000;
const MOST_MS = 300_000;
/** Commits that say nothing, which a cursor on disk may be behind. */
const NOTED_EVERY = 500;

/**
 * Sends what commits say, one after the other, once they stand. How far it came is on disk: after a stop it goes on
 * there, so that everything is sent at least once. Nobody waits for it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #cursor: Cursor | null = null;
  #noted = -1;
  #sent = 0;
  #retried = 0;
  #lost = 0;
  /** When what is tried at present was tried first. */
  #since: number | null = null;
  #problem: string | null = null;
  #isBroken = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Why something was not sent, or nothing is any more; null: all was. */
  get broken(): string | null {
    return this.#isBroken ? this.#problem : null;
  }

  get health() {
    const waitingMs = this.#since === null ? 0 : Date.now() - this.#since;
    const [sent, retried, lost] = [this.#sent, this.#retried, this.#lost];
    return { sent, retried, lost, waitingMs, problem: this.#problem };
  }

  /** Notes where it begins; before anything new is committed, so that nothing of that is passed over. */
  async begin(): Promise<void> {
    const { folder, target } = this.#options;
    await mkdir(join(folder, LOG_FOLDER), { recursive: true });
    this.#cursor = await this.#read();
    if (this.#cursor) {
      this.#noted = this.#cursor.commit;
      return;
    }
    const commit = target.from === 'now' ? await newestCommit(folder) : -1;
    this.#cursor = { commit, open: commit < 0 ? [] : (await lanesAt(folder, commit)).open };
    await this.#note();
  }

  /** Follows the commits until the signal. Never throws: what is wrong is told. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      if (!this.#cursor) await this.begin();
      while (!signal.aborted && (await this.#next(signal)));
      if (this.#cursor!.commit !== this.#noted) await this.#note();
    } catch (thrown) {
      this.#fail(explain(toTautlineError(thrown, `sending to ${this.#options.target.name}`)));
    }
  }

  /** @returns false where nothing more is to be sent */
  async #next(signal: AbortSignal): Promise<boolean> {
    const { folder, group, target, at } = this.#options;
    const { commit: before, open } = this.#cursor!;
    const commit = await commitAt(folder, before + 1);
    if (!commit) {
      await rest(LOOK_MS, signal);
      return true;
    }
    const items = outgoing(commit, open, group).filter(({ topic }) => target.topics.includes(topic));
    for (const item of items) if (!(await this.#deliver(item, signal))) return false;
    const cursor = { commit: commit.number, open: withCommit({ lanes: null, open }, commit).open };
    this.#cursor = cursor;
    if (items.length === 0 && cursor.commit - this.#noted < NOTED_EVERY) return true;
    await this.#note();
    at?.('noted');
    return true;
  }

  /** @returns false where it was neither sent nor given up */
  async #deliver(item: Outgoing, signal: AbortSignal): Promise<boolean> {
    const { target, firstMs = FIRST_MS, mostMs = MOST_MS, at } = this.#options;
    this.#since = Date.now();
    for (let tries = 1; !signal.aborted; tries++) {
      at?.('sending');
      const tried = await target.send(item, signal);
      if (tried.kind === 'sent') {
        at?.('sent');
        this.#sent++;
        return this.#settle(null);
      }
      if (signal.aborted) break;
      if (tried.kind === 'stop') {
        this.#fail(`${target.name}: ${tried.reason}`);
        return false;
      }
      if (tries >= tried.tries) {
        this.#lost++;
        this.#fail(`${target.name}: ${item.event.id} was given up after ${tries} tries: ${tried.reason}`);
        return this.#settle(this.#problem);
      }
      this.#retried++;
      this.#problem = tried.reason;
      const wait = Math.min(mostMs, firstMs * 2 ** (tries - 1)) * (0.8 + 0.4 * Math.random());
      await rest(Math.max(wait, Math.min(mostMs, tried.waitMs ?? 0)), signal);
    }
    return false;
  }

  #settle(problem: string | null): true {
    this.#since = null;
    this.#problem = problem;
    this.#isBroken = problem !== null;
    return true;
  }

  #fail(problem: string): void {
    this.#problem = problem;
    this.#isBroken = true;
    this.#options.say?.(problem);
  }

  get #path(): string {
    return join(this.#options.folder, LOG_FOLDER, `sent-${this.#options.target.name}.json`);
  }

  async #read(): Promise<Cursor | null> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as Cursor;
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return null;
      throw thrown;
    }
  }

  async #note(): Promise<void> {
    const cursor = this.#cursor!;
    await replaceFile(this.#path, JSON.stringify(cursor));
    this.#noted = cursor.commit;
  }
}

/** What commits up to a number say of lanes. */
async function lanesAt(folder: string, commit: number): Promise<LaneState> {
  return lanesSince(folder, (await newestState(folder, commit)) ?? {}, commit);
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);
