import { explain, toTautlineError } from '../../../core/errors.ts';
import type { LedgerSource, NamedBlob } from '../../../ledger/types.ts';
import { filesOfCopy } from '../../../state/recent/copies.ts';
import type { Recent } from '../../../state/recent/recent.ts';
import { actions } from '../../../state/store.ts';
import { keepRoots } from '../fresh.ts';
import { gatherHandles, mayRead } from './handles.ts';

/** True if there is a way to its files that needs no choosing. */
export const canReopen = ({ kind, copy, roots }: Recent): boolean =>
  kind !== 'files' || copy !== null || roots.length > 0;

/** What went wrong, and what to do about it. */
export function problemOf(thrown: unknown, name: string): string {
  const kind = thrown instanceof DOMException ? thrown.name : '';
  if (kind === 'NotFoundError')
    return `${name} is not where it was: moved, renamed or deleted. Choose it anew, or take it off the list.`;
  if (kind === 'QuotaExceededError')
    return `The browser has no room for ${name}. Remove copies from the list, or free space on the disk.`;
  return explain(toTautlineError(thrown, `reading ${name}`));
}

/**
 * The files of a ledger, as they are now.
 * @param ask the browser may ask the user, which it does only after a click
 * @returns null where it may not be read
 */
async function filesOf({ copy, roots }: Recent, ask: boolean): Promise<readonly NamedBlob[] | null> {
  // The user's own file first: it may have grown since it was copied.
  if (roots.length > 0 && (copy === null || (await mayRead(roots, false)))) {
    if (!(await mayRead(roots, ask))) return null;
    const { files } = await gatherHandles(roots);
    keepRoots(files, roots);
    return files;
  }
  return copy && filesOfCopy(copy);
}

/** Where it is opened from; null where the browser may not read its files. @param ask as `filesOf` */
export async function sourceOfRecent(recent: Recent, ask: boolean): Promise<LedgerSource | null> {
  if (recent.kind === 'sample') return { ...recent.reading, kind: 'sample', name: recent.name };
  if (recent.kind === 'url') return { ...recent.reading, kind: 'url', url: recent.name };
  const files = await filesOf(recent, ask);
  return files && { ...recent.reading, kind: 'files', files };
}

/** Opens it without a question, in the view of the address; false if it cannot be opened so. */
export async function reopenAsked(recent: Recent): Promise<boolean> {
  const files = await filesOf(recent, false);
  if (files === null) return false;
  void actions.open({ ...recent.reading, kind: 'files', files });
  return true;
}

/** Brings the address to a view, as a link would. */
async function goTo(address: string): Promise<void> {
  if (location.hash === `#${address}`) return;
  const arrived = new Promise((resolve) => window.addEventListener('hashchange', resolve, { once: true }));
  location.hash = address;
  await arrived;
}

/** Opens it in the view that it was left in; has to follow a click. @returns what is wrong, null if nothing is */
export async function openRecent(recent: Recent): Promise<string | null> {
  try {
    if (recent.followed) {
      const { followAgain } = await import('../../live/start.ts');
      await goTo(recent.address);
      await followAgain(recent.followed);
      return null;
    }
    const files = recent.kind === 'files' ? await filesOf(recent, true) : null;
    if (recent.kind === 'files' && files === null && canReopen(recent))
      return `The browser may not read ${recent.name}. Open it again and allow it, or choose the file.`;
    await goTo(recent.address);
    if (files) void actions.open({ ...recent.reading, kind: 'files', files });
    return null;
  } catch (thrown) {
    return problemOf(thrown, recent.name);
  }
}
