import type { Endpoint } from 'comlink';
import { Worker } from 'node:worker_threads';
import { TautlineFailure, type TautlineError } from '../core/errors.ts';
import { boxMuller, mulberry32 } from '../core/random.ts';
import { BUILT_KERNELS, loadKernels } from '../kernels/load.node.ts';
import { openForAnalysis } from '../analysis/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { LedgerSource } from '../ledger/types.ts';
import { createEngine, type Engine, type EnginePlatform } from './engine.ts';
import { runHarnessTask } from './harnessTask.ts';
import { ENGINE_CONTRACT, type EngineApi } from './protocol.ts';
import { SCAN_CONTRACT, scanApi } from './scanThread.ts';
import type { ApiOf, Contract } from './service/contract.ts';
import { withKernels } from './service/kernelPool.ts';
import { nodeWorker } from './service/nodeWorker.node.ts';
import { once } from '../core/once.ts';
import { exposeWorker } from './service/rpcAdapter.ts';
import type { SpawnedWorker } from './service/supervisedWorker.ts';
import { exposeTasks } from './service/workerPool.ts';
import { SIGNAL_CONTRACT, signalApi } from './signalPool.ts';

/** A thread of Node in place of a browser's worker. */
export const spawnNodeWorker = (script: URL): SpawnedWorker => nodeWorker(new Worker(script));

/** What a call that has to fail fails with. */
export const errorOf = (call: Promise<unknown>): Promise<TautlineError> =>
  call.then(
    (value) => {
      throw new Error(`it did not fail: it gave ${String(value)}`);
    },
    (thrown: unknown) => {
      if (thrown instanceof TautlineFailure) return thrown.error;
      throw thrown;
    },
  );

/** A worker that dies when it is told to. */
export type MortalWorker = SpawnedWorker & { die(reason: string): void };

/**
 * An engine in this thread, behind the contract that its worker would be behind: every message is cloned or moved as in
 * the browser.
 */
export const spawnEngineHere = (engine: EngineApi): MortalWorker => spawnHere(ENGINE_CONTRACT, engine);

/** A harness worker in this thread, with kernels of its own. */
export function spawnHarnessHere(): MortalWorker {
  const run = withKernels(runHarnessTask);
  return inThisThread((endpoint) => exposeTasks(run, { endpoint }));
}

/** A scan worker in this thread. */
export const spawnScanHere = (): MortalWorker =>
  spawnHere(
    SCAN_CONTRACT,
    scanApi(() => nodePlatform()),
  );

/** A signal worker in this thread. */
export const spawnSignalWorkerHere = (): MortalWorker =>
  spawnHere(SIGNAL_CONTRACT, signalApi(nodeEnginePlatform.loadKernels));

const spawnHere = <C extends Contract>(contract: C, api: ApiOf<C>): MortalWorker =>
  inThisThread((endpoint) => exposeWorker(contract, api, endpoint));

function inThisThread(expose: (endpoint: Endpoint) => void): MortalWorker {
  const { port1, port2 } = new MessageChannel();
  const listeners: ((reason: string) => void)[] = [];
  expose(port2);
  port1.start();
  return {
    endpoint: port1,
    onDeath: (listener) => void listeners.push(listener),
    terminate() {
      port1.close();
      port2.close();
    },
    die(reason) {
      for (const listener of listeners) listener(reason);
    },
  };
}

const files = nodePlatform();

/** What the engine stands on in Node: the real kernels and the real readers. */
const nodeEnginePlatform: EnginePlatform = {
  files,
  loadKernels: once(() => loadKernels(BUILT_KERNELS)),
  openLedger: (source, mapping, options) => openForAnalysis(source, mapping, { platform: files, ...options }),
};

export const newEngine = (): Engine => createEngine(nodeEnginePlatform);
/** Previews every change of the signals, however quick, in as little time as can be. */
export const newPreviewingEngine = (): Engine =>
  createEngine({ ...nodeEnginePlatform, preview: { from: 0, budget: 0 } });

export interface TinyLedger {
  readonly name?: string;
  /** Turns; each of the three providers speaks once per turn. */
  readonly turns?: number;
  readonly seed?: number;
  /** Turn from which provider "c" scatters threefold; none by default. */
  readonly fracture?: number;
  /** Neither embedding nor text. */
  readonly bare?: boolean;
  /** Every event says something. */
  readonly texts?: boolean;
}

const DIMENSION = 6;
const PROVIDERS = ['a', 'b', 'c'];

/**
 * A ledger of three providers with 6-dimensional embeddings, as an NDJSON file: residuals share most of their variance,
 * every 50th event is void.
 */
export function tinyLedger({
  name = 'tiny.ndjson',
  turns = 400,
  seed = 1,
  fracture = Infinity,
  bare = false,
  texts = false,
}: TinyLedger = {}): LedgerSource {
  const random = mulberry32(seed);
  const normal = () => boxMuller(1 - random(), random());
  const vector = (scale: number) => Array.from({ length: DIMENSION }, () => scale * normal());
  const lines: string[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const shared = vector(Math.sqrt(0.72));
    for (const [p, provider] of PROVIDERS.entries()) {
      const id = lines.length + 1;
      const broken = provider === 'c' && turn >= fracture;
      const own = vector(broken ? 3 : Math.sqrt(0.28));
      const embedding = own.map((value, axis) => value + (broken ? 0 : shared[axis]) + (axis % 3 === p ? 2 : 0));
      lines.push(
        JSON.stringify({
          event_id: id,
          ts: 1_700_000_000_000 + 1000 * turn + 40 * p,
          provider_id: provider,
          agent_id: `${provider}${turn % 2}`,
          thread_id: `t${turn >> 5}`,
          latency_ms: 40 + 20 * random(),
          ...(bare ? {} : { embedding: id % 50 === 0 ? null : embedding }),
          ...(texts
            ? { text: `Message ${id % 7} of ${provider}, ${'and so on '.repeat(id % 4)}${id % 5 ? '.' : '?'}` }
            : {}),
        }),
      );
    }
  }
  return { kind: 'files', files: [{ path: name, blob: new Blob([lines.join('\n')]) }] };
}
