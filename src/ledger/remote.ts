import { TautlineFailure } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { changedFailure, messageOf, networkFailure, stalledFailure, throwIfCancelled } from './failures.ts';
import { lastPart } from './hive.ts';
import { RangedBlob, type ReadRange } from './rangedBlob.ts';
import type { NamedBlob } from './types.ts';

/** A server without range requests: the file is downloaded whole, up to this size. */
export const MAX_DOWNLOAD_BYTES = 512 << 20;
const PROBE_BYTES = 64 << 10;
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** Without a byte for so long, a server is given up. */
const STALL_MS = 15_000;

/** Runs a step of a request; what takes longer than `STALL_MS` is ended with kind "stalled". */
async function awaited<R>(url: string, end: AbortController, step: () => Promise<R>): Promise<R> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(stalledFailure(url, STALL_MS / 1000));
      end.abort();
    }, STALL_MS);
  });
  try {
    return await Promise.race([step(), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/** An answer, and what ends it. */
interface Answer {
  readonly response: Response;
  readonly end: AbortController;
}

/** The pieces of an answer's body, none of them long in coming. */
async function* piecesOf(url: string, { response, end }: Answer): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) {
    yield new Uint8Array(await awaited(url, end, () => response.arrayBuffer()));
    return;
  }
  try {
    for (;;) {
      const { done, value } = await awaited(url, end, () => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** What tells one version of a file on a server from another. */
interface Version {
  readonly total: number;
  readonly tag: string | null;
  readonly modified: string | null;
}

const totalOf = ({ headers }: Response): number => Number(/\/(\d+)$/.exec(headers.get('Content-Range') ?? '')?.[1]);

const versionOf = (response: Response): Version => ({
  total: totalOf(response),
  tag: response.headers.get('ETag'),
  modified: response.headers.get('Last-Modified'),
});

/** A header that one of two answers lacks says nothing. */
const differs = (before: string | null, now: string | null): boolean =>
  before !== null && now !== null && before !== now;

const isOther = (before: Version, now: Version): boolean =>
  before.total !== now.total || differs(before.tag, now.tag) || differs(before.modified, now.modified);

/**
 * Asks the server itself to check the version. Not from another site's page: there the header would need a permission
 * that servers seldom give, and the answers' own headers are compared.
 */
function condition(url: string, { tag, modified }: Version): Record<string, string> {
  if (typeof location !== 'undefined' && new URL(url).origin !== location.origin) return {};
  const value = tag?.startsWith('"') ? tag : tag === null ? modified : null;
  return value === null ? {} : { 'If-Range': value };
}

/** Reads ranges of a file of which the first answer said `version`. */
function rangesOf(path: string, url: string, fetcher: typeof fetch, version: Version, signal?: AbortSignal): ReadRange {
  return async (from, to) => {
    throwIfCancelled(signal, `reading ${url}`);
    const headers = { Range: `bytes=${from}-${to - 1}`, ...condition(url, version) };
    const answer = await request(fetcher, url, { headers, signal });
    const { status } = answer.response;
    const isChanged = status === 206 ? isOther(version, versionOf(answer.response)) : CHANGED.has(status);
    if (status !== 206 || isChanged) answer.end.abort();
    if (isChanged) throw changedFailure(path);
    if (status !== 206) {
      throw networkFailure(
        url,
        `the server answered ${status} to a range request that it had allowed before`,
        'Try again, or download the file and open it here',
      );
    }
    const bytes = new Uint8Array(to - from);
    let received = 0;
    try {
      for await (const piece of piecesOf(url, answer)) {
        if (received + piece.length <= bytes.length) bytes.set(piece, received);
        received += piece.length;
        if (received > bytes.length) break;
      }
    } catch (thrown) {
      throw broken(url, thrown, signal, '');
    }
    if (received !== bytes.length) {
      throw networkFailure(
        url,
        `the server sent ${received} bytes where ${bytes.length} were asked for`,
        'Try again, or download the file and open it here',
      );
    }
    return bytes.buffer;
  };
}

/** Answers to a range request of a file that was there: gone, another one, shorter, or all of it. */
const CHANGED = new Set([200, 404, 410, 412, 416]);

function broken(url: string, thrown: unknown, signal: AbortSignal | undefined, after: string): unknown {
  throwIfCancelled(signal, `reading ${url}`);
  return thrown instanceof TautlineFailure
    ? thrown
    : networkFailure(
        url,
        `the connection broke${after} (${messageOf(thrown)})`,
        'Check the connection and open it again',
      );
}

async function request(
  fetcher: typeof fetch,
  url: string,
  { headers, signal }: { readonly headers?: Record<string, string>; readonly signal?: AbortSignal },
): Promise<Answer> {
  const end = new AbortController();
  const given = signal ? AbortSignal.any([signal, end.signal]) : end.signal;
  try {
    const response = await awaited(url, end, () => fetcher(url, { headers, signal: given }));
    return { response, end };
  } catch (thrown) {
    throwIfCancelled(signal, `reading ${url}`);
    if (thrown instanceof TautlineFailure) throw thrown;
    const browser =
      typeof document !== 'undefined' ||
      typeof (globalThis as { importScripts?: unknown }).importScripts === 'function';
    const cause = (thrown as { cause?: unknown }).cause;
    const reason = cause ? messageOf(cause) : messageOf(thrown);
    throw networkFailure(
      url,
      browser
        ? `the browser could not fetch it (${reason}): the server is unreachable, ` +
            `or it does not allow other sites to read it (CORS)`
        : `it could not be fetched (${reason})`,
      'Check the address; the server must send Access-Control-Allow-Origin and expose ' +
        'Content-Range by Access-Control-Expose-Headers; ' +
        'or download the file and open it here',
    );
  }
}

/** Opens a file on a web server: by range requests where the server has them, else downloaded whole with progress. */
export async function openUrl(
  url: string,
  options: { fetch?: typeof fetch; signal?: AbortSignal; onProgress?: OnProgress } = {},
): Promise<NamedBlob> {
  const fetcher = options.fetch ?? globalThis.fetch.bind(globalThis);
  let parsed: URL;
  try {
    parsed = new URL(url, typeof location === 'undefined' ? undefined : location.href);
  } catch {
    throw networkFailure(
      url,
      'it is not a web address',
      'Give a full address, like https://example.org/ledger.parquet',
    );
  }
  const path = decoded(parsed.pathname).replace(/^\/+/, '') || parsed.host;
  const answer = await request(fetcher, parsed.href, {
    headers: { Range: `bytes=0-${PROBE_BYTES - 1}` },
    signal: options.signal,
  });
  const { response } = answer;
  if (response.status === 416)
    throw networkFailure(url, 'the file is empty (the server answered 416)', 'Check what the server holds');
  if (!response.ok) {
    const advice =
      response.status === 404
        ? 'Check the address'
        : response.status === 401 || response.status === 403
          ? 'It needs a login, or the link has expired: download the file and open it here'
          : 'Try again later, or download the file and open it here';
    throw networkFailure(url, `the server answered ${response.status} ${response.statusText}`.trim(), advice);
  }
  const version = versionOf(response);
  if (response.status === 206 && version.total > 0) {
    answer.end.abort();
    const read = rangesOf(lastPart(path), parsed.href, fetcher, version, options.signal);
    return { path, blob: new RangedBlob(read, 0, version.total) };
  }
  if (response.status !== 206) return { path, blob: await download(url, answer, options) };
  answer.end.abort();
  return { path, blob: await download(url, await request(fetcher, parsed.href, { signal: options.signal }), options) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function download(
  url: string,
  answer: Answer,
  options: { signal?: AbortSignal; onProgress?: OnProgress },
): Promise<Blob> {
  const stated = Number(answer.response.headers.get('Content-Length') ?? NaN);
  const tooLarge = (bytes: number): Error =>
    networkFailure(
      url,
      `the server has no range requests, and the file is larger than ` +
        `${megabytes(MAX_DOWNLOAD_BYTES)} (${megabytes(bytes)} so far or in all)`,
      'Put it on a server with range requests (Accept-Ranges: bytes), or download it and open it here',
    );
  if (stated > MAX_DOWNLOAD_BYTES) {
    answer.end.abort();
    throw tooLarge(stated);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  try {
    for await (const piece of piecesOf(url, answer)) {
      parts.push(piece);
      received += piece.length;
      if (received > MAX_DOWNLOAD_BYTES) throw tooLarge(received);
      options.onProgress?.({
        phase: 'Downloading',
        fraction: stated > 0 ? received / stated : NaN,
        detail: `${megabytes(received)}; the server has no range requests`,
      });
    }
  } catch (thrown) {
    answer.end.abort();
    throw broken(url, thrown, options.signal, ` after ${megabytes(received)}`);
  }
  return new Blob(parts);
}
