import { once } from '../../core/once.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import type { LiveServer, LiveTarget } from '../live/target.ts';
import type { Copy } from './copies.ts';

type FilesSource = Extract<LedgerSource, { readonly kind: 'files' }>;

/** A ledger that was opened in this browser, and what leads back to it. */
export interface Recent {
  readonly id: string;
  readonly kind: LedgerSource['kind'];
  /** As the address has it. */
  readonly name: string;
  readonly events: number;
  readonly bytes: number;
  /** Epoch ms. */
  readonly opened: number;
  /** Text of the view as it was left: parameters, range, screen. */
  readonly address: string;
  /** Files and folders as they were dropped or chosen; none where the browser gave none. */
  readonly roots: readonly FileSystemHandle[];
  readonly copy: Copy | null;
  /** Where it was followed while it grew; absent: it was not. */
  readonly followed?: Exclude<LiveTarget, LiveServer>;
  /** How its files were read, beyond what stands in the address. */
  readonly reading: Omit<FilesSource, 'kind' | 'files' | 'passedOver'>;
}

/** So many are listed; those with a copy stay until they are removed. */
const KEPT = 12;
const STORE = 'recent';

const database = once(
  () =>
    new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('tautline', 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('the browser keeps nothing in this window'));
    }),
);

async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction(STORE, mode);
  const request = act(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser could not store it'));
  });
}

/** All that are kept, the newest first. */
export async function recentLedgers(): Promise<readonly Recent[]> {
  const all = await within<Recent[]>('readonly', (store) => store.getAll() as IDBRequest<Recent[]>);
  return all.sort((a, b) => b.opened - a.opened);
}

/** What a ledger that is opened takes the place of: one of its name, unless a copy is kept of another size. */
export async function findRecent({
  kind,
  name,
  bytes,
}: Pick<Recent, 'kind' | 'name' | 'bytes'>): Promise<Recent | undefined> {
  const ofName = (await recentLedgers()).filter((recent) => recent.kind === kind && recent.name === name);
  return ofName.find((recent) => recent.bytes === bytes) ?? ofName.find(({ copy }) => copy === null);
}

export async function keepRecent(recent: Recent): Promise<void> {
  await within('readwrite', (store) => store.put(recent, recent.id));
  const beyond = (await recentLedgers()).filter(({ copy }) => copy === null).slice(KEPT);
  for (const old of beyond) await forgetRecent(old);
}

export const forgetRecent = ({ id }: Pick<Recent, 'id'>): Promise<undefined> =>
  within('readwrite', (store) => store.delete(id));
