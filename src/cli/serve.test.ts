import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, type RunningServer } from './serve.ts';

const script = Buffer.from('export const answer = 42;\n'.repeat(100));
const ledger = Buffer.from(Uint8Array.from({ length: 1000 }, (_, i) => i % 251));
let folder: string;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-serve-'));
  await mkdir(join(folder, 'site', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'outside the folder');
  await writeFile(join(folder, 'site', 'index.html'), '<!doctype html><title>x</title>');
  await writeFile(join(folder, 'site', 'ledger.parquet'), ledger);
  await writeFile(join(folder, 'site', 'assets', 'k-1.wasm'), script);
  await writeFile(join(folder, 'site', 'assets', 'k-1.wasm.br'), brotliCompressSync(script));
  await writeFile(join(folder, 'site', 'assets', 'k-1.wasm.gz'), gzipSync(script));
  await symlink(join(folder, 'secret.txt'), join(folder, 'site', 'link.txt'));
  await symlink(join(folder, 'site', 'ledger.parquet'), join(folder, 'site', 'same.parquet'));
  server = await serve({ root: join(folder, 'site'), port: 0 });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Asks without any of the tidying that fetch does (paths kept as they are, bodies not unpacked). */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = new URL(server.url);
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((done, fail) => {
    const call = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    call.on('error', fail);
    call.end();
  });
}

describe('serve', () => {
  test('a folder answers with its index, isolated and not cached', async () => {
    const { status, headers, body } = await ask('/?view=1');
    expect(status).toBe(200);
    expect(body.toString()).toContain('<title>x</title>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['', undefined, (bytes: Buffer) => bytes],
  ] as const)('accepting "%s" is answered with %s', async (accept, encoding, unpack) => {
    const { headers, body } = await ask('/assets/k-1.wasm', { 'accept-encoding': accept });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers).toMatchObject({
      'content-type': 'application/wasm',
      vary: 'Accept-Encoding',
      'cache-control': expect.stringContaining('immutable'),
    });
    expect(unpack(body).equals(script)).toBe(true);
  });

  test('a range is answered with those bytes, uncompressed', async () => {
    const { status, headers, body } = await ask('/ledger.parquet', { range: 'bytes=-8', 'accept-encoding': 'br' });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe('bytes 992-999/1000');
    expect(body.equals(ledger.subarray(992))).toBe(true);
    expect((await ask('/ledger.parquet', { range: 'bytes=1000-' })).status).toBe(416);
    const part = await ask('/assets/k-1.wasm', { range: 'bytes=5-9', 'accept-encoding': 'br' });
    expect(part.headers['content-encoding']).toBeUndefined();
    expect(part.body.equals(script.subarray(5, 10))).toBe(true);
  });

  test.each([
    ['bytes=0-0', [0, 0]],
    ['bytes=5-', [5, 999]],
    ['bytes=5-9999', [5, 999]],
    ['bytes=-3', [997, 999]],
    ['bytes=-9999', [0, 999]],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=0-1,3-4', 'whole'],
    ['lines=0-1', 'whole'],
    ['bytes=-', 'unsatisfiable'],
    ['bytes=5-4', 'unsatisfiable'],
  ] as const)('range %s of 1,000 bytes (RFC 9110, 14.1.2)', async (range, wanted) => {
    const { status, headers, body } = await ask('/ledger.parquet', { range });
    if (wanted === 'unsatisfiable') expect([status, headers['content-range']]).toEqual([416, 'bytes */1000']);
    else if (wanted === 'whole') expect([status, body.equals(ledger)]).toEqual([200, true]);
    else {
      const [from, to] = wanted;
      expect([status, headers['content-range']]).toEqual([206, `bytes ${from}-${to}/1000`]);
      expect(body.equals(ledger.subarray(from, to + 1))).toBe(true);
    }
  });

  test('a symbolic link is followed inside the folder, a known file is not sent again', async () => {
    const { status, headers, body } = await ask('/same.parquet');
    expect([status, headers['content-type'], body.equals(ledger)]).toEqual([
      200,
      'application/vnd.apache.parquet',
      true,
    ]);
    expect((await ask('/same.parquet', { 'if-none-match': String(headers.etag) })).status).toBe(304);
  });

  test('HEAD tells the length and sends nothing', async () => {
    const { headers, body } = await ask('/ledger.parquet', {}, 'HEAD');
    expect(headers['content-length']).toBe('1000');
    expect(body.length).toBe(0);
  });

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets',
    '/link.txt',
    '/none.js',
    '/%',
    '/%00',
  ])('%s is not found', async (path) => expect((await ask(path)).status).toBe(404));

  test('only reading is allowed', async () => expect((await ask('/', {}, 'POST')).status).toBe(405));

  test('a taken port: the next one, or a clear error where the port is fixed', async () => {
    const port = Number(new URL(server.url).port);
    const second = await serve({ root: join(folder, 'site'), port });
    expect(Number(new URL(second.url).port)).toBeGreaterThan(port);
    await second.close();
    await expect(serve({ root: join(folder, 'site'), port, strictPort: true })).rejects.toThrow(
      /port \d+ is taken.*--port/,
    );
  });

  test('a folder without a build is a clear error', async () => {
    await expect(serve({ root: folder, port: 0 })).rejects.toThrow(/index\.html: not found. Run "npm run build" first/);
  });
});

describe('what may ask, and what the page may run', () => {
  test.each([
    ['/', "'self' 'wasm-unsafe-eval'"],
    ['/none.js', "'self' 'wasm-unsafe-eval'"],
    ['/assets/k-1.wasm', "'self' 'wasm-unsafe-eval'"],
    ['/assets/engine.worker-x1.js', "'self' 'wasm-unsafe-eval'"],
    ['/assets/database.worker-x_1-a.js', "'self' 'wasm-unsafe-eval' 'unsafe-eval'"],
    ['/assets/database.worker-x1.js/../../index.html', "'self' 'wasm-unsafe-eval'"],
    ['/database.worker-x1.js', "'self' 'wasm-unsafe-eval'"],
  ])('%s may run %s', async (path, scripts) => {
    const policy = String((await ask(path)).headers['content-security-policy']).split('; ');
    expect(policy).toEqual([
      "default-src 'self'",
      `script-src ${scripts}`,
      "worker-src 'self' blob:",
      "connect-src 'self' https: http:",
      "img-src 'self' data: blob:",
      "style-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  test.each([
    ['localhost', undefined, 200],
    ['LOCALHOST:4173', undefined, 200],
    ['127.0.0.1:80', undefined, 200],
    ['[::1]:4173', undefined, 200],
    ['localhost', 'http://localhost:4173', 200],
    ['evil.example', undefined, 421],
    ['localhost.evil.example', undefined, 421],
    ['localhost@evil.example', undefined, 421],
    ['evil.example/localhost', undefined, 421],
    ['192.168.1.2:4173', undefined, 421],
    ['2130706433', undefined, 421],
    ['localhost:x', undefined, 421],
    ['localhost', 'https://evil.example', 403],
    ['localhost', 'https://localhost', 403],
    ['localhost', 'null', 403],
  ])('host "%s", origin %s: %i', async (host, origin, wanted) => {
    const { status, body } = await ask('/', { host, ...(origin !== undefined && { origin }) });
    expect(status).toBe(wanted);
    if (wanted !== 200) expect(body.toString()).toMatch(/^[^\n]+\.\n$/);
  });
});
