import { formatTimeFull } from '../../core/format.ts';
import { LEDGER_COLUMNS } from '../../ledger/types.ts';
import type { Row } from '../../state/tables.ts';
import { epochMsOf } from '../alerts/times.ts';

export interface Field {
  readonly name: string;
  /** Null for NULL. */
  readonly text: string | null;
}

const KNOWN: readonly string[] = LEDGER_COLUMNS;

/** A value of the database as text; whole numbers beyond 2^53 keep their digits. */
export function fieldText(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (name === 'ts' || value instanceof Date) return formatTimeFull(epochMsOf(value));
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

/**
 * The fields of an event: the ledger's columns in their order, then the file's own. The text has a place of its own,
 * `row` is the page's own key, and ledger columns that the file does not have say nothing.
 */
export function fieldsOf(row: Row, mapped: readonly string[]): readonly Field[] {
  const names = Object.keys(row).filter(
    (name) => name !== 'text' && name !== 'row' && (!KNOWN.includes(name) || mapped.includes(name)),
  );
  const rank = (name: string): number => (KNOWN.includes(name) ? KNOWN.indexOf(name) : KNOWN.length);
  return names.sort((a, b) => rank(a) - rank(b)).map((name) => ({ name, text: fieldText(name, row[name]) }));
}

/** Who speaks: the agent, else the provider, else the role. */
export function speakerOf(row: Row): string {
  const speaker = row.agent_id ?? row.provider_id ?? row.role;
  return typeof speaker === 'string' ? speaker : 'unknown speaker';
}
