import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import type {} from '../src/state/testHook.ts';

/** A small ledger of the project's fixtures. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../src/detection/fixtures/${name}`, import.meta.url));

/** Resolves when the page has finished whatever it was doing, and has drawn it. */
export async function idle(page: Page): Promise<void> {
  await page.waitForFunction(() => window.__tautline !== undefined);
  await page.evaluate(() => window.__tautline!.idle());
}

/** Where a ledger is open the pickers are behind a button. */
export async function openSheet(page: Page): Promise<void> {
  await page.waitForFunction(() => window.__tautline !== undefined);
  if ((await page.evaluate(() => window.__tautline!.state().ledger.phase)) === 'open')
    await page.getByRole('button', { name: 'Open…' }).click();
}

/** Opens files through the file picker and waits for the picture. */
export async function openFiles(
  page: Page,
  files: string | string[] | { name: string; mimeType: string; buffer: Buffer },
): Promise<void> {
  await openSheet(page);
  await page.getByTestId('file-input').first().setInputFiles(files);
  await idle(page);
}

export async function openSample(page: Page, title: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: title }).click();
  await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: 30_000 });
  await idle(page);
}

/** What a file server does wrong, for ledgers opened from a URL. */
export interface Manners {
  readonly cors: boolean;
  readonly ranges: boolean;
  /** How long every answer with bytes is kept waiting, in ms. */
  readonly delay?: number;
  /** Where a file lies on disk, by its name; the fixtures where absent. */
  readonly locate?: (name: string) => string;
}

/** Serves the fixtures on another origin, as a file host would. `asked` lists the requests for bytes. */
export async function fileHost({
  cors,
  ranges,
  delay = 0,
  locate = fixture,
}: Manners): Promise<{ url: string; asked: string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      if (cors) {
        response.setHeader('Access-Control-Allow-Origin', '*');
        response.setHeader('Access-Control-Allow-Headers', 'Range');
        response.setHeader('Access-Control-Expose-Headers', 'Content-Range, Accept-Ranges, Content-Length');
      }
      if (request.method === 'OPTIONS') return void response.writeHead(204).end();
      const path = locate(decodeURIComponent(new URL(request.url!, 'http://x').pathname.slice(1)));
      const size = await stat(path).then(
        (s) => s.size,
        () => -1,
      );
      if (size < 0) return void response.writeHead(404).end('no such file');
      const range = ranges ? /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') : null;
      asked.push(`${request.method} ${request.headers.range ?? 'whole'}`);
      const from = range ? (range[1] ? Number(range[1]) : size - Number(range[2])) : 0;
      const to = range?.[1] && range[2] ? Math.min(size - 1, Number(range[2])) : size - 1;
      if (ranges) response.setHeader('Accept-Ranges', 'bytes');
      if (range) response.setHeader('Content-Range', `bytes ${from}-${to}/${size}`);
      response.setHeader('Content-Length', to - from + 1);
      response.writeHead(range ? 206 : 200);
      if (request.method === 'HEAD') return void response.end();
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (response.destroyed) return;
      createReadStream(path, { start: from, end: to }).pipe(response);
    })();
  });
  return { ...(await listen(server)), asked };
}

async function listen(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const PLAIN_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the build in the folder tautline/ of another origin as the plainest of hosts would: no headers of isolation,
 * no compression, .wasm as bytes.
 */
export async function plainHost(): Promise<{ url: string; close(): Promise<void> }> {
  const root = fileURLToPath(new URL('../dist/', import.meta.url));
  const server = createServer((request, response) => {
    void (async () => {
      const path = /^\/tautline\/([\w./-]*)$/.exec(new URL(request.url!, 'http://x').pathname)?.[1];
      const bytes = path === undefined ? null : await readFile(join(root, path || 'index.html')).catch(() => null);
      if (!bytes) return void response.writeHead(404).end();
      response.setHeader('Content-Type', PLAIN_TYPES[extname(path || 'index.html')] ?? 'application/octet-stream');
      response.end(bytes);
    })();
  });
  const { url, close } = await listen(server);
  return { url: `${url}tautline/`, close };
}

/** A small ledger as NDJSON, one row per event; `change` overrides fields of a row, undefined leaves one out. */
export function ndjson(
  rows: number,
  change: (i: number) => Readonly<Record<string, unknown>> = () => ({}),
): { name: string; mimeType: string; buffer: Buffer } {
  const wave = (i: number, d: number) => Math.sin(i * (d + 1.37)) + Math.sin(i * i * 0.731 + d);
  const lines = Array.from({ length: rows }, (_, i) =>
    JSON.stringify({
      event_id: i,
      ts: 1_767_225_600_000 + 1000 * i,
      provider_id: `p${i % 3}`,
      text: `message ${i}`,
      embedding: [0, 1, 2, 3].map((d) => wave(i, d)),
      ...change(i),
    }),
  );
  return { name: 'made.ndjson', mimeType: '', buffer: Buffer.from(lines.join('\n')) };
}
