import { createStore, type StoreApi } from 'zustand/vanilla';
import { explain, TautlineFailure, toTautlineError } from '../../core/errors.ts';
import type { Commit, CommittedFile } from '../../detection/files/commit.ts';
import { bundleFromJson, type Bundle } from '../../detection/lab/bundle.ts';
import { removedBy } from '../../detection/files/stretches.ts';
import type { LedgerSource, NamedBlob } from '../../ledger/types.ts';
import type { LiveWorker } from '../../workers/liveWorker.ts';
import type { Session } from '../session.ts';
import { extended } from './extended.ts';
import { IDLE, type FollowState } from './followState.ts';
import { isCut, pause, stalled } from './reach.ts';
import { openSource } from './source.ts';
import { targetName, type LiveSource, type LiveTarget } from './target.ts';
import { NOTHING_YET, tallied } from './tally.ts';
import { beginningOf, filesOf, mergeable, newest, withMerged, type Unit } from './window.ts';

export type { FollowState } from './followState.ts';

/** Events that are kept, as long as the newest commit has no more. */
const WINDOW_EVENTS = 50_000;
/** Events that the charts show at first, the newest at the right. */
const SHOWN_EVENTS = 2_000;
/** Pictures follow each other no faster. */
const PICTURE_MS = 1_000;
const TRY_AGAIN_MS = 2_000;
const MOST_FAULTS = 20;

export interface Follower {
  readonly store: Pick<StoreApi<FollowState>, 'getState' | 'getInitialState' | 'subscribe'>;
  /** Follows a ledger until `stop`, or until another ledger is opened. */
  start(target: LiveTarget, options?: { readonly keepView?: boolean }): Promise<void>;
  setPaused(paused: boolean): void;
  /** Shows the newest events at the right again. */
  toNewest(): void;
  stop(): void;
  /** What is followed, as one file or as few as it fits into. */
  save(): Promise<readonly NamedBlob[]>;
}

interface Platform {
  readonly session: Session;
  createWorker(onRestart: () => void): LiveWorker;
  readonly windowEvents?: number;
}

export function createFollower({ session, createWorker, windowEvents = WINDOW_EVENTS }: Platform): Follower {
  const store = createStore<FollowState>(() => IDLE);
  const set = store.setState;
  let following: AbortController | null = null;
  let files: () => readonly NamedBlob[] = () => [];
  const worker = createWorker(() => undefined);

  function stop(): void {
    following?.abort();
    following = null;
    files = () => [];
    set(IDLE, true);
  }

  async function start(target: LiveTarget, { keepView = false } = {}): Promise<void> {
    stop();
    const mine = new AbortController();
    following = mine;
    set({ ...IDLE, phase: 'connecting', target }, true);
    const run = new Following(session, worker, openSource(target), targetName(target), windowEvents, store, mine);
    files = () => run.files;
    const unsubscribe = session.store.subscribe(({ ledger }) => {
      if (following === mine && ledger.phase !== 'empty' && !run.isOwn(ledger)) stop();
    });
    try {
      await Promise.all([run.read(), run.draw(keepView)]);
    } catch (thrown) {
      if (!mine.signal.aborted)
        set({ phase: 'failed', error: toTautlineError(thrown, 'following the ledger'), paused: false });
    } finally {
      mine.abort();
      unsubscribe();
    }
  }

  return {
    store,
    start,
    stop,
    setPaused: (paused) => set({ paused }),
    toNewest() {
      const { view, analysis } = session.state();
      const events = analysis.report?.events ?? 0;
      const width = view.range ? view.range.to - view.range.from : events;
      session.actions.setRange({ from: events - width, to: events });
      set({ paused: false });
    },
    save: () => worker.merge(files(), 'live', false),
  };
}

/** Files that commits name are no part of the ledger any more. */
class Compacted extends Error {}

/** One ledger that is followed: what came, and the picture of it. */
class Following {
  readonly #session: Session;
  readonly #worker: LiveWorker;
  readonly #source: LiveSource;
  readonly #folder: string;
  readonly #most: number;
  readonly #store: StoreApi<FollowState>;
  readonly #signal: AbortSignal;
  readonly #stop: () => void;
  #units: readonly Unit[] = [];
  /** When the commit of the newest unit was written. */
  #written = 0;
  /** What the session has opened for this. */
  #opened: LedgerSource | null = null;
  #bundle: { readonly hash: string; readonly bundle: Bundle; readonly text: string } | null = null;
  #judging = false;
  /** Number of the newest commit that was taken in, and of the newest that was there before following began. */
  #after = -1;
  #known: number | null = null;

  constructor(
    ...[session, worker, source, name, most, store, abort]: [
      Session,
      LiveWorker,
      LiveSource,
      string,
      number,
      StoreApi<FollowState>,
      AbortController,
    ]
  ) {
    this.#session = session;
    this.#worker = worker;
    this.#source = source;
    this.#folder = `live-${name}`;
    this.#most = most;
    this.#store = store;
    this.#signal = abort.signal;
    this.#stop = () => abort.abort();
  }

  get files(): readonly NamedBlob[] {
    return filesOf(this.#units);
  }

  /** Whether the ledger that is open, or on its way, is the one followed. */
  isOwn(ledger: ReturnType<Session['state']>['ledger']): boolean {
    if (ledger.phase === 'empty' || ledger.phase === 'asking') return false;
    const { source } = ledger;
    const isOpened = this.#opened?.kind === 'files' && source.kind === 'files' && source.files === this.#opened.files;
    return this.#opened === null || isOpened;
  }

  /** Takes commits in as they come. */
  async read(): Promise<void> {
    while (!this.#signal.aborted)
      try {
        await this.#takeHistory(await this.#all());
        while (!this.#signal.aborted) {
          const some = await this.#tried(() => this.#source.commits(this.#after, true, this.#signal));
          if (some === null) continue;
          const commits = some.length > 1 ? [...some, ...(await this.#all(some.at(-1)!.number))] : some;
          const gone = removedBy(commits);
          if (commits.some(({ add }) => add.some(({ path }) => gone.has(path)))) throw new Compacted();
          for (const commit of commits) await this.#take(commit);
        }
      } catch (thrown) {
        if (!(thrown instanceof Compacted)) throw thrown;
        // Rows that are wanted stand in other files meanwhile: which, the whole log says.
        this.#judging = false;
        this.#units = [];
        const { alerts, raised } = this.#store.getState().tally;
        this.#store.setState({ tally: { ...NOTHING_YET, alerts, raised } });
      }
  }

  /** All commits there are after a number. */
  async #all(after = -1): Promise<Commit[]> {
    const found: Commit[] = [];
    while (!this.#signal.aborted) {
      const last = found.at(-1)?.number ?? after;
      const commits = await this.#tried(() => this.#source.commits(last, false, this.#signal));
      if (commits === null) continue;
      if (this.#store.getState().phase === 'connecting') this.#store.setState({ phase: 'following' });
      if (commits.length === 0) break;
      found.push(...commits);
    }
    return found;
  }

  /** Of what was there before only the newest is fetched. */
  async #takeHistory(commits: readonly Commit[]): Promise<void> {
    this.#known = this.#known === null ? (commits.at(-1)?.number ?? -1) : Math.max(this.#known, this.#after);
    const { parts, whole } = beginningOf(commits, this.#most);
    for (const { from, to, files } of parts)
      this.#units = [...this.#units, { from, to, files: await this.#files(files), merged: true }];
    const first = Math.min(...whole);
    for (const commit of commits) {
      const isTaken = commit.number >= first && (commit.add.length === 0 || whole.has(commit.number));
      // The detector knows nothing of rows that it was not given.
      if (!isTaken && commit.add.length > 0 && !commit.compacted) this.#judging = false;
      if (isTaken) await this.#take(commit);
      else this.#tally(commit);
    }
  }

  async #files(files: readonly CommittedFile[]): Promise<readonly NamedBlob[]> {
    return Promise.all(
      files.map(async ({ path, bytes }) => ({
        path: `${this.#folder}/${path}`,
        blob: await this.#needed(path, ({ size }) =>
          size === bytes ? null : `${size} of its ${bytes} bytes are there`,
        ),
      })),
    );
  }

  async #take(commit: Commit): Promise<void> {
    // What a compaction adds is there already.
    const files = commit.compacted ? [] : await this.#files(commit.add);
    if (this.#signal.aborted) return;
    await this.#judge(commit, files);
    if (files.length > 0) {
      const unit: Unit = { ...commit.events, files, merged: false };
      this.#written = Date.parse(commit.written);
      this.#units = newest(
        [...this.#units, unit].sort((a, b) => a.from - b.from),
        this.#most,
      );
      await this.#merge();
    }
    this.#tally(commit);
  }

  #tally(commit: Commit): void {
    const isNew = commit.number > this.#known!;
    this.#after = commit.number;
    this.#store.setState(({ tally }) => ({ tally: tallied(tally, commit, isNew) }));
  }

  async #merge(): Promise<void> {
    const small = mergeable(this.#units);
    if (small.length === 0) return;
    const merged = await this.#worker.merge(filesOf(small), this.#folder, true).catch(() => null);
    if (merged) this.#units = withMerged(this.#units, small, merged);
  }

  /** Runs the detector of the sink over what it has committed: both have to raise the same. */
  async #judge(commit: Commit, files: readonly NamedBlob[]): Promise<void> {
    try {
      const found = this.#judging && commit.kind === 'unit' ? await this.#worker.judge(files, commit) : null;
      if (found) {
        const { judged, faults } = this.#store.getState();
        this.#store.setState({
          judged: judged + commit.events.to - commit.events.from,
          faults: [...faults, ...found].slice(0, MOST_FAULTS),
        });
      }
      const isStart = commit.hasState && commit.bundle !== null && (commit.kind === 'bundle' || !this.#judging);
      if (!isStart) return;
      const path = `_log/state-${String(commit.number).padStart(20, '0')}.json`;
      const state = await this.#source.file(path, this.#signal);
      if (state) await this.#worker.judgeFrom(await this.#bundleText(commit.bundle), await state.text());
      this.#judging = state !== null;
    } catch (thrown) {
      // A state that is gone, or a worker that died: the next state is as good a beginning.
      if (thrown instanceof TautlineFailure && !this.#signal.aborted) this.#judging = false;
      else throw thrown;
    }
  }

  async #bundleText(hash: string): Promise<string> {
    if (this.#bundle?.hash !== hash) {
      const text = await (await this.#needed(`_log/bundle-${hash}.json`, isCut)).text();
      this.#bundle = { hash, text, bundle: bundleFromJson(text, 'the bundle in force') };
    }
    return this.#bundle.text;
  }

  /** A file that a commit names: it is there, or about to be. */
  async #needed(path: string, missing: (blob: Blob) => Promise<string | null> | string | null): Promise<Blob> {
    const name = `${this.#source.place}/${path}`;
    for (;;) {
      const blob = await this.#tried(async () => {
        const found = await this.#source.file(path, this.#signal);
        if (!found) {
          const later = path.endsWith('.parquet') ? await this.#source.commits(this.#after, false, this.#signal) : [];
          if (removedBy(later).has(path)) throw new Compacted();
          throw stalled(name, 'it is not there', 'Copy the ledger with all of its files');
        }
        const problem = await missing(found);
        if (problem !== null) throw stalled(name, problem, 'It is read again until it is whole');
        return found;
      });
      if (blob || this.#signal.aborted) return blob ?? new Blob();
    }
  }

  /** Null where nobody answered, after a while to wait. */
  async #tried<R>(ask: () => Promise<R>): Promise<R | null> {
    try {
      const answer = await ask();
      if (this.#store.getState().trouble !== null && !this.#signal.aborted) this.#store.setState({ trouble: null });
      return answer;
    } catch (thrown) {
      if (this.#signal.aborted) return null;
      if (!(thrown instanceof TautlineFailure) || thrown.error.kind !== 'stalled') throw thrown;
      this.#store.setState({ trouble: explain(thrown.error) });
      await pause(TRY_AGAIN_MS, this.#signal);
      return null;
    }
  }

  /** Keeps the picture up with what came. */
  async draw(keepView: boolean): Promise<void> {
    while (!this.#signal.aborted) {
      const began = performance.now();
      const { paused, tally, shown } = this.#store.getState();
      // A bundle that comes into force while nobody speaks changes the picture too.
      const isNew = tally.events > shown.to || (this.#opened !== null && tally.bundle !== this.#deployed);
      const isDue = isNew && !paused && !this.#session.state().dragging;
      if (isDue) await this.#picture(keepView);
      await pause(isDue ? Math.max(50, PICTURE_MS - (performance.now() - began)) : 50, this.#signal);
    }
  }

  async #picture(keepView: boolean): Promise<void> {
    const units = this.#units;
    const { shown, tally } = this.#store.getState();
    if (units.length === 0) return;
    const from = units[0].from;
    const source: LedgerSource = { kind: 'files', files: filesOf(units) };
    await this.#deploy(tally.bundle, keepView);
    if (this.#opened === null) await this.#open(source, keepView);
    else if (!(await this.#extend(source, from - shown.from))) return;
    if (this.#signal.aborted) return;
    this.#store.setState({ shown: { from, to: units[units.length - 1].to }, behind: Date.now() - this.#written });
  }

  /** The bundle in force is the reference, and what alerts are compared with. */
  async #deploy(hash: string | null, keepView: boolean): Promise<void> {
    if (hash === null || this.#deployed === hash) return;
    const { actions } = this.#session;
    const text = await this.#bundleText(hash);
    const { parameters } = this.#bundle!.bundle;
    const { view, scenarios } = this.#session.state();
    const isFirst = this.#deployed === null;
    const asDeployed = isFirst
      ? !keepView
      : JSON.stringify(view.parameters) === JSON.stringify(this.#store.getState().inForce);
    this.#deployed = hash;
    this.#store.setState({ inForce: parameters });
    await actions.setReference(new File([text], `bundle-${hash.slice(0, 8)}.json`));
    actions.setExperiment({ parameters: asDeployed ? parameters : view.parameters, baseline: parameters, scenarios });
  }
  #deployed: string | null = null;

  async #open(source: LedgerSource, keepView: boolean): Promise<void> {
    const { actions, state } = this.#session;
    this.#opened = source;
    await actions.open(source, { mapping: null, units: {}, events: null }, state().view.parameters);
    const events = state().analysis.report?.events ?? 0;
    if (!keepView && events > SHOWN_EVENTS) actions.setRange({ from: events - SHOWN_EVENTS, to: events });
  }

  /** @returns false where it has to be tried again */
  async #extend(source: LedgerSource, dropped: number): Promise<boolean> {
    const { engine, state, dispatch } = this.#session;
    const { view, generation, ledger, analysis } = state();
    // A ledger that is on its way, or was refused, cannot be carried on.
    if (ledger.phase === 'empty' || ledger.phase === 'failed') this.#stop();
    if (ledger.phase !== 'open' || analysis.report === null) return false;
    const asked = { parameters: view.parameters, baseline: view.baseline };
    try {
      const answer = await engine.extend(source, view.mapping, asked.parameters, asked.baseline);
      if (this.#signal.aborted || state().generation !== generation) return false;
      this.#opened = source;
      const change = extended(state(), { source, dropped, asked, ...answer });
      await dispatch({ type: 'extended', generation, change, report: answer.analysed });
      return true;
    } catch (thrown) {
      const error = toTautlineError(thrown, 'taking in what came');
      if (error.kind !== 'cancelled' && !this.#signal.aborted) this.#store.setState({ trouble: explain(error) });
      await pause(TRY_AGAIN_MS, this.#signal);
      return false;
    }
  }
}
