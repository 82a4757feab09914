import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openLedger } from './open.ts';
import { MAX_DOWNLOAD_BYTES } from './remote.ts';
import { failure, fixture, plainLedger, platform, vectorsByRow } from './testing.ts';
import { writeParquet } from './write.ts';

let server: Server | null = null;
afterEach(() => void server?.close());

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const openUrl = (url: string, options: object = {}) => openLedger({ kind: 'url', url }, null, { platform, ...options });

/** Serves bytes with range requests; `log` takes the bytes of every answer. */
const ranged =
  (bytes: Uint8Array, log: number[] = []): RequestListener =>
  (request, response) => {
    const match = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
    if (!match) return void response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
    const [from, to] = [Number(match[1]), Math.min(bytes.length, Number(match[2]) + 1)];
    log.push(to - from);
    response
      .writeHead(206, { 'Content-Range': `bytes ${from}-${to - 1}/${bytes.length}`, 'Content-Length': to - from })
      .end(bytes.subarray(from, to));
  };

describe('a ledger from a URL', () => {
  it('is read by range requests, embeddings only where they are wanted', async () => {
    const bytes = await writeParquet(plainLedger(4000, 64), platform, { rowGroupRows: 500 });
    const log: number[] = [];
    const opened = await openUrl(`${await serve(ranged(bytes, log))}/logs/ledger.parquet?x=1`);
    expect(opened.report).toMatchObject({ name: 'ledger.parquet', events: 4000, dimension: 64, bytes: bytes.length });
    log.length = 0;
    const only = new Uint8Array(4000);
    only[1700] = 1;
    expect((await vectorsByRow(opened, only)).size).toBe(1);
    expect(log.reduce((sum, size) => sum + size, 0)).toBeLessThan(bytes.length / 6);
  });

  it('is downloaded whole, with progress, where the server has no range requests', async () => {
    const bytes = new Uint8Array(await fixture('plain.arrow').blob.arrayBuffer());
    const url = await serve(
      (_, response) => void response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes),
    );
    const phases: string[] = [];
    const opened = await openUrl(`${url}/plain.arrow`, {
      onProgress: ({ phase, fraction }: { phase: string; fraction: number }) => phases.push(`${phase} ${fraction}`),
    });
    expect(opened.report.events).toBe(12);
    expect(phases).toContain('Downloading 1');
  });

  it('is refused where it would be too large to download', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': MAX_DOWNLOAD_BYTES + 1 });
      response.write('x');
    });
    const error = await failure(openUrl(`${url}/huge.parquet`));
    server!.closeAllConnections();
    expect(error).toMatchObject({ kind: 'network' });
    expect(error.message).toContain('no range requests, and the file is larger than 512 MB');
  });

  it.each([
    [404, 'the server answered 404 Not Found. Check the address'],
    [403, 'It needs a login, or the link has expired'],
    [500, 'the server answered 500'],
    [416, 'the file is empty'],
  ])('that answers %i', async (status, message) => {
    const url = await serve((_, response) => void response.writeHead(status).end());
    const error = await failure(openUrl(`${url}/a.parquet`));
    expect(error.kind).toBe('network');
    expect(error.message).toContain(message);
  });

  it('that cannot be reached, or that the browser may not read, explains CORS', async () => {
    expect((await failure(openUrl('http://127.0.0.1:1/a.parquet'))).message).toMatch(
      /could not be fetched .*Access-Control-Allow-Origin/,
    );
    expect((await failure(openUrl('http://'))).message).toContain('it is not a web address');
  });

  it('whose server breaks off in the middle is a network error', async () => {
    const bytes = await writeParquet(plainLedger(4000, 64), platform, { rowGroupRows: 500 });
    let requests = 0;
    const url = await serve((request, response) => {
      if (++requests > 4) request.socket.destroy();
      else ranged(bytes)(request, response);
    });
    expect((await failure(openUrl(`${url}/a.parquet`))).kind).toBe('network');
  });
});

describe('a server', () => {
  it.each([
    ['another ETag', { ETag: '"2"' }, 206],
    ['another Last-Modified', { 'Last-Modified': 'Mon, 05 Jan 2026 10:00:00 GMT' }, 206],
    ['another size', { grown: 1 }, 206],
    ['all of it instead of the range', {}, 200],
    ['a precondition that failed', {}, 412],
    ['a range beyond its end', {}, 416],
    ['nothing', {}, 404],
  ])('whose file changes while it is open: told by %s', async (_, change: Record<string, unknown>, status) => {
    const bytes = await writeParquet(plainLedger(400, 64), platform, { rowGroupRows: 50 });
    let isChanged = false;
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      const [from, to] = /(\d+)-(\d+)/.exec(request.headers.range!)!.slice(1).map(Number);
      const end = Math.min(bytes.length, to + 1);
      const { grown = 0, ...headers } = isChanged ? change : {};
      asked.push(request.headers['if-range'] as string | undefined);
      response.writeHead(isChanged ? status : 206, {
        ETag: '"1"',
        'Last-Modified': 'Mon, 05 Jan 2026 09:00:00 GMT',
        'Content-Range': `bytes ${from}-${end - 1}/${bytes.length + (grown as number)}`,
        ...(headers as Record<string, string>),
      });
      response.end(bytes.subarray(from, end));
    });
    const opened = await openUrl(`${url}/logs/a.parquet`);
    opened.embeddings!.release!();
    isChanged = true;
    const error = await failure(vectorsByRow(opened));
    expect(error.kind).toBe('changed');
    expect(error.message).toBe('a.parquet changed while it was read; open it again');
    expect(asked.slice(0, 2)).toEqual([undefined, '"1"']);
  });

  it.each([
    ['before it answers', () => new Promise<Response>(() => undefined)],
    ['within its answer', async () => new Response(new ReadableStream(), { status: 200 })],
    [
      'after some bytes',
      async () => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(9)) })),
    ],
  ])('that falls silent %s has stalled after 15 seconds', async (_, fetch) => {
    vi.useFakeTimers();
    try {
      const stalled = failure(openUrl('http://example.org/a.csv', { platform: { ...platform, fetch } }));
      await vi.advanceTimersByTimeAsync(15_000);
      const error = await stalled;
      expect(error.kind).toBe('stalled');
      expect(error.message).toContain(
        'http://example.org/a.csv: the server has sent nothing for 15 seconds. Try again',
      );
    } finally {
      vi.useRealTimers();
    }
  });
});
