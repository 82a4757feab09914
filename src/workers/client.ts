import type { Remote } from 'comlink';
import { createLifeline, watchWorker, type SpawnedWorker } from './service/supervisedWorker.ts';
import type { EngineApi } from './protocol.ts';
import { callbackToWire, progressToWire, sinkToWire } from './service/rpcAdapter.ts';

/**
 * The engine, seen from the page. Every call settles: when the worker dies, with a `TautlineFailure` of kind 'worker'.
 */
export interface EngineClient extends EngineApi {
  /** Starts the worker before the first call. */
  wake(): void;
  /** Ends the worker; later calls reject. */
  dispose(): void;
}

export interface EngineClientOptions {
  /** Starts the worker; the default is the browser's engine worker. */
  readonly spawn?: () => SpawnedWorker;
  /** The worker died and another was started: the ledger it held has to be opened again. */
  readonly onRestart?: (reason: string) => void;
}

const spawnEngineWorker = (): SpawnedWorker =>
  watchWorker(new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'tautline-engine' }));

/** Starts one worker of the harness pool. */
export const spawnHarnessWorker = (): SpawnedWorker =>
  watchWorker(
    new Worker(new URL('./harness.worker.ts', import.meta.url), { type: 'module', name: 'tautline-harness' }),
  );

/** Starts one worker of the investigators' pool. */
export const spawnInvestigator = (): SpawnedWorker =>
  watchWorker(
    new Worker(new URL('./investigator.worker.ts', import.meta.url), { type: 'module', name: 'tautline-investigator' }),
  );

/** Starts the worker that lays embedding maps out. */
export const spawnUmapWorker = (): SpawnedWorker =>
  watchWorker(new Worker(new URL('./umap.worker.ts', import.meta.url), { type: 'module', name: 'tautline-map' }));

/** Starts one worker of the laboratory. */
export const spawnLabWorker = (): SpawnedWorker =>
  watchWorker(new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module', name: 'tautline-lab' }));

/** Starts the engine worker at the first call, or when it is woken. */
export function createEngineClient({ spawn = spawnEngineWorker, onRestart }: EngineClientOptions = {}): EngineClient {
  const lifeline = createLifeline<EngineApi>({
    name: 'engine',
    spawn,
    advice: 'It has been started again; if this repeats, open a smaller part of the ledger',
    onRestart,
  });
  const call = <R>(what: string, use: (remote: Remote<EngineApi>) => Promise<R>) => lifeline.call(what, use);
  return {
    open: (source, mapping, sink, onProgress, k) =>
      call('opening the ledger', (remote) =>
        remote.open(source, mapping, sink && sinkToWire(sink), progressToWire(onProgress), k),
      ),
    store: (sink, onProgress) =>
      call('storing the events', (remote) => remote.store(sinkToWire(sink), progressToWire(onProgress))),
    analyze: (parameters, onProgress, baseline, visible, onPreview) =>
      call('analysing the ledger', (remote) =>
        remote.analyze(
          parameters,
          progressToWire(onProgress),
          baseline,
          visible,
          onPreview && callbackToWire(onPreview),
        ),
      ),
    supersede() {
      call('ending an analysis', (remote) => remote.supersede()).catch(() => undefined);
    },
    setReferenceFile: (file) => call('reading the reference file', (remote) => remote.setReferenceFile(file)),
    cancel() {
      // A worker that dies now has nothing left to cancel.
      call('cancelling', (remote) => remote.cancel()).catch(() => undefined);
    },
    series: (request) => call('drawing a series', (remote) => remote.series(request)),
    valuesAsOf: (...asked) => call('reading values', (remote) => remote.valuesAsOf(...asked)),
    composition: (range, axis, buckets, next) =>
      call('counting routes', (remote) => remote.composition(range, axis, buckets, next)),
    couplingMatrix: (at) => call('reading the coupling matrix', (remote) => remote.couplingMatrix(at)),
    event: (index) => call('reading an event', (remote) => remote.event(index)),
    nearest: (...query) => call('finding the nearest event', (remote) => remote.nearest(...query)),
    indexAt: (axis, x) => call('finding a position', (remote) => remote.indexAt(axis, x)),
    positionOf: (axis, index) => call('finding a position', (remote) => remote.positionOf(axis, index)),
    positionsOf: (axis, indices) => call('finding positions', (remote) => remote.positionsOf(axis, indices)),
    rowsOf: (indices) => call('finding rows', (remote) => remote.rowsOf(indices)),
    signalsArrow: () => call('exporting signals', (remote) => remote.signalsArrow()),
    attribution: (at) => call('attributing an event', (remote) => remote.attribution(at)),
    transportPlan: (request) => call('planning transport', (remote) => remote.transportPlan(request)),
    words: (request) => call('comparing words', (remote) => remote.words(request)),
    conversation: (turns, agents) => call('reading a conversation', (remote) => remote.conversation(turns, agents)),
    handoffGraph: (turns, agents) => call('reading hand-offs', (remote) => remote.handoffGraph(turns, agents)),
    embeddingMap: (limit) => call('mapping the embeddings', (remote) => remote.embeddingMap(limit)),
    rowFacts: (rows) => call('looking rows up', (remote) => remote.rowFacts(rows)),
    investigationColumns: (alert) =>
      call('gathering what to investigate', (remote) => remote.investigationColumns(alert)),
    inControl: (from) => call('gathering what is in control', (remote) => remote.inControl(from)),
    labColumns: () => call('gathering the projected ledger', (remote) => remote.labColumns()),
    delayPlan: (ask) => call('planning injected changes', (remote) => remote.delayPlan(ask)),
    labels: (file) => call('reading labels', (remote) => remote.labels(file)),
    score: (file) => call('scoring against labels', (remote) => remote.score(file)),
    bundle: (characteristics) => call('making a bundle', (remote) => remote.bundle(characteristics)),
    wake: () => lifeline.wake(),
    dispose: () => lifeline.dispose(),
  };
}
