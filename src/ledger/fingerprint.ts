import type { DictionaryColumn, LedgerColumns } from '../core/columns.ts';
import { LEDGER_SCHEMA, columnsOf, keyOf, type LedgerColumnName } from '../core/ledgerSchema.ts';
import { sha256 } from './sha256.ts';

/**
 * Identity of a ledger, hex: SHA-256 over the event count and the columns whose row of `LEDGER_SCHEMA` says so (of
 * categories names and codes, of text and embedding a hash per event), all in canonical order.
 * It does not depend on the file format or on how the ledger is cut into files.
 * @param content hash of each event's text and embedding, length n
 */
export async function fingerprint(columns: LedgerColumns, content: Uint32Array): Promise<string> {
  const parts: Uint8Array[] = [
    new TextEncoder().encode(`tautline-ledger-2 ${columns.n}\n`),
    bytes(columns.eventId),
    ...columnsOf('light')
      .filter(isCovered)
      .map((name) => bytes(columns[keyOf(name)])),
    bytes(content),
  ];
  if (columns.hasTime) parts.push(bytes(columns.time));
  for (const name of columnsOf('dictionary').filter(isCovered)) parts.push(...dictionaryBytes(columns[keyOf(name)]));
  return sha256(joined(parts));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Identity of a ledger whose streams are taken by a column that its own fingerprint does not cover. */
export const groupedFingerprint = (of: string, by: DictionaryColumn): Promise<string> =>
  sha256(joined([new TextEncoder().encode(`tautline-streams-1 ${of}\n`), ...dictionaryBytes(by)]));

const isCovered = (name: LedgerColumnName): boolean => LEDGER_SCHEMA[name].inFingerprint;

const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function dictionaryBytes(column: DictionaryColumn | null): Uint8Array[] {
  return column
    ? [new TextEncoder().encode(`${JSON.stringify(column.values)}\n`), bytes(column.codes)]
    : [new TextEncoder().encode('-\n')];
}
