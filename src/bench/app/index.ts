import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatBytes, formatCount } from '../../core/format.ts';
import { serve } from '../../cli/serve.ts';
import { CHROMIUM_ARGS, findChromium } from '../../../scripts/chromium.mjs';
import { benignLedger } from './ledger.ts';
import { measureApp, type AppMeasurements } from './measure.ts';

export interface AppBenchOptions {
  /** Events of the ledger; default 1,000,000. */
  readonly events?: number;
  /** Characters that a text has at least; by default what the harness writes, some 80. */
  readonly leastText?: number | null;
  /** The built app; default dist/. */
  readonly root?: string;
  readonly onNote?: (text: string) => void;
}

/** A line of the table. */
export interface AppBenchRow {
  readonly what: string;
  readonly measured: string;
  /** Empty where there is none. */
  readonly target: string;
  /** Null if there is no target, or nothing was measured. */
  readonly met: boolean | null;
}

export interface AppBenchResult {
  readonly measurements: AppMeasurements;
  readonly rows: readonly AppBenchRow[];
}

/**
 * Opens a generated ledger of a million events in the built app in Chromium, and measures what a user waits for. Needs
 * `npm run build` first.
 */
export async function runAppBench({
  events = 1_000_000,
  leastText = null,
  root = 'dist',
  onNote = () => undefined,
}: AppBenchOptions = {}): Promise<AppBenchResult> {
  const folder = await benignLedger(events, leastText, onNote);
  const server = await serve({ root: resolve(root), port: 0 });
  try {
    const { executablePath, env } = await findChromium();
    const measurements = await measureApp(server.url, folder, { executablePath, env, args: CHROMIUM_ARGS }, onNote);
    return { measurements, rows: rowsOf(measurements) };
  } finally {
    await server.close();
  }
}

const MIB = 2 ** 20;

/** The measurements with the targets they are held against. */
export function rowsOf(m: AppMeasurements): AppBenchRow[] {
  const ms = (what: string, value: number, most?: number): AppBenchRow => ({
    what,
    measured: Number.isFinite(value) ? `${formatCount(Math.round(value))} ms` : 'not seen',
    target: most === undefined ? '' : `≤ ${formatCount(most)} ms`,
    met: most === undefined || !Number.isFinite(value) ? null : value <= most,
  });
  const bytes = (what: string, value: number | undefined | null, most?: number): AppBenchRow => ({
    what,
    measured: value === undefined || value === null ? 'not measured here' : formatBytes(value),
    target: most === undefined ? '' : `≤ ${formatBytes(most)}`,
    met: most === undefined || value === undefined || value === null ? null : value <= most,
  });
  const rate = (what: string, value: number, least?: number): AppBenchRow => ({
    what,
    measured: `${value.toFixed(1)} a second`,
    target: least === undefined ? '' : `≥ ${least}`,
    met: least === undefined ? null : value >= least,
  });
  return [
    ms('open: progress shown', m.progress, 500),
    ms('open: first full picture', m.firstPicture, 8000),
    ms('open: tables filled, at rest', m.atRest),
    ms('open: longest main-thread task (0: none over 50)', m.openLongestTask, 50),
    ms('open: longest wait for the main thread', m.openLag),
    bytes('open: peak renderer memory (resident)', m.openMemory?.peak, 1536 * MIB),
    bytes("open: of it the process's own", m.openMemory?.own),
    bytes('at rest: held by page and workers', m.heldBytes),
    rate('threshold slider: pictures', m.picturesPerSecond, 30),
    rate('threshold slider: frames', m.framesPerSecond),
    ms('threshold slider: longest main-thread task (0: none over 50)', m.dragLongestTask, 50),
    ms('threshold slider: longest wait for the main thread', m.dragLag),
    ms('zoom: picture', m.zoom),
    ms('lambda, zoomed in: first picture', m.lambdaFirst, 150),
    ms('lambda, zoomed in: refined', m.lambdaRefined),
    ms('lambda, whole ledger: first picture', m.lambdaWholeFirst, 150),
    ms('lambda, whole ledger: refined', m.lambdaWholeRefined),
    ms('all: longest main-thread task (0: none over 50)', m.longestTask, 50),
    ms('all: longest wait for the main thread', m.lag),
    bytes('all: peak renderer memory (resident)', m.memory?.peak, 1536 * MIB),
  ];
}

/** The rows as text, one per line. */
export function printRows(rows: readonly AppBenchRow[]): string {
  const widths = [
    Math.max(...rows.map(({ what }) => what.length)),
    Math.max(...rows.map(({ measured }) => measured.length)),
  ];
  return rows
    .map(({ what, measured, target, met }) => {
      const verdict = met === null ? '' : met ? 'met ' : 'MISSED ';
      return `${what.padEnd(widths[0])}  ${measured.padStart(widths[1])}  ${verdict}${target}`.trimEnd();
    })
    .join('\n');
}

if (import.meta.filename === resolve(process.argv[1] ?? '')) {
  const { values } = parseArgs({
    options: {
      events: { type: 'string' },
      text: { type: 'string' },
      root: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const result = await runAppBench({
    events: values.events === undefined ? undefined : Number(values.events),
    leastText: values.text === undefined ? null : Number(values.text),
    root: values.root,
    onNote: (text) => process.stderr.write(`${text}\n`),
  });
  console.log(values.json ? JSON.stringify(result.measurements, null, 1) : printRows(result.rows));
}
