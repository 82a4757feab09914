import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { TautlineFailure } from '../../core/errors.ts';
import { logsJson, tracesJson } from '../../ledger/intake.ts';
import type { Intake, Rejected } from './intake.ts';

/** Bytes of a request, packed or not. */
const MOST_BYTES = 16 << 20;
const BOUND_TO = '127.0.0.1';
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

class Refused extends Error {
  readonly status: number;
  constructor(status: number, problem: string) {
    super(problem);
    this.status = status;
  }
}

export interface IntakeServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * OTLP/HTTP (traces and logs, protobuf and JSON, gzip) and CloudEvents (structured and batch), from processes of this
 * machine. Pages are refused: a browser names its origin.
 */
export async function serveIntake(intake: Intake, port: number): Promise<IntakeServer> {
  const server = createServer((request, response) => {
    take(intake, request, response).catch((thrown: unknown) => {
      const status = thrown instanceof Refused ? thrown.status : 400;
      if (!response.headersSent) answer(response, status, { message: (thrown as Error).message });
    });
  });
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(notFree(port, error.code)));
    server.listen(port, BOUND_TO, done);
  });
  return {
    url: `http://${BOUND_TO}:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function take(intake: Intake, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host, origin } = request.headers;
  if (!OWN_HOST.test(host ?? '')) throw new Refused(421, 'Events are taken for localhost only');
  if (origin !== undefined) throw new Refused(403, 'Events are not taken from pages');
  const path = (request.url ?? '/').replace(/\?.*$/s, '');
  if (!['/v1/traces', '/v1/logs', '/v1/events'].includes(path))
    throw new Refused(404, 'Post to /v1/traces, /v1/logs or /v1/events');
  if (request.method !== 'POST') throw new Refused(405, 'Events are posted');
  const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  const isProtobuf = type === 'application/x-protobuf';
  const isJson = type === 'application/json' || /^application\/cloudevents(?:-batch)?\+json$/.test(type);
  if (!isJson && (!isProtobuf || path === '/v1/events'))
    throw new Refused(415, `The content type is "${type}"; JSON is taken, and protobuf of traces and logs`);
  const bytes = unpacked(await bodyOf(request), request.headers['content-encoding']);
  if (path === '/v1/events') {
    const { taken, problems } = intake.cloudEvents(parsed(bytes));
    answer(response, problems.length > 0 && taken === 0 ? 400 : 200, { taken, problems: problems.slice(0, 20) });
    return;
  }
  const binary = path === '/v1/traces' ? tracesJson : logsJson;
  const rejected = intake.otlp(isProtobuf ? decoded(binary, bytes) : parsed(bytes));
  if (isProtobuf) response.writeHead(200, { 'Content-Type': type }).end(partialSuccess(rejected));
  else
    answer(response, 200, partialSuccessJson(rejected, path === '/v1/traces' ? 'rejectedSpans' : 'rejectedLogRecords'));
}

/** `ExportTraceServiceResponse`, and that of logs: the numbers of their fields are the same. */
function partialSuccess({ count, why }: Rejected): Uint8Array {
  if (count === 0) return new Uint8Array(0);
  const inner = new BinaryWriter().tag(1, WireType.Varint).int64(count).tag(2, WireType.LengthDelimited).string(why);
  return new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(inner.finish()).finish();
}

/** Numbers of 64 bits are text in protobuf's JSON. */
const partialSuccessJson = ({ count, why }: Rejected, name: string): object =>
  count === 0 ? {} : { partialSuccess: { [name]: String(count), errorMessage: why } };

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let held = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    held += piece.length;
    if (held > MOST_BYTES) throw new Refused(413, 'A request may have 16 MB');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function unpacked(bytes: Buffer, encoding = 'identity'): Buffer {
  if (encoding === 'identity') return bytes;
  if (encoding !== 'gzip') throw new Refused(415, `The content encoding is "${encoding}"; gzip is taken`);
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Refused(413, 'A request may have 16 MB');
    throw new Refused(400, 'The gzip is damaged');
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Refused(400, 'It is not JSON');
  }
}

function decoded(decode: (bytes: Uint8Array) => unknown, bytes: Buffer): unknown {
  try {
    return decode(new Uint8Array(bytes));
  } catch {
    throw new Refused(400, 'It is no OTLP request in protobuf');
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}

function notFree(port: number, code = 'unknown'): TautlineFailure {
  const problem = code === 'EADDRINUSE' ? `port ${port} is taken by another program` : `port ${port}: ${code}`;
  return new TautlineFailure({ kind: 'parameter', name: 'otlp', problem, advice: 'Name another with --otlp.' });
}
