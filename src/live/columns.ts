import { LEDGER_SCHEMA } from '../core/ledgerSchema.ts';
import type { LedgerEvent } from './live_pb.ts';

/** The fields of a record that are columns of a ledger, by column. Time, id, vector and lane have ways of their own. */
const FIELDS = {
  provider_id: 'providerId',
  agent_id: 'agentId',
  thread_id: 'threadId',
  instantiation_id: 'instantiationId',
  text: 'text',
  role: 'role',
  latency_ms: 'latencyMs',
  input_tokens: 'inputTokens',
  output_tokens: 'outputTokens',
  cached_tokens: 'cachedTokens',
  cost_usd: 'costUsd',
  handoff_to: 'handoffTo',
  outcome: 'outcome',
  decision: 'decision',
  autonomy_level: 'autonomyLevel',
  label: 'label',
} as const;

export type RecordColumn = keyof typeof FIELDS;
export const RECORD_COLUMNS = Object.keys(FIELDS) as readonly RecordColumn[];
export const fieldOf = (column: RecordColumn): (typeof FIELDS)[RecordColumn] => FIELDS[column];

export const isNumber = (column: RecordColumn): boolean => LEDGER_SCHEMA[column].type !== 'utf8';

/** What a record says in a column; undefined: nothing. */
export const valueOf = (event: LedgerEvent, column: RecordColumn): string | number | undefined => event[FIELDS[column]];
