import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Commit } from '../detection/files/commit.ts';
import { bundleToJson, type Bundle } from '../detection/lab/bundle.ts';
import { testKernels } from '../kernels/testing.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { Desk } from './deploy.ts';
import type { LedgerEvent } from './live_pb.ts';
import { openLocalLog, type LocalLog } from './log/localLog.ts';
import { eventRecord, sampleEvents, tickRecord } from './replay.ts';
import { commitAt, newestCommit } from './sink/commitLog.ts';
import { Sink, type SinkOptions } from './sink/sink.ts';
import { readBundle } from './sink/state.ts';
import { verifyLedger } from './sink/verify.ts';
import { TOPIC_NAMES } from './transport.ts';

const GROUP = 'g';
const kernels = testKernels();
const platform = nodePlatform();

/** A log and a ledger in a folder of their own, for tests: the real ones. */
export class LiveBench {
  readonly root: string;
  log: LocalLog;
  #sink: Sink | null = null;
  readonly #running = new Set<{ readonly end: AbortController; readonly ended: Promise<unknown> }>();

  private constructor(root: string, log: LocalLog) {
    this.root = root;
    this.log = log;
  }

  static async open(): Promise<LiveBench> {
    const root = await mkdtemp(join(tmpdir(), 'tautline-live-'));
    return new LiveBench(root, await openLocalLog(join(root, 'log')));
  }

  get folder(): string {
    return join(this.root, 'ledger');
  }

  get desk(): Desk {
    return {
      folder: this.folder,
      transport: this.log,
      group: GROUP,
      lanes: () => this.#sink?.lanes ?? null,
      newest: () => this.#sink?.newest ?? -1,
    };
  }

  readonly sample = (name: string, events?: number): LedgerEvent[] => sampleEvents(kernels, name, events);

  /** Starts a sink. */
  start(options: Partial<SinkOptions> = {}): { stop(): Promise<unknown>; readonly ended: Promise<unknown> } {
    const { folder, log: transport } = this;
    const end = new AbortController();
    const sink = new Sink({
      ...{ folder, transport, group: GROUP, kernels, platform, unitMs: 50, unitRows: 700, collect: 1000 },
      ...options,
    });
    this.#sink = sink;
    const ended = sink.run(end.signal).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    const running = { end, ended };
    this.#running.add(running);
    const stop = (): Promise<unknown> => {
      end.abort();
      return ended;
    };
    return { stop, ended };
  }

  /** Runs a sink until what is in the log now, or so many offsets of it, is committed, or it ends by itself. */
  async follow(options: Partial<SinkOptions> = {}, until = Infinity): Promise<unknown> {
    const { end } = await this.log.range('ledger', 0);
    const sink = this.start(options);
    let hasEnded = false;
    void sink.ended.then(() => (hasEnded = true));
    while (!hasEnded && (await this.#committedTo()) < Math.min(end, until)) await wait(20);
    return sink.stop();
  }

  append(value: Uint8Array): Promise<unknown> {
    return this.log.append('ledger', { key: GROUP, value });
  }

  async events(events: readonly LedgerEvent[]): Promise<void> {
    for (let from = 0; from < events.length; from += 5000)
      await Promise.all(events.slice(from, from + 5000).map((event) => this.append(eventRecord(event))));
  }

  /** The time that lets events through. */
  readonly tick = (events: readonly LedgerEvent[]): Promise<unknown> =>
    this.append(tickRecord(Math.max(...events.map(({ sourceMicros }) => Number(sourceMicros))) + 3_000_000));

  async feed(events: readonly LedgerEvent[]): Promise<void> {
    await this.events(events);
    await this.tick(events);
  }

  /** Until everything in the log is committed. */
  async committed(): Promise<void> {
    const { end } = await this.log.range('ledger', 0);
    while ((await this.#committedTo()) < end) await wait(10);
  }

  async #committedTo(): Promise<number> {
    const newest = await newestCommit(this.folder).catch(() => -1);
    return (await commitAt(this.folder, newest))?.source.to ?? 0;
  }

  /** A log that was made anew in the place of this one. */
  async renewLog(): Promise<void> {
    await this.log.close();
    const path = join(this.root, 'log');
    await rm(path, { recursive: true });
    this.log = await openLocalLog(path);
  }

  /** The same log with the first half of its bytes, as a copy that was restored too early. */
  async halveLog(): Promise<void> {
    await this.log.close();
    const path = join(this.root, 'log');
    const folder = join(path, TOPIC_NAMES.ledger, '0');
    const [segment, ...more] = (await readdir(folder)).filter((name) => /^\d+\./.test(name));
    if (more.length > 0) throw new Error(`the log has more than one segment: ${segment}, ${more.join(', ')}`);
    await truncate(join(folder, segment), (await stat(join(folder, segment))).size >> 1);
    this.log = await openLocalLog(path);
  }

  async commits(): Promise<readonly Commit[]> {
    const length = (await newestCommit(this.folder)) + 1;
    return Promise.all(Array.from({ length }, async (_, n) => (await commitAt(this.folder, n))!));
  }

  /** The bundle in force, changed, as JSON. */
  async tuned(change: (bundle: Bundle) => Bundle): Promise<string> {
    const { bundle } = (await this.commits()).at(-1)!;
    return bundleToJson(change((await readBundle(this.folder, bundle!)).bundle));
  }

  readonly verify = () => verifyLedger(this.folder, kernels, platform);

  async close(): Promise<void> {
    for (const { end, ended } of this.#running) {
      end.abort();
      await ended;
    }
    await this.log.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** A bundle with other parameters, which expects nothing of any ledger. */
export const withParameters =
  (parameters: Partial<Bundle['parameters']>) =>
  (bundle: Bundle): Bundle => ({ ...bundle, parameters: { ...bundle.parameters, ...parameters } });
