import { explain, toTautlineError } from '../../core/errors.ts';
import type { LedgerSource, NamedBlob } from '../../ledger/types.ts';
import { actions } from '../../state/store.ts';

/** How to read dropped files again as they are now: the browser voids what it gave once a file has changed. */
const handles = new WeakMap<Blob, () => Promise<Blob>>();

export const keepHandle = (blob: Blob, again: () => Promise<Blob>): void => void handles.set(blob, again);

const roots = new WeakMap<Blob, readonly FileSystemHandle[]>();

/** Keeps the files and folders that were dropped or chosen, by which their ledger is found again after a reload. */
export function keepRoots(files: readonly NamedBlob[], handles: readonly FileSystemHandle[]): void {
  for (const { blob } of files) roots.set(blob, handles);
}

/** What leads back to files; empty where the browser gave nothing. */
export const rootsOf = ([first]: readonly NamedBlob[]): readonly FileSystemHandle[] =>
  (first && roots.get(first.blob)) ?? [];

/** True if the source can be read anew without the user choosing it again. */
export const canRefresh = (source: LedgerSource): boolean =>
  source.kind !== 'files' || source.files.every(({ blob }) => handles.has(blob));

/** Opens a source again, its files as they are now where they can be had. */
export async function reopen(source: LedgerSource): Promise<void> {
  if (source.kind !== 'files') return actions.open(source);
  try {
    const files = await Promise.all(
      source.files.map(async ({ path, blob }) => {
        const again = handles.get(blob);
        if (!again) return { path, blob };
        const fresh = await again();
        keepHandle(fresh, again);
        keepRoots([{ path, blob: fresh }], roots.get(blob) ?? []);
        return { path, blob: fresh };
      }),
    );
    await actions.open({ ...source, files });
  } catch (thrown) {
    actions.toast('error', explain(toTautlineError(thrown, 'reading the files again')));
  }
}
