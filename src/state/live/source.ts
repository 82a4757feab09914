import { TautlineFailure } from '../../core/errors.ts';
import { readCommit, type Commit } from '../../detection/files/commit.ts';

/** Where a live ledger is read from: its server, or any host of its folder. */
export interface LiveSource {
  /** For people. */
  readonly place: string;
  /** Commits after a number, in order, not necessarily all; `wait`: for the next one where there is none yet. */
  commits(after: number, wait: boolean, signal: AbortSignal): Promise<readonly Commit[]>;
  /** A file of the ledger. */
  file(path: string, signal: AbortSignal): Promise<Blob>;
}

/** What to follow. `ledger` and `token` are those of a server; without them the address is a folder on any host. */
export interface LiveTarget {
  readonly url: string;
  readonly ledger: string | null;
  readonly token: string | null;
}

/** Seconds that the server holds an answer back where there is no commit. */
const WAIT_SECONDS = 20;
/** How often a host that cannot wait is asked for the next commit. */
const ASK_AGAIN_MS = 1000;
/** Commits that are fetched in one go from a host. */
const MOST_COMMITS = 500;

/**
 * Reads what "live" prints (`http://localhost:4173/#live=default&token=…`) or the address of a folder.
 * @returns a sentence where it is neither
 */
export function readTarget(text: string, token = ''): LiveTarget | string {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return 'Enter the address that "tautline live" prints, with http:// in front.';
  const url = new URL(trimmed);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `A page cannot read ${url.protocol} addresses.`;
  const fields = new URLSearchParams(url.hash.slice(1));
  const given = token.trim() || fields.get('token');
  const ledger = fields.get('live') ?? /\/v1\/ledgers\/([^/]+)/.exec(url.pathname)?.[1];
  if (given === null || given === '')
    return ledger === undefined
      ? { url: folderOf(url), ledger: null, token: null }
      : 'The token is missing: "tautline live" prints it.';
  return { url: url.origin, ledger: ledger === undefined ? 'default' : decodeURIComponent(ledger), token: given };
}

const folderOf = ({ origin, pathname }: URL): string => origin + pathname.replace(/\/(?:_log(?:\/.*)?)?$/, '');

export const openSource = (target: LiveTarget): LiveSource =>
  target.ledger === null ? hostSource(target.url) : serverSource(target.url, target.ledger, target.token ?? '');

function serverSource(origin: string, ledger: string, token: string): LiveSource {
  const base = `${origin}/v1/ledgers/${encodeURIComponent(ledger)}`;
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async (path: string, signal: AbortSignal): Promise<Response> => {
    const response = await reach(`${base}/${path}`, { headers, signal });
    if (response.status === 401)
      throw network(base, 'the token is not that of the server', 'Take the address anew that "tautline live" prints');
    if (!response.ok) throw refusal(`${base}/${path}`, response);
    return response;
  };
  return {
    place: base,
    async commits(after, wait, signal) {
      const path = `commits?after=${after}&wait=${wait ? WAIT_SECONDS : 0}`;
      const list = (await (await ask(path, signal)).json()) as unknown[];
      return list.map((commit) => readCommit(JSON.stringify(commit), base));
    },
    file: async (path, signal) => (await ask(`files/${encoded(path)}`, signal)).blob(),
  };
}

/** A folder on a host that knows nothing of ledgers: the next number is asked for again and again. */
function hostSource(base: string): LiveSource {
  const at = async (path: string, signal: AbortSignal): Promise<Response | null> => {
    const response = await reach(`${base}/${path}`, { signal, cache: 'no-cache' });
    if (response.status === 404) return null;
    if (!response.ok) throw refusal(`${base}/${path}`, response);
    return response;
  };
  return {
    place: base,
    async commits(after, wait, signal) {
      const found: Commit[] = [];
      while (found.length < MOST_COMMITS) {
        const path = `_log/${String(after + 1 + found.length).padStart(20, '0')}.json`;
        const response = await at(path, signal);
        if (response) found.push(readCommit(await response.text(), `${base}/${path}`));
        else if (found.length > 0 || !wait || signal.aborted) break;
        else await pause(ASK_AGAIN_MS, signal);
      }
      return found;
    },
    async file(path, signal) {
      const response = await at(encoded(path), signal);
      // A commit can be read a moment before its files have their names.
      if (!response) throw stalled(`${base}/${path}`, 'it is not there', 'Copy the ledger with all of its files');
      return response.blob();
    },
  };
}

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** @throws TautlineFailure of kind stalled where nobody answers: it is worth trying again */
export async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw stalled(url, 'nobody answers', 'Look whether "tautline live" still runs there');
  }
}

function refusal(url: string, { status }: Response): TautlineFailure {
  if (status >= 500) return stalled(url, `the server answers ${status}`, 'Look at what "tautline live" says');
  return network(url, `the server answers ${status}`, 'Check the address: it is the one that "tautline live" prints');
}

/** Worth trying again. */
const stalled = (url: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'stalled', url, problem, advice });

const network = (url: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'network', url, problem, advice });

export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
