import { instantiateKernels } from '../kernels/module.ts';
import { createSignalPool } from '../workers/signalPool.ts';
import { browserWorker } from '../workers/service/browserWorker.ts';
import { Session, type Opened, type Side } from './session.ts';

/** What the page offers to the program that drives it (chromium.node.ts). */
export interface BenchPage {
  prepare(n: number, k: number): Promise<void>;
  open(id: string): Promise<Opened>;
  run(side: Side, times: number): number;
  prepareGrowth(ns: readonly number[], k: number): Promise<void>;
  runGrowth(n: number, times: number): number;
  preparePool(n: number, k: number, workers: readonly number[]): Promise<void>;
  runPool(workers: number): Promise<number>;
  close(): void;
}

declare global {
  interface Window {
    tautlineBench: Promise<BenchPage>;
  }
}

window.tautlineBench = WebAssembly.compileStreaming(fetch('kernels.wasm')).then(
  (module) =>
    new Session(instantiateKernels(module), (workers) =>
      createSignalPool(workers, () => browserWorker(new Worker('signal.js', { type: 'module', name: 'signals' }))),
    ),
);
