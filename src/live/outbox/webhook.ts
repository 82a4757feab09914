import { createHmac, randomBytes } from 'node:crypto';
import { TautlineFailure } from '../../core/errors.ts';
import { textOrMade } from '../log/files.ts';
import { shortId } from './events.ts';
import type { Target, Tried } from './outbox.ts';

export interface Webhook {
  readonly url: URL;
  /** Each signs: two, while a new one is brought in. */
  readonly secrets: readonly Uint8Array[];
  /** How long a call may take. */
  readonly limitMs?: number | undefined;
}

const LIMIT_MS = 10_000;
/** In two hours, as waits are doubled up to five minutes. */
const MOST_TRIES = 32;
/** Of what the receiver says that it will never take. */
const MOST_REFUSALS = 3;
const NEVER_TAKEN: readonly number[] = [400, 413, 415, 422];
const GONE = 410;
const PREFIX = 'whsec_';
const OWN_HOSTS = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @throws TautlineFailure where what is sent could be read on its way, or read by another than its receiver */
export function webhookUrl(text: string): URL {
  const refused = (problem: string): TautlineFailure =>
    new TautlineFailure({
      ...{ kind: 'parameter', name: 'webhook', problem },
      advice: 'Give an address that begins with https://, or http:// of this machine.',
    });
  if (!URL.canParse(text)) throw refused('it is no address');
  const url = new URL(text);
  const isOwn = url.protocol === 'http:' && OWN_HOSTS.test(url.hostname);
  if (url.protocol !== 'https:' && !isOwn) throw refused(`${url.protocol}// to ${url.hostname} is not encrypted`);
  if (url.username !== '' || url.password !== '') throw refused('a password may not stand in it');
  return url;
}

/** The secrets of a file, one a line; the file is made where it is not there. */
export async function webhookSecrets(path: string): Promise<readonly Uint8Array[]> {
  const text = await textOrMade(path, `${PREFIX}${randomBytes(32).toString('base64')}\n`);
  const lines = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const secrets = lines.map(secretOf);
  const bad = secrets.indexOf(null);
  if (secrets.length > 0 && bad < 0) return secrets as Uint8Array[];
  throw new TautlineFailure({
    ...{ kind: 'file', file: path },
    problem: lines.length === 0 ? 'it is empty' : `line ${bad + 1} is no secret`,
    advice: `A secret is "${PREFIX}" and 24 to 64 bytes in base64. Delete the file, and one is made.`,
  });
}

function secretOf(line: string): Uint8Array | null {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(line)) return null;
  const bytes = Buffer.from(line.slice(PREFIX.length), 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : null;
}

/** Headers of Standard Webhooks. */
export function signed(id: string, seconds: number, body: string, secrets: readonly Uint8Array[]) {
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
    return `v1,${mac}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatures.join(' ') };
}

/** One's own receiver of alerts. */
export const webhookTarget = ({ url, secrets, limitMs = LIMIT_MS }: Webhook): Target => ({
  name: 'webhook',
  from: 'now',
  topics: ['alerts'],
  async send({ event }, signal) {
    const body = JSON.stringify(event);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'user-agent': 'tautline',
          ...signed(shortId(event), Math.floor(Date.now() / 1000), body, secrets),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
      });
      // What it says is not read: an answer need not end.
      await response.body?.cancel().catch(() => undefined);
      return triedBy(response);
    } catch (thrown) {
      return { kind: 'failed', reason: reasonOf(thrown, limitMs), tries: MOST_TRIES };
    }
  },
});

function triedBy({ ok, status, headers }: Response): Tried {
  if (ok) return { kind: 'sent' };
  if (status === GONE)
    return { kind: 'stop', reason: 'the receiver answers 410: nothing more is sent until a restart' };
  const redirected = status >= 300 && status < 400 ? ', and redirections are not followed' : '';
  const seconds = Number(headers.get('retry-after') ?? 0);
  return {
    kind: 'failed',
    reason: `the receiver answers ${status}${redirected}`,
    tries: NEVER_TAKEN.includes(status) ? MOST_REFUSALS : MOST_TRIES,
    ...(seconds > 0 && { waitMs: 1000 * seconds }),
  };
}

function reasonOf(thrown: unknown, limitMs: number): string {
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') return `no answer within ${limitMs / 1000} s`;
  const cause = thrown instanceof Error ? (thrown.cause as NodeJS.ErrnoException | undefined) : undefined;
  const code = cause?.code ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return `the receiver cannot be reached (${code})`;
}
