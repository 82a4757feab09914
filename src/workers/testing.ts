import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { Worker } from 'node:worker_threads';
import { boxMuller, mulberry32 } from '../core/random.ts';
import { BUILT_KERNELS, loadKernels } from '../kernels/load.node.ts';
import { instantiateKernels, type KernelModule } from '../kernels/module.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { LedgerSource } from '../ledger/types.ts';
import { crewToWire } from './crew.ts';
import { Engine, type EnginePlatform } from './engine.ts';
import { runHarnessTask } from './harnessTask.ts';
import type { HarnessMessage } from './harnessPool.ts';
import type { SpawnedWorker } from './lifeline.ts';
import type { EngineApi } from './protocol.ts';
import { scanToWire } from './scanThread.ts';
import { once } from './once.ts';
import { engineToWire, plainErrors } from './wire.ts';

/** A Node worker thread behind the interface of a browser's worker, for tests. */
export function spawnNodeWorker(script: URL): SpawnedWorker {
  const worker = new Worker(script);
  return {
    endpoint: nodeEndpoint(worker),
    onDeath(listener) {
      worker.on('error', (error) => listener(error instanceof Error ? error.message : String(error)));
      worker.on('messageerror', () => listener('it sent an answer that cannot be read'));
      worker.on('exit', (code) => listener(`it ended with code ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}

/**
 * An engine in this thread, behind the wire that its worker would be behind: every message is cloned or transferred as
 * in the browser.
 */
export const spawnEngineHere = (engine: EngineApi): SpawnedWorker & { die(reason: string): void } =>
  spawnHere(engineToWire(engine));

/** A harness worker in this thread, with kernels of its own. */
export function spawnHarnessHere(): SpawnedWorker & { die(reason: string): void } {
  let kernels: KernelModule | null = null;
  return spawnHere({
    run: ({ module, task }: HarnessMessage) =>
      plainErrors('running a task', () => runHarnessTask((kernels ??= instantiateKernels(module)), task)),
  });
}

/** A scan worker in this thread. */
export const spawnScanHere = (): SpawnedWorker & { die(reason: string): void } =>
  spawnHere(scanToWire(() => nodePlatform()));

function spawnHere(api: unknown): SpawnedWorker & { die(reason: string): void } {
  const { port1, port2 } = new MessageChannel();
  const listeners: ((reason: string) => void)[] = [];
  expose(api, port2);
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
  loadKernels: once(() => loadKernels(BUILT_KERNELS)),
  openLedger: (source, mapping, options) => openLedger(source, mapping, { platform: files, ...options }),
};

export const newEngine = (): Engine => new Engine(nodeEnginePlatform);
/** Previews every change of the signals, however quick, in as little time as can be. */
export const newPreviewingEngine = (): Engine => new Engine({ ...nodeEnginePlatform, preview: { from: 0, budget: 0 } });

export interface TinyLedger {
  readonly name?: string;
  /** Turns; each of the three providers speaks once a turn. */
  readonly turns?: number;
  readonly seed?: number;
  /** Turn from which provider "c" scatters threefold; none by default. */
  readonly fracture?: number;
  /** Neither embedding nor text. */
  readonly bare?: boolean;
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
        }),
      );
    }
  }
  return { kind: 'files', files: [{ path: name, blob: new Blob([lines.join('\n')]) }] };
}

/** A signal worker in this thread, behind its wire. */
export const spawnCrewHere = (): SpawnedWorker & { die(reason: string): void } =>
  spawnHere(crewToWire(nodeEnginePlatform.loadKernels));
