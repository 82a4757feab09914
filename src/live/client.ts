import { readFile } from 'node:fs/promises';
import { TautlineFailure } from '../core/errors.ts';

/** What is decided about a live ledger from elsewhere, by the address that `live` prints. */
export interface Asked {
  readonly address: string;
  readonly what: 'promote' | 'back' | 'candidate' | 'deploy';
  /** File of a bundle, where one is needed. */
  readonly bundle: string | null;
  readonly who: string;
  readonly reason: string;
}

const WAYS = {
  promote: ['POST', 'candidate/promote'],
  back: ['POST', 'candidate/back'],
  candidate: ['PUT', 'candidate'],
  deploy: ['PUT', 'bundle'],
} as const;

/** Asks the live process. @returns its answer as text, where it did so */
export async function ask({ address, what, bundle, who, reason }: Asked): Promise<string> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const fields = new URLSearchParams(url?.hash.slice(1));
  const [ledger, token] = [fields.get('live'), fields.get('token')];
  if (!url || ledger === null || token === null)
    throw failed(address, 'it is not what "tautline live" prints', 'Give the whole address of the app, in quotes');
  const [method, path] = WAYS[what];
  const body = bundle === null ? undefined : await readFile(bundle, 'utf8');
  const to = `${url.origin}/v1/ledgers/${encodeURIComponent(ledger)}/${path}?${new URLSearchParams({ who, reason })}`;
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(to, { method, body, headers }).catch(() => {
    throw failed(url.origin, 'nobody answers', 'Look whether "tautline live" still runs there');
  });
  const text = (await response.text()).trim();
  if (response.ok) return text;
  const { problems = [text] } = JSON.parse(text) as { readonly problems?: readonly string[] };
  throw failed(url.origin, problems.join('; '), 'Nothing has changed there');
}

const failed = (url: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'network', url, problem, advice });
