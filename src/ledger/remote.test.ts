import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
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
