import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ISOLATION } from '../../cli/securityHeaders.ts';
import { serve } from '../../cli/serve.ts';
import { CHROMIUM_ARGS, findChromium } from '../../../scripts/chromium.mjs';
import { measureLarge, type Large, type LargeSize } from './large.ts';
import { benignLedger, type LedgerSize } from './ledger.ts';
import { measureUse, type AppMeasurements } from './measure.ts';
import { openFolder, readRows, rowsHash, withApp, type Browser, type Opening, type RowsRead } from './opening.ts';
import { printRows, rowsOf } from './rows.ts';

export { largeRows, rowsOf } from './rows.ts';

export interface AppBenchOptions {
  readonly ledger: LedgerSize;
  /** Openings of each kind, in turn. */
  readonly rounds: number;
  /** The built app; default dist/. */
  readonly root?: string;
  readonly onNote?: (text: string) => void;
}

const LEDGER: LedgerSize = { events: 1_000_000 };

/**
 * Opens a generated ledger in the built app in Chromium, again and again, and measures what a user waits for. Needs
 * `npm run build` first.
 */
export async function runAppBench({
  ledger,
  rounds,
  root = 'dist',
  onNote = () => undefined,
}: AppBenchOptions): Promise<AppMeasurements> {
  const folder = await benignLedger(ledger, onNote);
  const browser = await installedBrowser();
  const isolated = await serve({ root: resolve(root), port: 0 });
  const plain = await serve({
    root: resolve(root),
    port: 0,
    api: async (_, response) => {
      for (const header of Object.keys(ISOLATION)) response.removeHeader(header);
      return false;
    },
  });
  try {
    const openings = { isolated: [] as Opening[], plain: [] as Opening[], rows: [] as RowsRead[] };
    for (let round = 1; round <= rounds; round++) {
      for (const [kind, { url }] of [['isolated', isolated] as const, ['plain', plain] as const]) {
        onNote(`opening ${round} of ${rounds}, ${kind}`);
        openings[kind].push(
          await withApp({ url }, browser, onNote, async (page) => {
            if ((await page.evaluate(() => crossOriginIsolated)) !== (kind === 'isolated'))
              throw new Error(`the page of ${kind} openings is the other kind`);
            return openFolder(page, folder);
          }),
        );
      }
      onNote(`opening ${round} of ${rounds}, for its rows`);
      const target = { url: isolated.url, hash: rowsHash(folder) };
      openings.rows.push(await withApp(target, browser, onNote, (page) => readRows(page, folder)));
    }
    return { ...openings, use: await measureUse(isolated.url, folder, browser, onNote) };
  } finally {
    await Promise.all([isolated.close(), plain.close()]);
  }
}

/** The same of a ledger of many events, once: whole, and narrowed where a tab may take less. */
export async function runLargeBench(
  size: LargeSize,
  { root = 'dist', onNote = () => undefined }: Pick<AppBenchOptions, 'root' | 'onNote'>,
): Promise<Large> {
  const { events, dimension } = size;
  const folder = await benignLedger({ events, dimension }, onNote);
  const server = await serve({ root: resolve(root), port: 0 });
  try {
    return await measureLarge(server.url, folder, size, await installedBrowser(), onNote);
  } finally {
    await server.close();
  }
}

async function installedBrowser(): Promise<Browser> {
  const { executablePath, env } = await findChromium();
  return { executablePath, env, args: CHROMIUM_ARGS };
}

if (import.meta.filename === resolve(process.argv[1] ?? '')) {
  const { values } = parseArgs({
    options: {
      events: { type: 'string' },
      text: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      root: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const measured = await runAppBench({
    ledger: { events: number(values.events) ?? LEDGER.events, leastText: number(values.text) },
    rounds: Number(values.rounds),
    root: values.root,
    onNote: (text) => process.stderr.write(`${text}\n`),
  });
  console.log(values.json ? JSON.stringify(measured, null, 1) : printRows(rowsOf(measured)));
}
