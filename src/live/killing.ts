import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { openMulberry32 } from '../core/random.ts';
import type { Killed } from './killed.node.ts';
import type { LedgerEvent } from './live_pb.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** As deep in the project as a file of src/live/. */
const BUNDLE = `${ROOT}build/killed/killed.mjs`;

/** Bundles the process that tests kill: from sources it would start in seconds. */
export async function bundleKilled(): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/live/killed.node.ts'],
    outfile: BUNDLE,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' },
    external: ['parquet-wasm', 'onnxruntime-web'],
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
    },
  });
}

export interface Running {
  readonly child: ChildProcess;
  /** When it owns the ledger, or ended. */
  readonly claimed: Promise<unknown>;
  /** Which signal ended it, or what it said last. */
  readonly ended: Promise<string>;
}

export function startKilled(options: Killed): Running {
  const child = spawn(process.execPath, [BUNDLE, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4000)));
  const ended = new Promise<string>((done) => {
    child.once('close', (code, signal) => done(signal ?? `exit ${code}: ${said}`));
  });
  const claimed = Promise.race([new Promise((done) => child.stdout.once('data', done)), ended]);
  return { child, claimed, ended };
}

/** Within two seconds of source time in any order, and one in twenty twice. */
export function shuffled(events: readonly LedgerEvent[], seed: number): LedgerEvent[] {
  const random = openMulberry32(seed);
  return events
    .flatMap((event) => (random() < 0.05 ? [event, event] : [event]))
    .map((event) => ({ event, at: Number(event.sourceMicros) + 1_900_000 * random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}
