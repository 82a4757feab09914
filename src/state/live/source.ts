import { readCommit } from '../../detection/files/commit.ts';
import { folderSource, handleReader, hostReader, requireLog } from './folder.ts';
import { encoded, network, reach, refusal } from './reach.ts';
import type { LiveServer, LiveSource, LiveTarget } from './target.ts';

/** Seconds that the server holds an answer back where there is no commit. */
const WAIT_SECONDS = 20;

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
      ? { kind: 'host', url: folderOf(url) }
      : 'The token is missing: "tautline live" prints it.';
  return {
    ...{ kind: 'server', url: url.origin, token: given },
    ledger: ledger === undefined ? 'default' : decodeURIComponent(ledger),
  };
}

const folderOf = ({ origin, pathname }: URL): string => origin + pathname.replace(/\/(?:_log(?:\/.*)?)?$/, '');

export function openSource(target: LiveTarget): LiveSource {
  if (target.kind === 'server') return serverSource(target);
  return target.kind === 'host'
    ? folderSource(target.url, hostReader(target.url))
    : folderSource(target.handle.name, handleReader(target.handle), () => requireLog(target.handle));
}

function serverSource({ url: origin, ledger, token }: LiveServer): LiveSource {
  const base = `${origin}/v1/ledgers/${encodeURIComponent(ledger)}`;
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async (path: string, signal: AbortSignal): Promise<Response> => {
    const response = await reach(`${base}/${path}`, { headers, signal });
    if (response.status === 401)
      throw network(base, 'the token is not that of the server', 'Take the address anew that "tautline live" prints');
    if (!response.ok && response.status !== 404) throw refusal(`${base}/${path}`, response);
    return response;
  };
  return {
    place: base,
    async commits(after, wait, signal) {
      const path = `commits?after=${after}&wait=${wait ? WAIT_SECONDS : 0}`;
      const response = await ask(path, signal);
      if (!response.ok) throw refusal(base, response);
      const list = (await response.json()) as unknown[];
      return list.map((commit) => readCommit(JSON.stringify(commit), base));
    },
    async file(path, signal) {
      const response = await ask(`files/${encoded(path)}`, signal);
      return response.ok ? response.blob() : null;
    },
  };
}
