import type { Commit } from '../../detection/files/commit.ts';

/** Where a live ledger is read from: its server, any host of its folder, or the folder itself. */
export interface LiveSource {
  /** For people. */
  readonly place: string;
  /** Commits after a number, in order, not necessarily all; `wait`: for the next one where there is none yet. */
  commits(after: number, wait: boolean, signal: AbortSignal): Promise<readonly Commit[]>;
  /** A file of the ledger; null: it is not there, or not yet. */
  file(path: string, signal: AbortSignal): Promise<Blob | null>;
}

/** The process that writes a ledger, and hands it to followers. */
export interface LiveServer {
  readonly kind: 'server';
  readonly url: string;
  readonly ledger: string;
  readonly token: string;
}

/** What to follow: a server, the folder of a ledger on any host, or one that the user chose. */
export type LiveTarget =
  | LiveServer
  | { readonly kind: 'host'; readonly url: string }
  | { readonly kind: 'folder'; readonly handle: FileSystemDirectoryHandle };

/** What is followed, in a word: a ledger's or a folder's name. */
export function targetName(target: LiveTarget): string {
  if (target.kind === 'server') return target.ledger;
  if (target.kind === 'folder') return target.handle.name;
  return decodeURIComponent(/[^/]*$/.exec(target.url)![0]) || 'folder';
}
