import { isUtf8MimeType, mime, send, type SendOptions } from '@fastify/send';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TautlineFailure } from '../core/errors.ts';
import { securityHeaders } from './securityHeaders.ts';

export interface ServeOptions {
  /** Folder to serve. */
  readonly root: string;
  /** Port to try first; 0 lets the system choose. */
  readonly port: number;
  /** True: fail when the port is taken, instead of trying the next ones. */
  readonly strictPort?: boolean;
  /** Answers beside the files, asked first, of requests that come from this machine's own pages; false: not its own. */
  readonly api?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
}

export interface RunningServer {
  /** e.g. "http://localhost:4173/" */
  readonly url: string;
  close(): Promise<void>;
}

/** Ports tried after the first one. */
const PORTS_TRIED = 20;

mime.define({
  'application/x-ndjson': ['ndjson'],
  'application/vnd.apache.parquet': ['parquet'],
  'application/vnd.apache.arrow.file': ['arrow'],
});

const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/** The one address that is listened at. */
const BOUND_TO = '127.0.0.1';
/** Names of this machine. A page of another name that leads here (DNS rebinding) would be of one origin with ours. */
const OWN_NAMES: ReadonlySet<string> = new Set(['localhost', '[::1]', BOUND_TO]);

/**
 * Serves the built dashboard to this machine only. Sends the precompressed copies that the build wrote, answers range
 * requests (how a large ledger is read) and sets the headers that isolate the page, which make SharedArrayBuffer
 * available to it, and those that say what it may load and run.
 */
export async function serve({ root, port, strictPort = false, api }: ServeOptions): Promise<RunningServer> {
  const index = join(resolve(root), 'index.html');
  const folder = await realpath(root).catch(() => null);
  const isBuilt = await stat(index).then(
    (found) => found.isFile(),
    () => false,
  );
  if (folder === null || !isBuilt) {
    throw new TautlineFailure({
      kind: 'file',
      file: index,
      problem: 'not found',
      advice: 'Run "npm run build" first.',
    });
  }
  const server = createServer((request, response) => {
    answer(folder, api, request, response).catch((thrown: unknown) => {
      // A client that goes away in the middle of a file is no error of ours.
      if (response.headersSent) return void response.destroy();
      const reason = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
      refuse(response, 500, `The file could not be read (${reason})`);
    });
  });
  const listen = (at: number): Promise<void> =>
    new Promise((done, fail) => {
      server.once('error', fail);
      server.listen(at, BOUND_TO, () => {
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

async function answer(
  folder: string,
  api: ServeOptions['api'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').replace(/[?#].*$/s, '').replace(/\/$/, '/index.html');
  for (const [name, value] of Object.entries(securityHeaders(path))) response.setHeader(name, value);
  const { host, origin } = request.headers;
  if (!isOwn(host === undefined ? null : `http://${host}`)) {
    refuse(response, 421, 'This server answers to localhost only');
    return;
  }
  if (origin !== undefined && !isOwn(origin)) {
    refuse(response, 403, 'Pages of other sites may not read from this server');
    return;
  }
  if (await api?.(request, response)) return;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const found = await findFile(folder, path, request);
  if (found === null) {
    refuse(response, 404, 'Not found');
    return;
  }
  response.setHeader('Vary', 'Accept-Encoding');
  // Names under assets/ carry a hash of the content.
  response.setHeader('Cache-Control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.writeHead(found.statusCode, found.headers);
  await pipeline(found.stream, response);
}

/** True of an address with the name of this machine, whatever its port: it may have been forwarded. */
function isOwn(address: string | null): boolean {
  if (address === null || !URL.canParse(address)) return false;
  const { origin, hostname, protocol } = new URL(address);
  // As a browser writes it: nothing but scheme, name and port.
  const plain = address.toLowerCase() === origin || address.toLowerCase() === `${origin}:80`;
  return protocol === 'http:' && plain && OWN_NAMES.has(hostname);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${sentence}.\n`);
}

interface Found {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: NodeJS.ReadableStream;
}

/**
 * The smallest copy that the client accepts of the file that a path names, or the range of it that it asks for; null:
 * there is none in the folder.
 * @param folder its real path
 * @param path as in an address, percent-encoded
 */
export async function findFile(folder: string, path: string, request: IncomingMessage): Promise<Found | null> {
  const options: SendOptions = {
    root: folder,
    index: false,
    cacheControl: false,
    onFile: async (file, { size }) => {
      // A suffix longer than the file is the whole file (RFC 9110, 14.1.2); the library refuses it.
      const suffix = /^bytes=-(\d+)$/.exec(request.headers.range ?? '');
      if (suffix && Number(suffix[1]) > size) request.headers.range = 'bytes=0-';
      // A symbolic link may name a file elsewhere.
      if (!(await realpath(file)).startsWith(folder + sep)) throw new OutsideError();
    },
  };
  const accepted = acceptedEncodings(request.headers['accept-encoding'] ?? '');
  try {
    // Bytes of a range are counted in the file itself.
    for (const { name, suffix } of request.headers.range === undefined ? ENCODINGS : []) {
      const copy = accepted.has(name) ? await send(request, path + suffix, options) : null;
      if (copy?.type !== 'file') continue;
      const type = contentType(path);
      return { ...copy, headers: { ...copy.headers, 'Content-Encoding': name, 'Content-Type': type } };
    }
    const plain = await send(request, path, options);
    if (plain.type === 'file') return { ...plain, headers: { 'Content-Type': contentType(path), ...plain.headers } };
    return plain.statusCode === 412 || plain.statusCode === 416 ? plain : null;
  } catch (thrown) {
    if (thrown instanceof OutsideError) return null;
    throw thrown;
  }
}

class OutsideError extends Error {}

function contentType(path: string): string {
  const type = mime.getType(path) ?? 'application/octet-stream';
  return isUtf8MimeType(type) ? `${type}; charset=utf-8` : type;
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
