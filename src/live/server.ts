import { timingSafeEqual } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { findFile } from '../cli/serve.ts';
import type { Commit } from '../detection/files/commit.ts';
import { candidate, deploy, propose, step, type Decided, type Decider, type Desk } from './deploy.ts';
import { commitAt, LOG_FOLDER, newestCommit, removedPath } from './sink/commitLog.ts';

/** How often the folder is looked at for the next commit. */
const LOOK_MS = 50;
/** Looks at a file that is not there yet. */
const NAMING_LOOKS = 40;
const MOST_WAIT_SECONDS = 60;
/** Commits to an answer. */
const MOST_COMMITS = 500;
const MOST_BUNDLE = 64 << 20;

export interface LiveApi {
  /** Sent as `Authorization: Bearer`; stands in the fragment of the address, which no server sees. */
  readonly token: string;
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

export interface LiveFigures {
  readonly contentType: string;
  text(): Promise<string>;
}

/**
 * What followers of a ledger ask, and what they decide about it: no more is written than that. The server that it is
 * part of checks Host and Origin.
 */
export function liveApi(desk: Desk, token: string, health: () => object, figures: LiveFigures): LiveApi {
  const { folder, group: ledger } = desk;
  const base = `/v1/ledgers/${encodeURIComponent(ledger)}/`;
  return {
    token,
    async answer(request, response) {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (url.pathname === '/health') return json(response, 200, health());
      if (url.pathname === '/metrics') {
        response.writeHead(200, { 'Content-Type': figures.contentType, 'Cache-Control': 'no-store' });
        response.end(await figures.text());
        return true;
      }
      if (!url.pathname.startsWith('/v1/')) return false;
      if (allowOrigin(request, response)) return true;
      if (!isAllowed(request, token)) return json(response, 401, { problem: 'The token of the address is missing' });
      if (!url.pathname.startsWith(base)) return json(response, 404, { problem: `The ledger is "${ledger}"` });
      const what = url.pathname.slice(base.length);
      const decide = DECISIONS[`${request.method} ${what}`];
      if (decide) return put(desk, decide, url, request, response);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return json(response, 405, {
          problem: 'Followers read, put a bundle or a candidate, and post candidate/promote or candidate/back',
        });
      if (what === 'commits') return commits(folder, url, request, response);
      if (what === 'state') return json(response, 200, await stateOf(folder));
      if (what === 'candidate') {
        const found = candidate(desk);
        return found ? json(response, 200, found) : json(response, 404, { problem: 'Nothing runs beside' });
      }
      if (what === 'bundle') {
        const { bundle } = await stateOf(folder);
        return bundle === null
          ? json(response, 404, { problem: 'There is no bundle yet: events are being collected' })
          : file(folder, `/${LOG_FOLDER}/bundle-${bundle}.json`, request, response);
      }
      if (what.startsWith('files/')) return file(folder, what.slice('files'.length), request, response);
      return json(response, 404, { problem: 'Ask for commits, files/<path>, bundle, candidate or state' });
    },
  };
}

type Decide = (desk: Desk, text: string, decider: Decider) => Promise<Decided>;

/** The body is the JSON of a bundle, where one is needed; `who`, `reason` and `expected` stand in the address. */
const DECISIONS: Readonly<Record<string, Decide | undefined>> = {
  'PUT bundle': deploy,
  'PUT candidate': propose,
  'POST candidate/promote': (desk, _, decider) => step(desk, 'promoted', decider),
  'POST candidate/back': (desk, _, decider) => step(desk, 'stepped-back', decider),
};

async function put(
  desk: Desk,
  decide: Decide,
  { searchParams }: URL,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const text = await textOf(request);
  if (text === null) return json(response, 413, { problems: [`a bundle may have ${MOST_BUNDLE >> 20} MB`] });
  const { status, ...decided } = await decide(desk, text, {
    who: searchParams.get('who') ?? '',
    reason: searchParams.get('reason') ?? '',
    expected: searchParams.get('expected'),
  });
  return json(response, status, decided);
}

async function textOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let held = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    held += piece.length;
    if (held > MOST_BUNDLE) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function stateOf(folder: string): Promise<{ commit: number; bundle: string | null; events: number }> {
  const commit = await newestCommit(folder);
  const last = commit < 0 ? null : await commitAt(folder, commit);
  return { commit, bundle: last?.bundle ?? null, events: last?.events.to ?? 0 };
}

/** Pages of this machine on another port, which the server has let through. @returns true where all was asked */
function allowOrigin({ headers: { origin }, method }: IncomingMessage, response: ServerResponse): boolean {
  if (origin === undefined) return false;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Vary', 'Origin');
  if (method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'Access-Control-Allow-Headers': 'Authorization, Content-Type',
    'Access-Control-Allow-Methods': 'GET, HEAD, PUT, POST',
    'Access-Control-Max-Age': '600',
  });
  response.end();
  return true;
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function json(response: ServerResponse, status: number, value: unknown): true {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(`${JSON.stringify(value)}\n`);
  return true;
}

/** Commits after a number: a list, after waiting where there are none yet, or an event stream that does not end. */
async function commits(folder: string, url: URL, request: IncomingMessage, response: ServerResponse): Promise<true> {
  const after = Number(url.searchParams.get('after') ?? '-1');
  if (!Number.isSafeInteger(after) || after < -1)
    return json(response, 400, { problem: 'after is the number of the last commit that you have, or -1' });
  const wait = Math.min(MOST_WAIT_SECONDS, Number(url.searchParams.get('wait') ?? '0') || 0);
  let gone = false;
  response.on('close', () => (gone = true));
  if (!/text\/event-stream/.test(request.headers.accept ?? '')) {
    const until = Date.now() + 1000 * wait;
    let found = await from(folder, after + 1);
    while (found.length === 0 && Date.now() < until && !gone) {
      await look();
      found = await from(folder, after + 1);
    }
    return json(response, 200, found);
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  for (let next = after + 1; !gone;) {
    const found = await from(folder, next);
    for (const commit of found) response.write(`id: ${commit.number}\ndata: ${JSON.stringify(commit)}\n\n`);
    next += found.length;
    if (found.length === 0) await look();
  }
  return true;
}

const look = (): Promise<void> => new Promise((done) => setTimeout(done, LOOK_MS));

async function from(folder: string, first: number): Promise<Commit[]> {
  const found: Commit[] = [];
  for (let n = first; found.length < MOST_COMMITS; n++) {
    const commit = await commitAt(folder, n);
    if (!commit) break;
    found.push(commit);
  }
  return found;
}

/** A file of the ledger, or a range of it. Files are never changed under their name. */
async function file(folder: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<true> {
  // A fetch with If-None-Match says "no-cache" too, which would have the whole file sent again.
  delete request.headers['cache-control'];
  const findAt = async (at: string) => findFile(await realpath(folder), at, request);
  // Who follows an old commit may ask for a file that was compacted since.
  const find = async () =>
    /\.(?:parquet|json)$/.test(path) ? ((await findAt(path)) ?? (await findAt(removedPath(path)))) : null;
  let found = await find();
  // A commit can be read a moment before its files have their names.
  for (let looks = 0; !found && path.endsWith('.parquet') && looks < NAMING_LOOKS; looks++) {
    await look();
    found = await find();
  }
  if (!found) return json(response, 404, { problem: 'There is no such file in the ledger' });
  response.setHeader('Cache-Control', 'private, max-age=31536000, immutable');
  response.writeHead(found.statusCode, found.headers);
  await pipeline(found.stream, response);
  return true;
}
