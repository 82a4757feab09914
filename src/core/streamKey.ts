/**
 * Keys that streams are taken by (docs/methods.md 1): these, or the name of a column. `ledger` is one stream of all
 * events, `file` the file that a row came from.
 */
export const STREAM_KEYS = ['provider_id', 'agent_id', 'thread_id', 'role', 'ledger', 'file'] as const;

/** The stream of events whose key is NULL. */
export const NO_STREAM = '(none)';

/** Before the name of a column of the files that is a key of the list too. */
const COLUMN = 'column:';

/** What a key names: one of the list or a column of the ledger by its name, or a column of the files. */
export const readStreamKey = (key: string): { readonly name: string; readonly ofFiles: boolean } =>
  key.startsWith(COLUMN) ? { name: key.slice(COLUMN.length), ofFiles: true } : { name: key, ofFiles: false };

/** The key of a column of the files. @param taken names that mean something else */
export const keyOfColumn = (name: string, taken: (name: string) => boolean): string =>
  taken(name) || name.startsWith(COLUMN) ? COLUMN + name : name;
