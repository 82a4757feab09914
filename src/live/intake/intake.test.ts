import { create, fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogsDataSchema } from '../../ledger/shapes/logs_pb.ts';
import { TracesDataSchema } from '../../ledger/shapes/otlp_pb.ts';
import { LedgerEventSchema, type LedgerEvent } from '../live_pb.ts';
import { eventOfRow, withEmbedding } from './events.ts';
import { Intake } from './intake.ts';
import { Ring } from './ring.ts';
import { serveIntake, type IntakeServer } from './server.ts';

let intake: Intake;
let server: IntakeServer;
let kept: LedgerEvent[];
let ticks: number[];
beforeEach(async () => {
  [kept, ticks] = [[], []];
  intake = new Intake({
    append: (event) => Promise.resolve(kept.push(event)),
    tick: (micros) => Promise.resolve(ticks.push(micros)),
  });
  server = await serveIntake(intake, 0);
});
afterEach(async () => {
  await server.close();
  await intake.close();
});

const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(server.url + path, {
    method: 'POST',
    body: body as BodyInit,
    headers: { 'Content-Type': 'application/json', ...headers },
  });

const trace = '0af7651916cd43dd8448eb211c80319c';
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const span = (id: string, parent: string | null, attributes: object[], end: number) => ({
  ...{ traceId: trace, spanId: id, ...(parent !== null && { parentSpanId: parent }), name: 'chat', kind: 3 },
  startTimeUnixNano: '1767603600000000000',
  endTimeUnixNano: String(1_767_603_600_000_000_000n + BigInt(end) * 1_000_000n),
  attributes,
});
const spans = (...list: object[]) => ({
  resourceSpans: [{ resource: { attributes: [attribute('service.name', 'desk')] }, scopeSpans: [{ spans: list }] }],
});
const CHILD = span(
  '00f067aa0ba902b7',
  '00f067aa0ba90200',
  [
    attribute('gen_ai.operation.name', 'chat'),
    attribute('gen_ai.provider.name', 'acme'),
    attribute('gen_ai.output.messages', '[{"role":"assistant","parts":[{"type":"text","content":"Hello there"}]}]'),
  ],
  250,
);
const ROOT = span(
  '00f067aa0ba90200',
  null,
  [attribute('gen_ai.operation.name', 'invoke_agent'), attribute('gen_ai.agent.name', 'planner')],
  300,
);
/** Ids in base64, as protobuf's own JSON has them. */
const asProtobuf = (document: object): JsonValue =>
  JSON.parse(JSON.stringify(document), (key, value: unknown) =>
    /(?:trace|span)Id$/i.test(key) ? Buffer.from(value as string, 'hex').toString('base64') : value,
  ) as JsonValue;

describe('OTLP over HTTP', () => {
  const expected = {
    ...{ uid: `${trace}:00f067aa0ba902b7`, providerId: 'acme', agentId: 'planner', threadId: trace, latencyMs: 250 },
    ...{ text: 'Hello there', role: 'assistant', sourceMicros: 1_767_603_600_250_000n },
  };
  const settled = async (): Promise<LedgerEvent[]> => {
    await expect.poll(() => kept.length, { timeout: 20_000 }).toBe(1);
    return kept;
  };

  it('takes a child that ends before its parent, and what the parent says of it', async () => {
    expect((await post('v1/traces', JSON.stringify(spans(CHILD)))).status).toBe(200);
    await new Promise((done) => setTimeout(done, 700));
    expect(kept).toEqual([]);
    expect(await (await post('v1/traces', JSON.stringify(spans(ROOT)))).json()).toEqual({});
    expect((await settled())[0]).toMatchObject(expected);
    expect(kept[0].embedding.length).toBe(256);
  });

  it('takes protobuf, packed', async () => {
    const bytes = toBinary(TracesDataSchema, fromJson(TracesDataSchema, asProtobuf(spans(CHILD, ROOT))));
    const headers = { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'gzip' };
    expect((await post('v1/traces', gzipSync(bytes), headers)).status).toBe(200);
    expect((await settled())[0]).toMatchObject(expected);
  });

  it('takes what was said from a log record of the span, in protobuf too', async () => {
    const silent = { ...CHILD, attributes: CHILD.attributes.slice(0, 2) };
    const record = {
      ...{ traceId: trace, spanId: CHILD.spanId, timeUnixNano: '1767603600100000000', eventName: 'gen_ai.choice' },
      body: {
        kvlistValue: {
          values: [{ key: 'message', value: { kvlistValue: { values: [attribute('content', 'From the log')] } } }],
        },
      },
    };
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
    const bytes = toBinary(LogsDataSchema, fromJson(LogsDataSchema, asProtobuf(logs)));
    expect((await post('v1/logs', bytes, { 'Content-Type': 'application/x-protobuf' })).status).toBe(200);
    await post('v1/traces', JSON.stringify(spans(silent, ROOT)));
    expect((await settled())[0]).toMatchObject({ ...expected, text: 'From the log' });
  });

  it('makes no event of a call whose content was not captured, so that nobody falls silent by it', async () => {
    const silent = { ...CHILD, spanId: '00f067aa0ba902b8', attributes: CHILD.attributes.slice(0, 2) };
    await post('v1/traces', JSON.stringify(spans(CHILD, silent, ROOT)));
    expect((await settled())[0]).toMatchObject(expected);
    await intake.close();
    expect(kept).toHaveLength(1);
  });

  it('says how many spans and log records it did not take, and why, in JSON and protobuf', async () => {
    const stray = { ...CHILD, traceId: '' };
    const why = '1 without the ids of a trace and a span';
    const json = await post('v1/traces', JSON.stringify(spans(CHILD, stray, ROOT)));
    expect(await json.json()).toEqual({ partialSuccess: { rejectedSpans: '1', errorMessage: why } });
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }] };
    expect(await (await post('v1/logs', JSON.stringify(logs))).json()).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: why },
    });
    const bytes = toBinary(TracesDataSchema, fromJson(TracesDataSchema, asProtobuf(spans(stray))));
    const binary = await post('v1/traces', bytes, { 'Content-Type': 'application/x-protobuf' });
    const reader = new BinaryReader(new Uint8Array(await binary.arrayBuffer()));
    expect(reader.tag()).toEqual([1, WireType.LengthDelimited]);
    const inner = new BinaryReader(reader.bytes());
    expect([inner.tag()[0], Number(inner.int64()), inner.tag()[0], inner.string()]).toEqual([1, 1, 2, why]);
    expect((await settled())[0]).toMatchObject(expected);
    expect(intake.counts.refused).toBe(3);
  });

  it('gives a trace without a root up when it ends, and counts it', async () => {
    await post('v1/traces', JSON.stringify(spans(CHILD)));
    await intake.close();
    expect(kept).toHaveLength(1);
    expect(intake.counts).toMatchObject({ tracesCut: 1, spansHeld: 0, kept: 1 });
  });

  it('refuses pages, other hosts, other types, damage and what is too large, in words', async () => {
    const status = async (answer: Promise<Response>) => (await answer).status;
    expect(await status(post('v1/traces', '{}', { Origin: 'http://localhost:5000' }))).toBe(403);
    expect(await status(post('v1/traces', '{}', { 'Content-Type': 'text/plain' }))).toBe(415);
    expect(await status(post('v1/traces', '{', {}))).toBe(400);
    expect(await status(post('v1/traces', 'x', { 'Content-Encoding': 'gzip' }))).toBe(400);
    expect(await status(post('v1/traces', gzipSync(new Uint8Array(20 << 20)), { 'Content-Encoding': 'gzip' }))).toBe(
      413,
    );
    expect(await status(post('v1/metrics', '{}'))).toBe(404);
    expect(await status(fetch(`${server.url}v1/traces`))).toBe(405);
    const damaged = await post('v1/traces', new Uint8Array([1, 2, 3]), { 'Content-Type': 'application/x-protobuf' });
    expect(await damaged.json()).toEqual({ message: 'It is no OTLP request in protobuf' });
  });
});

describe('CloudEvents and lines', () => {
  const cloud = (id: string, data: object) => ({ specversion: '1.0', id, source: '/desk', type: 'message', data });

  it('are events by their columns, under their own names or others, and the rest is kept', async () => {
    const data = {
      provider: 'acme',
      agent_id: 'a',
      content: 'Hi',
      ts: '2026-01-05T09:00:00.000250Z',
      mood: { calm: 1 },
    };
    const batch = [
      cloud('1', data),
      { ...cloud('2', { embedding: [1, 2.5] }), time: '2026-01-05T09:00:01Z' },
      cloud('', {}),
    ];
    const answer = await post('v1/events', JSON.stringify(batch), {
      'Content-Type': 'application/cloudevents-batch+json',
    });
    expect(await answer.json()).toEqual({ taken: 2, problems: ['event 3: id or source is missing'] });
    await expect.poll(() => kept.length).toBe(2);
    expect(kept[0]).toMatchObject({ uid: '/desk 1', providerId: 'acme', agentId: 'a', text: 'Hi', sequence: 1n });
    expect(kept[0].sourceMicros).toBe(1_767_603_600_000_250n);
    expect(kept[0].attributes).toEqual({ mood: '{"calm":1}' });
    expect([...new Float32Array(kept[1].embedding.slice().buffer)]).toEqual([1, 2.5]);
    expect(kept[1].sourceMicros).toBe(1_767_603_601_000_000n);
    expect((await post('v1/events', JSON.stringify(cloud('', {})))).status).toBe(400);
  });

  it('come one a line; what is no event is named and counted; time goes on without them', async () => {
    const said: string[] = [];
    const lines = [
      '{"event_id": 7, "provider_id": "p", "text": "a", "ts": 1767603600000}',
      '',
      'x',
      '{"input_tokens": -1}',
    ];
    await intake.lines(Readable.from([lines.join('\n')]), (sentence) => said.push(sentence));
    expect(said).toEqual([
      'Line 3 is no event: it is not JSON',
      'Line 4 is no event: input_tokens is no number that it can be: -1',
    ]);
    await expect.poll(() => kept.length).toBe(1);
    expect(kept[0]).toMatchObject({ uid: '7', providerId: 'p', sourceMicros: 1_767_603_600_000_000n });
    await expect.poll(() => ticks.length, { timeout: 3000 }).toBeGreaterThan(1);
    expect(ticks[1]).toBeGreaterThan(ticks[0]);
    expect(intake.counts).toMatchObject({ recorded: 1, kept: 1, refused: 2 });
  });
});

describe('record()', () => {
  it('never waits: a full buffer drops, counts, and leaves a gap in the sequence', async () => {
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((done) => (release = done));
    const sent: bigint[] = [];
    const ring = new Ring((event) => {
      sent.push(event.sequence);
      return stuck;
    });
    const record = () => ring.record(create(LedgerEventSchema, { uid: 'x' }));
    const taken = Array.from({ length: 5000 }, record).filter(Boolean).length;
    expect(taken).toBe(4096);
    expect(ring.counts).toMatchObject({ recorded: 4096, dropped: 904, kept: 0 });
    await new Promise((done) => setImmediate(done));
    record();
    release();
    await ring.rest();
    expect(ring.counts).toMatchObject({ recorded: 4097, kept: 4097, waiting: 0 });
    expect(sent.slice(-2)).toEqual([4096n, 5001n]);
  });

  it('takes what a destination refuses as failed, and goes on', async () => {
    const ring = new Ring((event) => (event.uid === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve()));
    for (const uid of ['a', 'bad', 'b']) ring.record(create(LedgerEventSchema, { uid }));
    await ring.rest();
    expect(ring.counts).toMatchObject({ recorded: 3, kept: 2, failed: 1 });
  });
});

it('goes on behind what a process that was killed had in memory: the gap says how much is lost', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tautline-mark-'));
  const mark = join(folder, 'producer');
  const event = (uid: string) => create(LedgerEventSchema, { uid });
  const of = (append: (event: LedgerEvent) => Promise<unknown>) =>
    new Intake({ append, tick: () => Promise.resolve(), mark });
  try {
    const killed = of(() => new Promise(() => undefined));
    for (let n = 0; n < 300; n++) killed.record(event(String(n)));
    killed.otlp(spans(CHILD));
    const next = of((own) => Promise.resolve(kept.push(own)));
    expect(next.counts).toMatchObject({ recorded: 0, spansLost: 1 });
    next.record(event('next'));
    await next.close();
    expect(kept.at(-1)).toMatchObject({ uid: 'next', sequence: 301n });
    const last = of((own) => Promise.resolve(kept.push(own)));
    expect(last.counts.spansLost).toBe(0);
    last.record(event('last'));
    await last.close();
    expect(kept.at(-1)).toMatchObject({ uid: 'last', sequence: 302n, producer: kept.at(-2)!.producer });
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('gives the same text the same vector, whatever came before, and leaves vectors that are there', () => {
  const of = (row: Record<string, unknown>) => withEmbedding(eventOfRow(row, 'u', 0) as LedgerEvent).embedding;
  expect(of({ text: 'a b c' })).toEqual(of({ text: 'a b c', role: 'tool' }));
  expect(of({ text: 'a b c' })).not.toEqual(of({ text: 'another' }));
  expect(of({ text: 'a', embedding: [0.5] })).toEqual(new Uint8Array(new Float32Array([0.5]).buffer));
  expect(of({ text: '' }).length).toBe(0);
  expect(eventOfRow({ embedding: [1, Number.NaN] }, 'u', 0)).toMatch(/embedding/);
});
