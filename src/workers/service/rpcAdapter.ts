import { proxy, releaseProxy, transfer, type Remote } from 'comlink';
import { toTautlineError } from '../../core/errors.ts';
import { paced, type OnProgress } from '../../core/progress.ts';
import type { EngineApi } from '../protocol.ts';

/**
 * Both ends of the engine's wire. Errors cross as `{ error: TautlineError }`, a plain object that `toTautlineError`
 * reads back (comlink would reduce an Error to its message); arrays that the engine makes for a call are transferred,
 * never cloned.
 */

type Sink = (ipcStream: Uint8Array) => Promise<void>;

/** Runs the work of a call; what it throws is rethrown in the form that survives the wire. */
export async function plainErrors<R>(what: string, run: () => Promise<R> | R): Promise<R> {
  try {
    return await run();
  } catch (thrown) {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- an Error does not survive the wire
    throw { error: toTautlineError(thrown, what) };
  }
}

/**
 * A buffer that can be transferred whole: a view of part of a buffer is copied, since transferring would take the rest
 * along.
 */
const whole = (bytes: Uint8Array): Uint8Array => (bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice());

function release(callback: unknown): void {
  (callback as Partial<Remote<unknown>>)[releaseProxy]?.();
}

const transferring =
  (sink: Sink): Sink =>
  (ipc) => {
    const bytes = whole(ipc);
    return sink(transfer(bytes, [bytes.buffer]));
  };

/** Worker side: what to `expose`. */
export function engineToWire(engine: EngineApi): EngineApi {
  return {
    open: (source, mapping, sink, onProgress, k) =>
      plainErrors('opening the ledger', async () => {
        try {
          return await engine.open(source, mapping, sink && transferring(sink), paced(onProgress), k);
        } finally {
          if (sink) release(sink);
          release(onProgress);
        }
      }),
    store: (sink, onProgress) =>
      plainErrors('storing the events', async () => {
        try {
          await engine.store(transferring(sink), paced(onProgress));
        } finally {
          release(sink);
          release(onProgress);
        }
      }),
    analyze: (parameters, onProgress, baseline, visible, onPreview) =>
      plainErrors('analysing the ledger', async () => {
        try {
          return await engine.analyze(parameters, paced(onProgress), baseline, visible, onPreview);
        } finally {
          release(onProgress);
          if (onPreview) release(onPreview);
        }
      }),
    supersede: () => engine.supersede(),
    setReferenceFile: (file) => plainErrors('reading the reference file', () => engine.setReferenceFile(file)),
    cancel: () => engine.cancel(),
    series: (request) =>
      plainErrors(`drawing ${request.name}`, async () => {
        const data = await engine.series(request);
        return transfer(
          data,
          data.lines.map((line) => line.points.buffer),
        );
      }),
    valuesAsOf: (name, ...rest) =>
      plainErrors(`reading ${name}`, async () => {
        const data = await engine.valuesAsOf(name, ...rest);
        return transfer(data, [data.values.buffer]);
      }),
    composition: (range, axis, buckets, next) =>
      plainErrors('counting routes', async () => {
        const data = await engine.composition(range, axis, buckets, next);
        return transfer(data, [data.x.buffer, data.counts.buffer]);
      }),
    couplingMatrix: (at) =>
      plainErrors('reading the coupling matrix', async () => {
        const data = await engine.couplingMatrix(at);
        return transfer(data, [data.matrix.buffer]);
      }),
    event: (index) => plainErrors(`reading event ${index}`, () => engine.event(index)),
    nearest: (...query) => plainErrors('finding the nearest event', () => engine.nearest(...query)),
    indexAt: (axis, x) => plainErrors('finding a position', () => engine.indexAt(axis, x)),
    positionOf: (axis, index) => plainErrors('finding a position', () => engine.positionOf(axis, index)),
    positionsOf: (axis, indices) =>
      plainErrors('finding positions', async () => {
        const positions = await engine.positionsOf(axis, indices);
        return transfer(positions, [positions.buffer]);
      }),
    rowsOf: (indices) =>
      plainErrors('finding rows', async () => {
        const rows = await engine.rowsOf(indices);
        return transfer(rows, [rows.buffer]);
      }),
    signalsArrow: () =>
      plainErrors('exporting signals', async () => {
        const bytes = whole(await engine.signalsArrow());
        return transfer(bytes, [bytes.buffer]);
      }),
    embeddingMap: (limit) =>
      plainErrors('mapping the embeddings', async () => {
        const map = await engine.embeddingMap(limit);
        return transfer(
          map,
          [map.index, map.stream, map.route, map.time, map.x, map.plane].map((array) => array.buffer),
        );
      }),
    // Cloned: columns of the laboratory are the engine's own.
    inControl: (from) => plainErrors('gathering what is in control', () => engine.inControl(from)),
    labColumns: () => plainErrors('gathering the projected ledger', () => engine.labColumns()),
    delayPlan: (ask) => plainErrors('planning injected changes', () => engine.delayPlan(ask)),
    labels: (file) => plainErrors('reading labels', () => engine.labels(file)),
    score: (file) => plainErrors('scoring against labels', () => engine.score(file)),
    bundle: (characteristics) => plainErrors('making a bundle', () => engine.bundle(characteristics)),
    // Small answers: cloned.
    attribution: (at) => plainErrors(`attributing event ${at}`, () => engine.attribution(at)),
    transportPlan: (request) => plainErrors('planning transport', () => engine.transportPlan(request)),
    words: (request) => plainErrors('comparing words', () => engine.words(request)),
    conversation: (turns, agents) => plainErrors('reading a conversation', () => engine.conversation(turns, agents)),
    handoffGraph: (turns, agents) => plainErrors('reading hand-offs', () => engine.handoffGraph(turns, agents)),
    rowFacts: (rows) => plainErrors('looking rows up', () => engine.rowFacts(rows)),
    investigationColumns: (alert) =>
      plainErrors('gathering what to investigate', () => engine.investigationColumns(alert)),
  };
}

/** Page side: callbacks as proxies. A sink's failure keeps its kind on the way to the engine and back. */
export const sinkToWire = (sink: Sink) => proxy((ipc: Uint8Array) => plainErrors('storing rows', () => sink(ipc)));
export const progressToWire = (onProgress: OnProgress) => proxy(onProgress);
export const callbackToWire = <A>(callback: (argument: A) => void) => proxy(callback);
