import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Commit, CommittedControl, CommittedFile } from '../../detection/files/commit.ts';
import { NO_LANES, withCommit, type Lanes, type LaneState } from '../../detection/lanes.ts';
import { sha256 } from '../../ledger/sha256.ts';
import { TOPIC_NAMES, type StoredRecord } from '../transport.ts';
import {
  anotherTopic,
  dropPending,
  extentOf,
  kept,
  nameFiles,
  putNext,
  redo,
  requireLinks,
  unlike,
  writePending,
} from './commitLog.ts';
import { fitRows } from './fit.ts';
import { changeOf, controlOf, decoded, deployedBy, isAppended, stepBackOf } from './control.ts';
import { withHash } from './judge.ts';
import { Judges } from './judges.ts';
import { isTaken } from './lane.ts';
import { Order, type Row } from './order.ts';
import type { SinkOptions } from './sinkOptions.ts';
import { bundlePath, lanesSince, newestState, readBundle, States, writeBundle, type SavedState } from './state.ts';
import { byPartition, embeddingOf, rowsToParquet } from './table.ts';

export type { SinkOptions, SinkPoint } from './sinkOptions.ts';

/** Rows beyond the reference of the first bundle: a ledger that is all reference is judged in retrospect. */
const BEYOND = 1;

/** Takes the records of one group from the log into the ledger, as docs/live.md has the protocol. */
export class Sink {
  readonly #options: SinkOptions;
  readonly #owner = randomUUID();
  #order = new Order(null);
  readonly #judges: Judges;
  /** What commits say of the lanes. */
  #lanes: LaneState = NO_LANES;
  #number = -1;
  #states: States | null = null;
  #sinceState = 0;
  #stateAt = Date.now();
  #from = 0;
  #to = 0;
  #topicId = '';
  /** Rows before the first bundle, which is fitted on them. */
  #collected: Row[] = [];
  #isCatchingUp = false;
  /** Rows that are committed already, and read again. */
  #known = 0;
  #rows: Row[] = [];
  #vectorBytes: number | null = null;
  #refused = 0;
  #taken = 0;
  /** Of the commit that is being made. */
  #control: CommittedControl | null = null;
  #ended: readonly string[] = [];
  /** The newest step back that was written. */
  #steppedBack: string | null = null;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#judges = new Judges(options.kernels, options.group);
  }

  /** The two bundles that are compared; null: one alone. */
  get lanes(): Lanes | null {
    return this.#lanes.lanes;
  }

  /** The newest commit that the sink has made, or has read at its start. */
  get newest(): number {
    return this.#number;
  }

  /** Takes the ledger over and follows the log until the signal; settles when it ends. */
  async run(signal: AbortSignal): Promise<void> {
    const { transport, group } = this.#options;
    const partition = await transport.partitionOf('ledger', group);
    await this.#begin(partition);
    if (signal.aborted) return;
    const end = new AbortController();
    const stop = (): void => end.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#follow(partition, end.signal);
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
    }
  }

  async #follow(partition: number, signal: AbortSignal): Promise<void> {
    const { transport, unitMs = 1000 } = this.#options;
    let due = Date.now() + unitMs;
    const reading = transport.read('ledger', partition, this.#from, { signal })[Symbol.asyncIterator]();
    try {
      let next = reading.next();
      for (;;) {
        const found = await Promise.race([next, setTimeout(Math.max(1, due - Date.now()), null)]);
        if (found) {
          if (found.done) break;
          this.#options.at?.('read');
          for (const record of found.value) await this.#take(record, partition);
          next = reading.next();
        }
        if (Date.now() < due) continue;
        await this.#close(partition);
        due = Date.now() + unitMs;
      }
      await this.#close(partition);
    } finally {
      // Not waited for: where it waits for records, the signal ends it.
      void reading.return?.();
    }
  }

  async #begin(partition: number): Promise<void> {
    const { folder, transport } = this.#options;
    await mkdir(folder, { recursive: true });
    await requireLinks(folder, this.#owner);
    this.#topicId = await transport.topicId('ledger');
    const last = await redo(folder);
    if (last && last.source.topicId !== this.#topicId) throw anotherTopic(folder, transport.place);
    this.#number = last?.number ?? -1;
    this.#known = last?.events.to ?? 0;
    const { first, to } = await extentOf(folder, last, await transport.range('ledger', partition));
    this.#from = this.#to = to;
    const claim = { ...this.#commit('claim', partition, [], last?.events.to ?? 0), ...kept(last) };
    this.#number = (await putNext(folder, claim)).number;
    this.#options.at?.('claimed');
    await dropPending(folder, this.#owner);
    this.#states = await States.open(folder, this.#number, this.#options.keepStatesMs);
    const state = await newestState(folder, this.#number);
    if (state) {
      await this.#judges.restore(state, (hash) => readBundle(folder, hash));
      this.#lanes = await lanesSince(folder, state, this.#number);
      this.#order = new Order(state.order);
      await this.#restoreHeld(state, partition);
      this.#from = this.#to = state.to;
    } else this.#from = this.#to = first;
    await this.#catchUp(to, partition);
    if (this.#options.first && this.#to === first && !this.#judges.bundle) await this.#beginWith(partition);
  }

  async #beginWith(partition: number): Promise<void> {
    const { bundle, who } = this.#options.first!;
    await writeBundle(this.#options.folder, bundle);
    this.#judges.deploy(bundle);
    this.#control = deployedBy(who, bundle);
    await this.#put('bundle', partition, []);
  }

  /** Puts the events back that waited in the buffer. */
  async #restoreHeld({ order, to }: SavedState, partition: number): Promise<void> {
    const wanted = new Set(order.held);
    if (wanted.size === 0) return;
    for await (const record of this.#between(Math.min(...wanted), to, partition)) {
      const what = wanted.has(record.offset) ? decoded(record)?.what : null;
      if (what?.case === 'event') this.#order.restore(what.value, record.offset);
    }
  }

  /** Reads again what is committed after the state: the same rows, judged but not written. */
  async #catchUp(to: number, partition: number): Promise<void> {
    this.#isCatchingUp = true;
    for await (const record of this.#between(this.#to, to, partition)) await this.#take(record, partition);
    this.#isCatchingUp = false;
    this.#to = to;
    if (this.#order.next !== this.#known) throw unlike(this.#options.folder, this.#order.next, this.#known);
    this.#beginUnit();
  }

  #beginUnit(): void {
    this.#from = this.#to;
    this.#rows = [];
    this.#judges.clear();
    this.#control = null;
    this.#ended = [];
    this.#order.doubles = this.#order.late = this.#order.dropped = this.#refused = this.#taken = 0;
  }

  async *#between(from: number, to: number, partition: number): AsyncIterable<StoredRecord> {
    if (from >= to) return;
    const end = new AbortController();
    for await (const batch of this.#options.transport.read('ledger', partition, from, { signal: end.signal }))
      for (const record of batch) {
        if (record.offset < to) yield record;
        if (record.offset >= to - 1) {
          end.abort();
          return;
        }
      }
  }

  async #take(record: StoredRecord, partition: number): Promise<void> {
    this.#to = record.offset + 1;
    if (record.key !== this.#options.group) return;
    const what = decoded(record)?.what;
    if (what?.case === 'tick') {
      await this.#place(this.#order.tick(Number(what.value.sourceMicros)), partition);
      return;
    }
    if (what?.case === 'control') {
      await this.#decide(controlOf(what.value), record.offset, partition);
      return;
    }
    if (what?.case === 'event') this.#order.count(what.value);
    if (what?.case !== 'event' || what.value.uid === '' || !this.#fits(what.value)) {
      this.#refused++;
      return;
    }
    await this.#place(this.#order.push(what.value, record.offset), partition);
  }

  /** Whether an embedding is finite and as long as those of the ledger: the first one says how long. */
  #fits(event: Row['event']): boolean {
    const { length } = event.embedding;
    if (length === 0) return true;
    if (length % 4 !== 0 || !embeddingOf(event)!.every(Number.isFinite)) return false;
    return length === (this.#judges.vectorBytes ?? (this.#vectorBytes ??= length));
  }

  /** What events and ticks let through takes its place in the ledger, and is judged. */
  async #place(rows: readonly Row[], partition: number): Promise<void> {
    const { unitRows = 5000, collect = 2000 } = this.#options;
    const { candidate, bundle } = this.#judges;
    const hasLane = candidate !== null && candidate.stage !== 'full';
    for (const own of rows) {
      const row = hasLane ? { ...own, isTaken: isTaken(candidate.hash, own.event) } : own;
      if (row.isTaken) this.#taken++;
      if (row.id >= this.#known) this.#rows.push(row);
      if (bundle) this.#judges.push(row);
      else this.#collected.push(row);
    }
    if (this.#isCatchingUp) return;
    if (!bundle && this.#collected.length >= collect + BEYOND) await this.#firstBundle(partition);
    if (this.#rows.length >= unitRows) await this.#close(partition);
  }

  /** Fits the first bundle on what was collected, and judges that by it. */
  async #firstBundle(partition: number): Promise<void> {
    const { folder, kernels, platform, group, collect = 2000, say } = this.#options;
    await this.#close(partition);
    const bundle = await withHash(
      await fitRows(kernels, platform, this.#collected.slice(0, collect + BEYOND), collect, group),
    );
    await writeBundle(folder, bundle);
    this.#judges.deploy(bundle);
    for (const row of this.#collected) this.#judges.push(row);
    this.#collected = [];
    await this.#put('bundle', partition, []);
    say?.(`The first bundle was fitted on ${collect} events: ${bundlePath(folder, bundle.hash)}`);
  }

  /** What a record of the log decides holds between two events: also when it is read again. */
  async #decide(control: CommittedControl | null, offset: number, partition: number): Promise<void> {
    const { folder, say } = this.#options;
    const change = control && (await changeOf(control, this.#judges, this.#vectorBytes, folder));
    if (!control || !change) {
      this.#refused++;
      say?.(`A record of the log decides what cannot be done: ${JSON.stringify(control)}`);
      return;
    }
    this.#to = offset;
    if (!this.#isCatchingUp) await this.#close(partition);
    this.#to = offset + 1;
    this.#control = control;
    const before = this.#judges.bundle;
    if (control.kind === 'deployed') this.#ended = this.#judges.open().map(({ id }) => id);
    change();
    if (before !== this.#judges.bundle) this.#collected = [];
    if (this.#isCatchingUp) return;
    await this.#put(before === this.#judges.bundle ? 'control' : 'bundle', partition, []);
    say?.(`${control.who}: ${control.kind} ${control.bundle.slice(0, 12)}, ${control.stage}, at ${this.#order.next}`);
  }

  /** Closes the unit: what was read since the last one becomes part of the ledger. */
  async #close(partition: number): Promise<void> {
    if (this.#to === this.#from || this.#to <= 0) return;
    const { folder, platform } = this.#options;
    const add: CommittedFile[] = [];
    for (const [place, rows] of byPartition(this.#rows)) {
      const bytes = await rowsToParquet(rows, platform);
      const path = `${place}/part-${TOPIC_NAMES.ledger}-${partition}-${this.#from}-${this.#to}.parquet`;
      await writePending(folder, path, this.#owner, bytes);
      add.push({ path, rows: rows.length, bytes: bytes.length, sha256: await sha256(bytes) });
      this.#options.at?.('pending');
    }
    await this.#put('unit', partition, add);
  }

  async #put(kind: Commit['kind'], partition: number, add: readonly CommittedFile[]): Promise<void> {
    const { folder, transport, stateEvery = 20, stateMs = 10_000 } = this.#options;
    this.#sinceState++;
    const hasState =
      this.#judges.bundle !== null &&
      (kind === 'bundle' ||
        kind === 'control' ||
        this.#sinceState >= stateEvery ||
        Date.now() - this.#stateAt >= stateMs);
    // Before the commit: one that names a state has it.
    const saveState = async (number: number): Promise<void> => {
      if (hasState) await this.#saveState(number);
    };
    await saveState(this.#number + 1);
    const made = { ...this.#commit(kind, partition, add, this.#known), hasState };
    this.#options.at?.('committing');
    const commit = await putNext(folder, made, saveState);
    this.#options.at?.('committed');
    await nameFiles(folder, commit);
    this.#options.at?.('named');
    this.#number = commit.number;
    this.#known = commit.events.to;
    this.#lanes = withCommit(this.#lanes, commit);
    this.#beginUnit();
    if (hasState) {
      await this.#states!.committed(commit.number);
      this.#sinceState = 0;
      this.#stateAt = Date.now();
    }
    await transport.noteOffset('ledger', partition, this.#to);
    if (kind === 'unit') await this.#stepBack();
  }

  /** A candidate that others depend on, and that differs too much, goes a stage back: a record like any other. */
  async #stepBack(): Promise<void> {
    const control = stepBackOf(this.#lanes.lanes);
    const { group, transport } = this.#options;
    const step = control && `${control.bundle}/${control.stage}`;
    if (!control || step === this.#steppedBack) return;
    // Where nobody takes it now, it is tried again after the next unit.
    if (await isAppended(transport, group, control)) this.#steppedBack = step;
  }

  async #saveState(number: number): Promise<void> {
    await this.#states!.write(number, {
      to: this.#to,
      order: this.#order.save(),
      ...this.#judges.save()!,
      lanes: this.#lanes,
      lanesAt: this.#number,
    });
    this.#options.at?.('state');
  }

  #commit(kind: Commit['kind'], partition: number, add: readonly CommittedFile[], from: number): Commit {
    return {
      format: 'tautline-commit',
      version: 1,
      number: this.#number + 1,
      kind,
      owner: this.#owner,
      written: new Date().toISOString(),
      source: {
        topic: TOPIC_NAMES.ledger,
        topicId: this.#topicId,
        partition,
        from: this.#from,
        to: this.#to,
        held: this.#order.heldOffsets(),
      },
      events: { from, to: from + this.#rows.length },
      add: [...add],
      ...{ remove: [], compacted: null },
      ...this.#judges.said(),
      late: this.#order.late,
      doubles: this.#order.doubles,
      refused: this.#refused,
      dropped: this.#order.dropped,
      untracked: this.#judges.untracked,
      taken: this.#taken,
      through: this.#order.last === null ? null : this.#order.last / 1000,
      bundle: this.#judges.bundle?.hash ?? null,
      control: this.#control,
      ended: [...this.#ended],
      hasState: false,
    };
  }
}
