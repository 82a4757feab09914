import { formatCount } from '../../core/format.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { FORMAT_NAMES } from '../../ledger/formats/list.ts';
import type { LedgerSource, NamedBlob } from '../../ledger/types.ts';
import { actions, session } from '../../state/store.ts';
import { showSheet } from '../ui.ts';
import { droppedKind } from './droppedKind.ts';
import { gatherInput, sortOut, walkDrop, type Gathered } from './drop.ts';
import type { Dropped } from './dropped.ts';
import { keepRoots } from './fresh.ts';

const SOME = 3;

/** Opens what was dropped on the page. */
export const openDropped = (dropped: Dropped): Promise<void> =>
  openGathered(walkDrop(dropped).then(sortOut), dropped.handles);

/** Adds what was dropped as an embedding model. */
export async function addModel(dropped: Dropped): Promise<void> {
  const [{ addDropped }, files] = await Promise.all([import('../embedder/EmbedderSheet.tsx'), walkDrop(dropped)]);
  await addDropped(files);
}

/** Opens what was chosen in a field of the page. */
export const openChosen = (files: readonly File[]): Promise<void> => openGathered(gatherInput(files));

/** Opens what was dropped beside the open ledger, to be compared with it. */
export const openDroppedBeside = (dropped: Dropped): Promise<void> =>
  openBeside(walkDrop(dropped).then(sortOut), dropped.handles);

/** The same of what was chosen. */
export const openChosenBeside = (files: readonly File[]): Promise<void> => openBeside(gatherInput(files));

async function openBeside(
  gathering: Gathered | Promise<Gathered>,
  handles: Promise<readonly (FileSystemHandle | null)[]> | null = null,
): Promise<void> {
  try {
    const source = await sourceOf(await gathering, handles);
    const { second } = await import('../../state/second/page.ts');
    if (source) await second.open(source);
  } catch (thrown) {
    actions.toast('error', explain(toTautlineError(thrown, 'reading the dropped files')));
  }
}

/** Bundles, and in the laboratory labels, are no ledgers: they are for the one that is open. */
async function takenByLab({ path, blob }: NamedBlob): Promise<boolean> {
  const { view, ledger } = session.store.getState();
  const name = path.split('/').at(-1)!;
  const kind = await droppedKind(blob, name, view.screen === 'laboratory' && ledger.phase === 'open');
  if (kind === null) return false;
  const problem =
    kind === 'bundle'
      ? await (await import('../lab/bundleFile.ts')).takeBundle(blob, name)
      : await (await import('../lab/labelFile.ts')).takeLabelFile(blob, name);
  if (problem) actions.toast('error', problem);
  else if (kind === 'bundle') actions.setScreen('laboratory');
  return true;
}

/**
 * Opens what a drop or a chooser gave; says what was passed over, and says so when nothing was left.
 * @param handles of what was dropped or chosen, null where the browser gives none
 */
export async function openGathered(
  gathering: Gathered | Promise<Gathered>,
  handles: Promise<readonly (FileSystemHandle | null)[]> | null = null,
): Promise<void> {
  let gathered: Gathered;
  try {
    gathered = await gathering;
    const { files, ignored } = gathered;
    if (files.length === 1 && ignored.length === 0 && (await takenByLab(files[0]))) return;
  } catch (thrown) {
    actions.toast('error', explain(toTautlineError(thrown, 'reading the dropped files')));
    return;
  }
  const source = await sourceOf(gathered, handles);
  if (source === null) return;
  showSheet(null);
  await actions.open(source);
}

/** Files as a ledger's; says what was passed over. @returns null where nothing was left, which it says too */
async function sourceOf(
  { files, ignored }: Gathered,
  handles: Promise<readonly (FileSystemHandle | null)[]> | null,
): Promise<LedgerSource | null> {
  if (files.length === 0) {
    const what =
      ignored.length > 0 ? `none of its ${formatCount(ignored.length)} files is ${FORMAT_NAMES}` : 'it holds no files';
    actions.toast('warning', `Nothing to open: ${what}.`);
    return null;
  }
  if (ignored.length > 0) {
    const names = ignored.slice(0, SOME).join(', ') + (ignored.length > SOME ? ', …' : '');
    actions.toast(
      'info',
      `${formatCount(ignored.length)} ${ignored.length === 1 ? 'file is' : 'files are'} ` +
        `no ledger and passed over: ${names}`,
    );
  }
  const roots = (await handles?.catch(() => [])) ?? [];
  if (roots.length > 0 && roots.every((handle) => handle !== null)) keepRoots(files, roots);
  return { kind: 'files', files, passedOver: ignored.map((path) => ({ path, why: 'no data' }) as const) };
}
