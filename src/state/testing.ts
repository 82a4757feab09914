import { createDatabase, type Database } from '../ledger/duckdb.ts';
import { nodeDuckDb } from '../ledger/testing.ts';
import type { Address } from './address.ts';

/** The browser's database on DuckDB's own worker for Node; `kill` ends its thread. */
export async function nodeDatabase(onRestart?: () => void): Promise<Database & { kill(): Promise<unknown> }> {
  let newest: ReturnType<typeof nodeDuckDb> | null = null;
  const database = await createDatabase({ spawn: async () => (newest = nodeDuckDb()), onRestart });
  return { ...database, kill: async () => newest?.kill() };
}

export interface MemoryAddress extends Address {
  /** Texts of the history entries; the last is the current one unless `back` was called. */
  readonly entries: string[];
  back(): void;
  /** Replacements of the current entry so far. */
  readonly replaced: number;
}

/** An address and history in memory, which behaves as the browser's. */
export function memoryAddress(initial = ''): MemoryAddress {
  const entries = [initial];
  const listeners = new Set<() => void>();
  let at = 0;
  let replaced = 0;
  return {
    entries,
    get replaced() {
      return replaced;
    },
    read: () => entries[at],
    push(text) {
      entries.splice(at + 1, entries.length, text);
      at += 1;
    },
    replace(text) {
      entries[at] = text;
      replaced += 1;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    back() {
      at -= 1;
      for (const listener of listeners) listener();
    },
  };
}
