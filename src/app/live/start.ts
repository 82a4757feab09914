import { readTarget, type LiveTarget } from '../../state/live/source.ts';
import { session } from '../../state/store.ts';
import { showSheet, useUi } from '../ui.ts';
import { follower } from './follower.ts';

/** What was followed in this tab: a reload goes on with it. */
const KEPT = 'tautline.live';

export function follow(target: LiveTarget, keepView = false): void {
  sessionStorage.setItem(KEPT, JSON.stringify(target));
  showSheet('follow');
  useUi.setState({ live: true });
  void follower.start(target, { keepView });
}

export function stopFollowing(): void {
  sessionStorage.removeItem(KEPT);
  follower.stop();
}

/**
 * Starts a page whose address may name a live ledger: "#live=default&token=…", as the command line prints it, or the
 * view of what was followed before it was loaded again.
 */
export function startPage(): void {
  const { hash, href } = location;
  const kept = sessionStorage.getItem(KEPT);
  const isLive = hash.startsWith('#live=');
  if (isLive) history.replaceState(null, '', location.pathname + location.search);
  session.restore();
  const target = isLive ? readTarget(href) : kept === null ? null : (JSON.parse(kept) as LiveTarget);
  if (typeof target === 'string') session.actions.toast('error', target);
  else if (target && (isLive || /[#&]file=live-/.test(hash))) follow(target, !isLive);
}
