import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import puppeteer, { type ElementHandle } from 'puppeteer-core';
import { findFirefox } from '../scripts/firefox.mjs';
import { signalsToArrow } from '../src/analysis/signalsTable.ts';
import { createStages } from '../src/analysis/stages.ts';
import { alertsToJson } from '../src/detection/alertJson.ts';
import { DEFAULT_PARAMETERS } from '../src/detection/parameters.ts';
import { loadKernels } from '../src/kernels/load.node.ts';
import { namedBlobs } from '../src/ledger/files.node.ts';
import { openForAnalysis } from '../src/analysis/open.ts';
import { nodePlatform } from '../src/ledger/parquet.node.ts';
import { fixture, ndjson, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

/** Rows of the signals and the alerts, every number to its last bit. */
interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly alerts: readonly string[];
}

let folder = '';
let made = '';
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-'));
  const { name, buffer } = ndjson(700, (i) => ({
    embedding: [0, 1, 2, 3].map((d) => (i > 400 && i % 3 === 0 ? 4 : 1) * Math.sin(i * (d + 1.37) + i * i * 0.731)),
    latency_ms: 20 + ((i * 37) % 900) / 8,
  }));
  made = join(folder, name);
  await writeFile(made, buffer);
});
test.afterAll(() => rm(folder, { recursive: true }));

async function byNode(path: string): Promise<Answer> {
  const files = await namedBlobs(path);
  const ledger = await openForAnalysis({ kind: 'files', files }, null, { platform: nodePlatform() });
  const stages = createStages(await loadKernels(), ledger);
  const { events, signals, decisions } = await stages.run(DEFAULT_PARAMETERS, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const table = tableFromIPC(signalsToArrow(events, signals, decisions));
  const columns = table.schema.fields.map(({ name }) => name).sort();
  const vectors = columns.map((name) => table.getChild(name)!);
  const rows = Array.from({ length: table.numRows }, (_, i) =>
    exact(vectors.map((vector) => vector.get(i) as unknown)),
  );
  return { columns, rows, alerts: alertsToJson(decisions.alerts, events.streams).map((alert) => exact(alert)) };
}

/** As JSON, with what JSON loses. Runs in the browsers too, so it needs nothing from outside. */
function exact(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    if (typeof inner === 'number' && Number.isInteger(inner)) return Object.is(inner, -0) ? '-0' : String(inner);
    if (typeof inner === 'number') return Number.isNaN(inner) ? 'NaN' : String(inner);
    return inner;
  });
}

interface Shown extends Omit<Answer, 'alerts'> {
  readonly alerts: Parameters<typeof alertsToJson>[0];
  readonly streams: readonly string[];
}

/** What the page has of the ledger that it shows. */
async function shown(toText: typeof exact): Promise<Shown> {
  await window.__tautline!.idle();
  const found = await window.__tautline!.query('select * from signals order by row');
  const columns = Object.keys(found[0]).sort();
  const { alerts, streams } = window.__tautline!.state().analysis.report!;
  return {
    columns,
    rows: found.map((row) => toText(columns.map((name) => row[name]))),
    alerts,
    streams: streams.map(({ name }) => name),
  };
}

/** Sent as text: a policy of the page may forbid it to make functions of texts itself. */
const ASK = `(${shown.toString()})(${exact.toString()})`;

const answerOf = ({ alerts, streams, ...rest }: Shown): Answer => ({
  ...rest,
  alerts: alertsToJson(alerts, streams).map((alert) => exact(alert)),
});

function expectSame(answer: Answer, node: Answer): void {
  expect(answer.columns).toEqual(node.columns);
  expect(answer.rows.length).toBe(node.rows.length);
  const differing = answer.rows.findIndex((row, i) => row !== node.rows[i]);
  expect(differing < 0 ? null : { row: differing, is: answer.rows[differing] }).toEqual(
    differing < 0 ? null : { row: differing, is: node.rows[differing] },
  );
  expect(answer.alerts).toEqual(node.alerts);
}

const LEDGERS = {
  'fracture.parquet': () => fixture('fracture.parquet'),
  'backoff_void_reset.parquet': () => fixture('backoff_void_reset.parquet'),
  'a made NDJSON': () => made,
} as const;

for (const [name, pathOf] of Object.entries(LEDGERS)) {
  test(`Chromium gives the bits that Node gives: ${name}`, { tag: '@core' }, async ({ page }) => {
    const path = pathOf();
    await page.goto('/');
    await openFiles(page, path);
    const node = await byNode(path);
    expect(node.rows.length).toBeGreaterThan(500);
    expectSame(answerOf(await page.evaluate<Shown>(ASK)), node);
  });
}

test.describe('Firefox', () => {
  const executablePath = findFirefox();
  test.skip(executablePath === null, 'there is no Firefox: install firefox-esr, or name one in TAUTLINE_FIREFOX');

  test('gives the bits that Node gives', async ({ baseURL }) => {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: executablePath!,
      headless: true,
      // Whatever asks for another host finds a proxy that is not there.
      extraPrefsFirefox: {
        'network.proxy.type': 1,
        'network.proxy.http': '127.0.0.1',
        'network.proxy.http_port': 9,
        'network.proxy.ssl': '127.0.0.1',
        'network.proxy.ssl_port': 9,
        'network.proxy.no_proxies_on': 'localhost, 127.0.0.1',
      },
    });
    try {
      for (const pathOf of Object.values(LEDGERS)) {
        const path = pathOf();
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(String(error)));
        await page.goto(baseURL!);
        const input = await page.waitForSelector('input[type=file]:not([webkitdirectory])');
        await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
        await page.waitForFunction(() => window.__tautline?.state().analysis.report, { timeout: 60_000 });
        const answer = answerOf((await page.evaluate(ASK)) as Shown);
        expectSame(answer, await byNode(path));
        expect(errors, basename(path)).toEqual([]);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
});
