import { TautlineFailure } from '../../core/errors.ts';
import { reach } from './reach.ts';
import type { LiveServer } from './target.ts';

/** Who decides, why, and which bundle was in force, or at which stage the candidate was, when it was decided. */
export interface Decider {
  readonly who: string;
  readonly reason: string;
  readonly expected: string | null;
}

/** What the live process made of a decision. */
export type Answer =
  | { readonly kind: 'done'; readonly bundle: string; readonly commit: number; readonly event: number }
  | { readonly kind: 'written'; readonly bundle: string }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Asks the live process to bring a bundle into force, or to run it beside. @param bundle its JSON */
export const putBundle = (target: LiveServer, as: 'bundle' | 'candidate', bundle: Blob, decider: Decider) =>
  ask(target, { method: 'PUT', body: bundle }, as, decider);

/** Asks it to take the candidate a stage on, or back. */
export const stepCandidate = (target: LiveServer, way: 'promote' | 'back', decider: Decider) =>
  ask(target, { method: 'POST' }, `candidate/${way}`, decider);

async function ask(target: LiveServer, init: RequestInit, path: string, decider: Decider): Promise<Answer> {
  const { who, reason, expected } = decider;
  const query = new URLSearchParams({ who, reason, ...(expected !== null && { expected }) });
  const url = `${target.url}/v1/ledgers/${encodeURIComponent(target.ledger)}/${path}?${query}`;
  const headers = { Authorization: `Bearer ${target.token}`, 'Content-Type': 'application/json' };
  const response = await reach(url, { ...init, headers });
  const said = (await response.json().catch(() => null)) as Partial<{
    readonly problems: readonly string[];
    readonly bundle: string;
    readonly commit: number;
    readonly event: number;
  }> | null;
  if (said?.problems) return { kind: 'refused', problems: said.problems };
  if (response.ok && said?.bundle !== undefined)
    return said.commit === undefined || said.event === undefined
      ? { kind: 'written', bundle: said.bundle }
      : { kind: 'done', bundle: said.bundle, commit: said.commit, event: said.event };
  throw new TautlineFailure({
    kind: 'network',
    url: target.url,
    problem: `the live process answers ${response.status}`,
    advice: 'Look at what "tautline live" says there',
  });
}
