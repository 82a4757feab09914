import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from '@playwright/test';
import { build } from 'esbuild';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.mjs';
import { serve } from '../cli/serve.ts';
import { BUILT_KERNELS } from '../kernels/load.node.ts';
import type { EngineName } from './model.ts';
import type { Opened, Session, Side } from './session.ts';

/** Something that runs the wasm and the reference implementation of the cases. */
export interface Engine {
  readonly name: EngineName;
  prepare(n: number, k: number): Promise<void>;
  open(id: string): Promise<Opened>;
  /** Milliseconds of `times` runs. */
  run(side: Side, times: number): number | Promise<number>;
  /** The signals stage at several sizes, to be run in turn. */
  prepareGrowth(ns: readonly number[], k: number): Promise<void>;
  runGrowth(n: number, times: number): number | Promise<number>;
  /** The signals stage over workers; null if the engine is not the one whose workers the app uses. */
  readonly pool: {
    prepare(n: number, k: number, workers: readonly number[]): Promise<void>;
    run(workers: number): Promise<number>;
  } | null;
  /** Lets go of the size at hand. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export function nodeEngine(session: Session): Engine {
  return {
    name: 'Node',
    prepare: (n, k) => session.prepare(n, k),
    open: (id) => session.open(id),
    run: (side, times) => session.run(side, times),
    prepareGrowth: (ns, k) => session.prepareGrowth(ns, k),
    runGrowth: (n, times) => session.runGrowth(n, times),
    pool: null,
    release: async () => session.close(),
    close: async () => session.close(),
  };
}

const PAGE = fileURLToPath(new URL('./page.ts', import.meta.url));
const SIGNAL_WORKER = fileURLToPath(new URL('./signal.worker.ts', import.meta.url));

/** Of the Chromium that is driven; null if there is none. */
export async function chromiumVersion(): Promise<string | null> {
  try {
    const { executablePath, env } = await findChromium();
    const browser = await chromium.launch({ executablePath, env, args: CHROMIUM_ARGS });
    const version = browser.version();
    await browser.close();
    return version;
  } catch {
    return null;
  }
}

/** The same cases in a page of a real Chromium, isolated as the app is. Needs the kernels compiled. */
export async function chromiumEngine(folder: string): Promise<Engine> {
  const root = join(folder, 'page');
  await mkdir(root, { recursive: true });
  await build({
    entryPoints: { page: PAGE, signal: SIGNAL_WORKER },
    outdir: root,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  await copyFile(BUILT_KERNELS, join(root, 'kernels.wasm'));
  await writeFile(
    join(root, 'index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>bench</title>' +
      '<script type="module" src="page.js"></script>\n',
  );
  const server = await serve({ root, port: 0 });
  let browser: Browser | null = null;
  try {
    const { executablePath, env } = await findChromium();
    browser = await chromium.launch({ executablePath, env, args: CHROMIUM_ARGS });
    const started = browser;
    const page = await started.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(server.url);
    await page.waitForFunction(() => 'tautlineBench' in window);
    await page.evaluate(async () => {
      await window.tautlineBench;
    });
    return {
      name: 'Chromium',
      prepare: (n, k) =>
        page.evaluate(async (size) => (await window.tautlineBench).prepare(...size), [n, k] as [number, number]),
      open: (id) => page.evaluate(async (name) => (await window.tautlineBench).open(name), id),
      run: (side, times) =>
        page.evaluate(async (what) => (await window.tautlineBench).run(...what), [side, times] as [Side, number]),
      prepareGrowth: (ns, k) =>
        page.evaluate(async (what) => (await window.tautlineBench).prepareGrowth(...what), [ns, k] as [
          readonly number[],
          number,
        ]),
      runGrowth: (n, times) =>
        page.evaluate(async (what) => (await window.tautlineBench).runGrowth(...what), [n, times] as [number, number]),
      pool: {
        prepare: (n, k, workers) =>
          page.evaluate(async (what) => (await window.tautlineBench).preparePool(...what), [n, k, workers] as [
            number,
            number,
            readonly number[],
          ]),
        run: (workers) => page.evaluate(async (count) => (await window.tautlineBench).runPool(count), workers),
      },
      release: () => page.evaluate(async () => (await window.tautlineBench).close()),
      async close() {
        await started.close();
        await server.close();
      },
    };
  } catch (thrown) {
    await browser?.close();
    await server.close();
    throw thrown;
  }
}
