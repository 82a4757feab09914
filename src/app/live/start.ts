import { recentLedgers } from '../../state/recent/recent.ts';
import { readTarget } from '../../state/live/source.ts';
import { targetName, type LiveTarget } from '../../state/live/target.ts';
import { session } from '../../state/store.ts';
import { mayRead } from '../open/recent/handles.ts';
import { showSheet, useUi } from '../ui.ts';
import { follower } from './follower.ts';

/** What was followed in this tab: a reload goes on with it. A folder stands in the list of recent ledgers. */
const KEPT = 'tautline.following';

type Kept = Exclude<LiveTarget, { readonly kind: 'folder' }> | { readonly kind: 'folder'; readonly name: string };

export function follow(target: LiveTarget, keepView = false): void {
  const kept: Kept = target.kind === 'folder' ? { kind: 'folder', name: target.handle.name } : target;
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  showSheet('follow');
  useUi.setState({ live: true });
  void follower.start(target, { keepView });
}

/** Follows once more what may have to be allowed anew; has to follow a click. */
export async function followAgain(target: LiveTarget): Promise<void> {
  if (target.kind === 'folder') await mayRead([target.handle], true);
  follow(target, isFollowed(location.hash));
}

export function stopFollowing(): void {
  sessionStorage.removeItem(KEPT);
  follower.stop();
}

/** Whether an address is the view of what is followed. */
const isFollowed = (hash: string): boolean => /[#&]file=live-/.test(hash);

async function keptTarget(): Promise<LiveTarget | string | null> {
  const text = sessionStorage.getItem(KEPT);
  if (text === null) return null;
  const kept = JSON.parse(text) as Kept;
  if (kept.kind !== 'folder') return kept;
  const all = await recentLedgers().catch(() => []);
  const found = all.find(({ followed }) => followed?.kind === 'folder' && targetName(followed) === kept.name)?.followed;
  return found ?? `The folder ${kept.name} has to be chosen again: the browser has not kept it.`;
}

/**
 * Starts a page whose address may name a live ledger: "#live=default&token=…", as the command line prints it, or the
 * view of what was followed before it was loaded again.
 */
export async function startPage(): Promise<void> {
  const { hash, href } = location;
  const isLive = hash.startsWith('#live=');
  if (isLive) history.replaceState(null, '', location.pathname + location.search);
  session.restore();
  const target = isLive ? readTarget(href) : isFollowed(hash) ? await keptTarget() : null;
  if (typeof target === 'string') session.actions.toast('error', target);
  else if (target) follow(target, !isLive);
}
