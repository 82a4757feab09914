import type { OnProgress } from '../core/progress.ts';
import { messageOf, networkFailure, throwIfCancelled } from './failures.ts';
import type { NamedBlob } from './types.ts';

/** A server without range requests: the file is downloaded whole, up to this size. */
export const MAX_DOWNLOAD_BYTES = 512 << 20;
const PROBE_BYTES = 64 << 10;
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** A blob whose bytes are fetched by range requests as they are asked for. */
class RemoteBlob extends Blob {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #from: number;
  readonly #to: number;
  readonly #signal: AbortSignal | undefined;

  constructor(url: string, fetcher: typeof fetch, from: number, to: number, signal: AbortSignal | undefined) {
    super([]);
    this.#url = url;
    this.#fetch = fetcher;
    this.#from = from;
    this.#to = to;
    this.#signal = signal;
  }

  override get size(): number {
    return this.#to - this.#from;
  }

  override slice(start = 0, end = this.size): Blob {
    const at = (position: number): number =>
      this.#from + Math.min(this.size, Math.max(0, position < 0 ? this.size + position : position));
    return new RemoteBlob(this.#url, this.#fetch, at(start), Math.max(at(start), at(end)), this.#signal);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.size === 0) return new ArrayBuffer(0);
    throwIfCancelled(this.#signal, `reading ${this.#url}`);
    const response = await request(this.#fetch, this.#url, {
      headers: { Range: `bytes=${this.#from}-${this.#to - 1}` },
      signal: this.#signal,
    });
    if (response.status !== 206) {
      throw networkFailure(
        this.#url,
        `the server answered ${response.status} to a range request that it had allowed before`,
        'The file may have changed: open it again',
      );
    }
    const bytes = await response.arrayBuffer().catch((thrown: unknown) => {
      throw networkFailure(
        this.#url,
        `the connection broke (${messageOf(thrown)})`,
        'Check the connection and open it again',
      );
    });
    if (bytes.byteLength !== this.size) {
      throw networkFailure(
        this.#url,
        `the server sent ${bytes.byteLength} bytes where ${this.size} were asked for`,
        'The file may have changed: open it again',
      );
    }
    return bytes;
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const step = 4 << 20;
    let at = 0;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        if (at >= this.size) {
          controller.close();
          return;
        }
        controller.enqueue(new Uint8Array(await this.slice(at, Math.min(this.size, at + step)).arrayBuffer()));
        at += step;
      },
    });
  }
}

async function request(fetcher: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetcher(url, init);
  } catch (thrown) {
    throwIfCancelled(init.signal ?? undefined, `reading ${url}`);
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
  const path = decodeURIComponent(parsed.pathname).replace(/^\/+/, '') || parsed.host;
  const response = await request(fetcher, parsed.href, {
    headers: { Range: `bytes=0-${PROBE_BYTES - 1}` },
    signal: options.signal,
  });
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
  const total = Number(/\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1] ?? NaN);
  if (response.status === 206 && total > 0) {
    await response.body?.cancel();
    return { path, blob: new RemoteBlob(parsed.href, fetcher, 0, total, options.signal) };
  }
  const whole = response.status === 206 ? await request(fetcher, parsed.href, { signal: options.signal }) : response;
  return { path, blob: await download(url, whole, options) };
}

async function download(
  url: string,
  response: Response,
  options: { signal?: AbortSignal; onProgress?: OnProgress },
): Promise<Blob> {
  const stated = Number(response.headers.get('Content-Length') ?? NaN);
  const tooLarge = (bytes: number): Error =>
    networkFailure(
      url,
      `the server has no range requests, and the file is larger than ` +
        `${megabytes(MAX_DOWNLOAD_BYTES)} (${megabytes(bytes)} so far or in all)`,
      'Put it on a server with range requests (Accept-Ranges: bytes), or download it and open it here',
    );
  if (stated > MAX_DOWNLOAD_BYTES) {
    await response.body?.cancel();
    throw tooLarge(stated);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body?.getReader();
  if (!reader) return new Blob([await response.arrayBuffer()]);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      received += value.length;
      if (received > MAX_DOWNLOAD_BYTES) throw tooLarge(received);
      options.onProgress?.({
        phase: 'Downloading',
        fraction: stated > 0 ? received / stated : NaN,
        detail: `${megabytes(received)}; the server has no range requests`,
      });
    }
  } catch (thrown) {
    await reader.cancel().catch(() => undefined);
    throwIfCancelled(options.signal, `downloading ${url}`);
    if (thrown instanceof Error && thrown.name === 'TautlineFailure') throw thrown;
    throw networkFailure(
      url,
      `the connection broke after ${megabytes(received)} (${messageOf(thrown)})`,
      'Check the connection and open it again',
    );
  }
  return new Blob(parts);
}
