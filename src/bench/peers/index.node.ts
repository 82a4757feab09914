import { access, copyFile, cp, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { CHROMIUM_ARGS, findChromium } from '../../../scripts/chromium.mjs';
import { serve } from '../../cli/serve.ts';
import { formatCount } from '../../core/format.ts';
import { median } from '../../core/statistics.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { findFiles } from '../../ledger/files.node.ts';
import { benignLedger } from '../app/ledger.ts';
import { watchRenderers } from '../app/memory.ts';
import { openFolder, withApp, type Browser } from '../app/opening.ts';
import type { PeerRow } from '../model.ts';
import { arrowLedger } from './arrow.node.ts';
import type { Shown } from './pages/peer.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const page = (url: URL): string => fileURLToPath(url);
const PAGES = {
  grid: page(new URL('./pages/grid.ts', import.meta.url)),
  line: page(new URL('./pages/line.ts', import.meta.url)),
  atlas: page(new URL('./pages/atlas.ts', import.meta.url)),
  mosaic: page(new URL('./pages/mosaic.ts', import.meta.url)),
};
type PageName = keyof typeof PAGES;
const NAMES = Object.keys(PAGES) as PageName[];

/** What each does in the time that is taken, from one Arrow stream of the ledger in the page to a picture. */
const PEERS: Readonly<Record<PageName, { readonly name: string; readonly does: string }>> = {
  grid: { name: 'Perspective 5.5, Datagrid', does: 'a table of eleven columns, scrolled; computes nothing' },
  line: {
    name: 'Perspective 4.3, X/Y Line (d3fc)',
    does: 'one line of given friction per provider, every point of it; computes nothing',
  },
  atlas: {
    name: 'Embedding Atlas 0.23',
    does: 'into DuckDB-WASM, then a scatter of two given coordinates, WebGL 2; computes nothing',
  },
  mosaic: {
    name: 'Mosaic 0.32 (vgplot)',
    does: 'into DuckDB-WASM, then one line of given friction per provider, thinned by the database',
  },
};

interface Once {
  readonly ms: number;
  readonly longestTask: number;
  readonly memory: number | null;
}

/** Whether the packages of the peers are there. */
export const hasPeers = (): Promise<boolean> =>
  access(join(FOLDER, 'node_modules/@perspective-dev')).then(
    () =>
      access(join(FOLDER, 'perspective4/node_modules/@perspective-dev')).then(
        () => true,
        () => false,
      ),
    () => false,
  );

/**
 * Shows the same ledger in the app and in each of the peers, in turn.
 * @param scratch folder for the pages and their data
 */
export async function measurePeers(
  kernels: KernelModule,
  { events, rounds, scratch }: { readonly events: number; readonly rounds: number; readonly scratch: string },
  progress: (text: string) => void,
): Promise<PeerRow[]> {
  const folder = await benignLedger({ events }, progress);
  const root = join(scratch, 'peers');
  const { files } = await findFiles(folder);
  progress('the pages of the peers');
  const data = join(scratch, `peers-${events}.arrow`);
  await arrowLedger(kernels, folder, data);
  await makePages(root, data);
  const { executablePath, env } = await findChromium();
  const browser: Browser = { executablePath, env, args: CHROMIUM_ARGS };
  const app = await serve({ root: 'dist', port: 0 });
  // Their pages make code and styles of text.
  const pages = await serve({
    root,
    port: 0,
    api: async (_, response) => {
      response.removeHeader('Content-Security-Policy');
      return false;
    },
  });
  try {
    const subjects: readonly { name: string; does: string; run: () => Promise<Once> }[] = [
      {
        name: 'Tautline',
        does:
          `${files.length} Parquet files read and decoded; ` +
          'signals, limits and alerts of every event computed and drawn ' +
          '(task and memory: until all tables are filled)',
        run: () =>
          withApp({ url: app.url }, browser, progress, async (page) => {
            const { firstPicture, longestTask, memory } = await openFolder(page, folder);
            return { ms: firstPicture, longestTask, memory: memory?.peak ?? null };
          }),
      },
      ...NAMES.map((name) => ({ ...PEERS[name], run: () => showPeer(browser, pages.url, name, root) })),
    ];
    const samples = subjects.map((): Once[] => []);
    for (let round = 1; round <= rounds; round++)
      for (const [i, { name, run }] of subjects.entries()) {
        progress(`round ${round} of ${rounds}: ${name}, ${formatCount(events)} events`);
        samples[i].push(await run());
      }
    return subjects.map(({ name, does }, i) => summary(name, does, samples[i]));
  } finally {
    await Promise.all([app.close(), pages.close()]);
  }
}

function summary(name: string, does: string, runs: readonly Once[]): PeerRow {
  const times = runs.map(({ ms }) => ms);
  const memories = runs.flatMap(({ memory }) => memory ?? []);
  return {
    name,
    does,
    firstPicture: median(times),
    least: Math.min(...times),
    most: Math.max(...times),
    longestTask: Math.max(...runs.map(({ longestTask }) => longestTask)),
    memory: memories.length === 0 ? null : Math.max(...memories),
    rounds: runs.length,
  };
}

/** The pages with all that they fetch: nothing comes from elsewhere. */
async function makePages(root: string, data: string): Promise<void> {
  await rm(root, { recursive: true, force: true });
  await mkdir(join(root, 'duckdb'), { recursive: true });
  await build({
    entryPoints: Object.values(PAGES),
    outdir: root,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    alias: { 'duckdb-of-peers': '@duckdb/duckdb-wasm' },
    logLevel: 'error',
  });
  for (const name of NAMES)
    await writeFile(
      join(root, `${name}.html`),
      '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>peer</title>' +
        '<div id="peer" style="position: absolute; inset: 0"></div>' +
        `<script type="module" src="${name}.js"></script>\n`,
    );
  await writeFile(join(root, 'index.html'), '<!doctype html><title>peers</title>\n');
  await link(data, join(root, 'ledger.arrow'));
  const installed = join(FOLDER, 'node_modules');
  for (const file of ['duckdb-browser-eh.worker.js', 'duckdb-eh.wasm'])
    await copyFile(join(installed, '@duckdb/duckdb-wasm/dist', file), join(root, 'duckdb', file));
  for (const worker of ['clustering', 'embedding', 'search'])
    await copyFile(join(installed, `embedding-atlas/dist/${worker}.worker.js`), join(root, `${worker}.worker.js`));
  for (const [from, to] of [
    ['node_modules', 'perspective5'],
    ['perspective4/node_modules', 'perspective4'],
  ])
    await cp(join(FOLDER, from, '@perspective-dev'), join(root, to), { recursive: true });
}

async function showPeer(
  { executablePath, env, args }: Browser,
  url: string,
  name: PageName,
  shots: string,
): Promise<Once> {
  const browser = await chromium.launch({
    executablePath,
    env,
    args: [...args, '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  });
  const memory = watchRenderers();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(300_000);
    const failed = new Promise<never>((_, fail) => {
      page.on('pageerror', ({ message }) => fail(new Error(`the page of ${name} failed: ${message}`)));
    });
    await page.goto(`${url}${name}.html`);
    await Promise.race([page.waitForFunction(() => window.showPeer !== undefined), failed]);
    const shown: Promise<Shown> = page.evaluate(() => window.showPeer!());
    const { ms, longestTask } = await Promise.race([shown, failed]);
    // To be looked at: a picture that is empty was no picture.
    await page.screenshot({ path: join(shots, `${name}.png`) });
    return { ms, longestTask, memory: (await memory.stop())?.peak ?? null };
  } finally {
    await memory.stop();
    await browser.close();
  }
}
