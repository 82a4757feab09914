import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TautlineFailure } from '../core/errors.ts';

export interface ServeOptions {
  /** Folder to serve. */
  readonly root: string;
  /** Port to try first; 0 lets the system choose. */
  readonly port: number;
  /** True: fail when the port is taken, instead of trying the next ones. */
  readonly strictPort?: boolean;
}

export interface RunningServer {
  /** e.g. "http://localhost:4173/" */
  readonly url: string;
  close(): Promise<void>;
}

/** Ports tried after the first one. */
const PORTS_TRIED = 20;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.webm': 'video/webm',
  '.woff2': 'font/woff2',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.ndjson': 'application/x-ndjson',
  '.parquet': 'application/vnd.apache.parquet',
  '.arrow': 'application/vnd.apache.arrow.file',
};

const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/**
 * Serves the built dashboard to this machine only. Sends the precompressed copies that the build wrote, answers range
 * requests (how a large ledger is read) and sets the headers that isolate the page, which make SharedArrayBuffer
 * available to it.
 */
export async function serve({ root, port, strictPort = false }: ServeOptions): Promise<RunningServer> {
  const folder = resolve(root);
  if (!(await fileSize(join(folder, 'index.html')))) {
    throw new TautlineFailure({
      kind: 'file',
      file: join(folder, 'index.html'),
      problem: 'not found',
      advice: 'Run "npm run build" first.',
    });
  }
  const server = createServer((request, response) => {
    answer(folder, request, response).catch((thrown: unknown) => {
      // A client that goes away in the middle of a file is no error of ours.
      if (response.headersSent) return void response.destroy();
      response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${String(thrown)}\n`);
    });
  });
  const listen = (at: number): Promise<void> =>
    new Promise((done, fail) => {
      server.once('error', fail);
      server.listen(at, '127.0.0.1', () => {
        server.off('error', fail);
        done();
      });
    });
  for (let at = port; ; at++) {
    try {
      await listen(at);
      break;
    } catch (thrown) {
      const taken = (thrown as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (taken && !strictPort && at < port + PORTS_TRIED) continue;
      if (!taken) throw thrown;
      throw new TautlineFailure({
        kind: 'parameter',
        name: 'port',
        problem: `port ${at} is taken by another program`,
        advice: 'Name another with --port.',
      });
    }
  }
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const path = filePath(folder, request.url ?? '/');
  const size = path === null ? null : await fileSize(path);
  if (path === null || size === null) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
    return;
  }
  response.setHeader('Content-Type', CONTENT_TYPES[extname(path)] ?? 'application/octet-stream');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Vary', 'Accept-Encoding');
  // Names under assets/ carry a hash of the content.
  response.setHeader(
    'Cache-Control',
    path.startsWith(join(folder, 'assets') + sep) ? 'public, max-age=31536000, immutable' : 'no-cache',
  );

  const range = request.headers.range;
  if (range !== undefined) {
    const wanted = parseRange(range, size);
    if (wanted === 'unsatisfiable') {
      response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
      return;
    }
    if (wanted !== null) {
      response.writeHead(206, {
        'Content-Range': `bytes ${wanted.from}-${wanted.to}/${size}`,
        'Content-Length': wanted.to - wanted.from + 1,
      });
      await send(request, response, path, wanted);
      return;
    }
  }
  const accepted = acceptedEncodings(request.headers['accept-encoding'] ?? '');
  for (const { name, suffix } of ENCODINGS) {
    const compressed = accepted.has(name) ? await fileSize(path + suffix) : null;
    if (compressed === null) continue;
    response.writeHead(200, { 'Content-Encoding': name, 'Content-Length': compressed });
    await send(request, response, path + suffix);
    return;
  }
  response.writeHead(200, { 'Content-Length': size });
  await send(request, response, path);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  range?: { from: number; to: number },
): Promise<void> {
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(createReadStream(path, range ? { start: range.from, end: range.to } : {}), response);
}

/** The file that a request path names; null where it is malformed or leaves the folder. */
function filePath(folder: string, url: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
  return file.startsWith(folder + sep) ? file : null;
}

async function fileSize(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}

/**
 * One byte range of RFC 9110, section 14.1.2, both ends inclusive. Null: not one plain range, so the whole file is the
 * answer.
 */
export function parseRange(header: string, size: number): { from: number; to: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 || size === 0 ? 'unsatisfiable' : { from: Math.max(0, size - last), to: size - 1 };
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < from) return null;
  return from >= size ? 'unsatisfiable' : { from, to };
}

function acceptedEncodings(header: string): Set<string> {
  const items = header.split(',').map((item) =>
    item
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  return new Set(items.filter(([, quality]) => !/^q=0(\.0*)?$/.test(quality ?? '')).map(([name]) => name));
}
