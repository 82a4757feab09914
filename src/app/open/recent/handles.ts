import { explain, toTautlineError } from '../../../core/errors.ts';
import { actions } from '../../../state/store.ts';
import { openGathered } from '../openFiles.ts';
import { sortOut, type Gathered } from '../drop.ts';
import { keepHandle } from '../fresh.ts';
import type { NamedBlob } from '../../../ledger/types.ts';

/** What the types of the browser leave out. */
type Permitting = FileSystemHandle & {
  queryPermission?(how: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(how: { mode: 'read' }): Promise<PermissionState>;
};

interface Pickers {
  showOpenFilePicker?(options: { multiple: true }): Promise<readonly FileSystemFileHandle[]>;
  showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
}

/** Opens what the user chooses. */
export async function openPicked(what: 'files' | 'folder'): Promise<void> {
  try {
    const roots = await pick(what);
    if (roots) await openGathered(gatherHandles(roots), Promise.resolve(roots));
  } catch (thrown) {
    actions.toast('error', explain(toTautlineError(thrown, 'choosing files')));
  }
}

/** Whether this browser hands folders to a page. */
export const canPickFolder = (): boolean => 'showDirectoryPicker' in window;

/** Null where the user chose nothing. */
export async function pick(what: 'files' | 'folder'): Promise<readonly FileSystemHandle[] | null> {
  const pickers = window as Pickers;
  try {
    return what === 'files'
      ? await pickers.showOpenFilePicker!({ multiple: true })
      : [await pickers.showDirectoryPicker!()];
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return null;
    throw thrown;
  }
}

/** True if all may be read; where the browser has to ask, only if `ask`, which has to follow a click. */
export async function mayRead(roots: readonly FileSystemHandle[], ask: boolean): Promise<boolean> {
  for (const handle of roots as readonly Permitting[]) {
    let state = (await handle.queryPermission?.({ mode: 'read' })) ?? 'granted';
    if (state === 'prompt' && ask) state = (await handle.requestPermission?.({ mode: 'read' })) ?? 'denied';
    if (state !== 'granted') return false;
  }
  return true;
}

/** The files of handles, those in folders with their paths. */
export async function gatherHandles(roots: readonly FileSystemHandle[]): Promise<Gathered> {
  const found: NamedBlob[] = [];
  const walk = async (handle: FileSystemHandle, under: string): Promise<void> => {
    if (handle.kind === 'file') {
      const file = handle as FileSystemFileHandle;
      const blob = await file.getFile();
      keepHandle(blob, () => file.getFile());
      found.push({ path: under + file.name, blob });
    } else
      for await (const child of (handle as FileSystemDirectoryHandle).values())
        await walk(child, `${under}${handle.name}/`);
  };
  for (const handle of roots) await walk(handle, '');
  return sortOut(found);
}
