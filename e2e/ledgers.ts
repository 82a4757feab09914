import { createServer, type Server } from 'node:http';
import { open, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import type {} from '../src/state/testHook.ts';

/** A small ledger of the project's fixtures. */
export const fixture = (name: string): string => fileURLToPath(new URL(`../src/detection/fixtures/${name}`, import.meta.url));

/** Resolves when the page has finished whatever it was doing, and has drawn it. */
export async function idle(page: Page): Promise<void> {
  await page.waitForFunction(() => window.__tautline !== undefined);
  await page.evaluate(() => window.__tautline!.idle());
}

/** Opens files through the file picker and waits for the picture. */
export async function openFiles(page: Page, files: string | string[] | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  await page.locator('input[type=file]:not([webkitdirectory])').first().setInputFiles(files);
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
}

/** Serves the fixtures on another origin, as a file host would. `asked` lists the requests for bytes. */
export async function fileHost({ cors, ranges }: Manners): Promise<{ url: string; asked: string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      if (cors) {
        response.setHeader('Access-Control-Allow-Origin', '*');
        response.setHeader('Access-Control-Allow-Headers', 'Range');
        response.setHeader('Access-Control-Expose-Headers', 'Content-Range, Accept-Ranges, Content-Length');
      }
      if (request.method === 'OPTIONS') return void response.writeHead(204).end();
      const path = fixture(decodeURIComponent(new URL(request.url!, 'http://x').pathname.slice(1)));
      const size = await stat(path).then((s) => s.size, () => -1);
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
      const file = await open(path);
      file.createReadStream({ start: from, end: to }).pipe(response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    asked,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}
