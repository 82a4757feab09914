import type { DictionaryColumn, LedgerColumns } from '../core/columns.ts';
import { sha256 } from './sha256.ts';

/**
 * Identity of a ledger, hex: SHA-256 over the event count, event_id, ts and the stream columns (provider_id, agent_id, thread_id: names and codes), all
 * in canonical order. It does not depend on the file format or on how the ledger is cut into files.
 */
export async function fingerprint(columns: LedgerColumns): Promise<string> {
  const parts: Uint8Array[] = [new TextEncoder().encode(`tautline-ledger-1 ${columns.n}\n`), bytes(columns.eventId)];
  if (columns.hasTime) parts.push(bytes(columns.time));
  for (const column of [columns.provider, columns.agent, columns.thread]) parts.push(...dictionaryBytes(column));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return sha256(all);
}

const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function dictionaryBytes(column: DictionaryColumn | null): Uint8Array[] {
  return column ? [new TextEncoder().encode(`${JSON.stringify(column.values)}\n`), bytes(column.codes)] : [new TextEncoder().encode('-\n')];
}
