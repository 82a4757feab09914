import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve, type RunningServer } from '../cli/serve.ts';
import type { Commit } from '../detection/files/commit.ts';
import { LiveMetrics } from './producer/metrics.ts';
import { liveApi, type LiveApi } from './server.ts';
import { openLocalLog, type LocalLog } from './log/localLog.ts';
import { putCommit, requireLinks } from './sink/commitLog.ts';

let root = '';
let server: RunningServer;
let log: LocalLog;
let api: LiveApi;
const commit = (number: number): Commit => ({
  ...{ format: 'tautline-commit', version: 1, number, kind: 'unit', owner: 'a', written: '2026-01-05T09:00:00Z' },
  source: { topic: 't', topicId: 'x', partition: 0, from: 0, to: 0, held: [] },
  ...{
    events: { from: 0, to: 0 },
    add: [],
    opened: [],
    closed: [],
    late: 0,
    doubles: 0,
    refused: 0,
    dropped: 0,
    untracked: 0,
  },
  ...{ through: null, bundle: null, control: null, beside: null, taken: 0, ended: [], remove: [], compacted: null },
  hasState: false,
});

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tautline-server-'));
  log = await openLocalLog(join(root, 'log'));
  await mkdir(join(root, 'app'));
  await mkdir(join(root, 'ledger'));
  await writeFile(join(root, 'app', 'index.html'), 'app');
  await writeFile(join(root, 'secret.json'), '1');
  await writeFile(join(root, 'ledger', 'a.parquet'), '0123456789');
  await requireLinks(join(root, 'ledger'), 'a');
  for (const number of [0, 1]) await putCommit(join(root, 'ledger'), commit(number));
  const desk = { folder: join(root, 'ledger'), transport: log, group: 'g', lanes: () => null, newest: () => -1 };
  api = liveApi(desk, 'secret', () => ({ status: 'ok' }), new LiveMetrics());
  server = await serve({ root: join(root, 'app'), port: 0, api: (request, response) => api.answer(request, response) });
});
afterAll(async () => {
  await server.close();
  await log.close();
  await rm(root, { recursive: true });
});

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}v1/ledgers/g/${path}`, { method, headers: { Authorization: `Bearer ${api.token}`, ...headers } });

it('gives commits after a number, and the next one when it is there', async () => {
  const numbers = async (path: string) => ((await (await ask(path)).json()) as Commit[]).map(({ number }) => number);
  expect(await numbers('commits?after=-1')).toEqual([0, 1]);
  expect(await numbers('commits?after=1')).toEqual([]);
  const waiting = numbers('commits?after=1&wait=20');
  await putCommit(join(root, 'ledger'), commit(2));
  expect(await waiting).toEqual([2]);
  const stream = await ask('commits?after=0', { Accept: 'text/event-stream' });
  const reader = stream.body!.getReader();
  let text = '';
  while (!text.includes('id: 2')) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  expect(text).toContain('id: 1\ndata: {"format":"tautline-commit"');
});

it('gives ranges of files, and says that what one has is still right', async () => {
  const part = await ask('files/a.parquet', { Range: 'bytes=2-4' });
  expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
  expect(await (await ask('files/a.parquet', { Range: 'bytes=-3' })).text()).toBe('789');
  expect((await ask('files/a.parquet', { Range: 'bytes=20-' })).status).toBe(416);
  const whole = await ask('files/a.parquet');
  expect((await ask('files/a.parquet', { 'If-None-Match': whole.headers.get('etag')! })).status).toBe(304);
});

it('refuses who has no token, other origins, other methods, and what is no file of the ledger', async () => {
  expect((await ask('commits', { Authorization: 'Bearer x' })).status).toBe(401);
  expect((await ask('commits', { Origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await ask('commits', {}, 'DELETE')).status).toBe(405);
  expect((await ask('files/..%2Fsecret.json')).status).toBe(404);
  expect((await ask('commits?after=x')).status).toBe(400);
  expect((await fetch(`${server.url}health`)).status).toBe(200);
});

it('tells figures in OpenMetrics without a token', async () => {
  const answer = await fetch(`${server.url}metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
  expect(await answer.text()).toMatch(/^# TYPE tautline_append_seconds histogram$/m);
});
