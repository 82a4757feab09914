import type { LedgerSource } from '../../../ledger/types.ts';
import { createDelay } from '../../../state/delay.ts';
import { targetName, type LiveTarget } from '../../../state/live/target.ts';
import { findRecent, keepRecent, type Recent } from '../../../state/recent/recent.ts';
import { session } from '../../../state/store.ts';
import { encodeView } from '../../../state/url.ts';
import { sourceName } from '../../../state/view.ts';
import { useUi } from '../../ui.ts';
import { rootsOf } from '../fresh.ts';

/** How long the view has to stand still before it is kept, in ms. */
const REST_MS = 400;

const readingOf = ({ part, events, together, embedder, sample }: LedgerSource): Recent['reading'] => ({
  part,
  events,
  together,
  embedder,
  sample,
});

/** Puts the open ledger on the list of recent ones, with the view as it is. */
async function remember(): Promise<void> {
  const { ledger, view } = session.store.getState();
  if (ledger.phase !== 'open') return;
  const { source, report } = ledger;
  const of = { kind: source.kind, name: sourceName(source), bytes: report.bytes };
  const before = await findRecent(of);
  const isLive = useUi.getState().live && of.name.startsWith('live-');
  const followed = (isLive ? await followedNow(of.name) : null) ?? before?.followed;
  // The token of a server is for one run, and is not kept: nothing would lead back to the ledger.
  if (isLive && (!followed || followed.kind === 'server')) return;
  const roots = rootsOf(source.kind === 'files' ? source.files : []);
  await keepRecent({
    ...of,
    id: before?.id ?? crypto.randomUUID(),
    events: report.events,
    opened: Date.now(),
    address: encodeView(view),
    roots: roots.length === 0 && before?.bytes === of.bytes ? before.roots : roots,
    copy: before?.copy ?? null,
    reading: readingOf(source),
    ...(followed && followed.kind !== 'server' && { followed }),
  });
}

/** Where the open ledger is followed; null: it is not. */
async function followedNow(name: string): Promise<LiveTarget | null> {
  const { follower } = await import('../../live/follower.ts');
  const { target } = follower.store.getState();
  return target && name === `live-${targetName(target)}` ? target : null;
}

let following = false;

/** Keeps what is open, and how it is looked at, from now on. Private windows keep nothing, as they should. */
export function rememberFromNowOn(): void {
  if (following) return;
  following = true;
  const delay = createDelay();
  const soon = (): void => delay.start(() => void remember().catch(() => undefined), REST_MS);
  soon();
  session.store.subscribe(({ view, ledger }, before) => {
    if (view !== before.view || ledger !== before.ledger) soon();
  });
}
