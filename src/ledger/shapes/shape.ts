/**
 * Shapes: what tools write that is no ledger but holds events (spans, runs, lists of messages). A shape turns parsed
 * documents (an object of one line, an element of an array, a row of a table, or a whole file) into rows of a ledger.
 */

import type { KindCount } from '../../core/eventKinds.ts';
import type { EventKind } from '../../core/ledgerSchema.ts';

export { EVENT_KINDS, type EventKind } from '../../core/ledgerSchema.ts';

export interface ShapeOptions {
  /** Which acts of a trace are events; absent: model and tool calls, and agents below which there is none of either. */
  readonly events?: readonly EventKind[];
}

/** A row: ledger columns and kept ones by name; what is missing is absent or null. `ts` is ISO 8601 text. */
export type ShapeRow = Readonly<Record<string, unknown>>;

export type ShapeColumnKind = 'text' | 'time' | 'number' | 'integer' | 'vector';
export interface ShapeColumn {
  readonly name: string;
  readonly kind: ShapeColumnKind;
}

/** A reading of one file of a shape: every document is looked at before rows are asked for. */
export interface ShapeReading {
  look(document: unknown): void;
  /** The other files of the ledger that are of the shape: what one says holds for spans of another. */
  join(others: readonly ShapeReading[]): void;
  /** Columns that have a value in some row. */
  columns(): readonly ShapeColumn[];
  /** Begins a pass over the same documents in the same order: the rows of each. */
  pass(): (document: unknown) => readonly ShapeRow[];
  /** How many rows all files have that were joined. */
  events(): number;
  /** What to do where there are no events. */
  readonly advice: string;
  /** How many acts there are of each kind, of all files that were joined; absent where there are no kinds. */
  kinds?(): readonly KindCount[];
  /** One sentence: what was taken for events, and what was left out; of all files that were joined. */
  note(): string;
}

export interface Shape {
  readonly id: string;
  /** As texts call it. */
  readonly label: string;
  /** True if a document is of this shape. */
  is(document: unknown): boolean;
  /** Whether `ShapeOptions.events` makes a difference. */
  readonly hasKinds: boolean;
  begin(options: ShapeOptions): ShapeReading;
}

const KINDS: Readonly<Record<string, ShapeColumnKind>> = {
  ts: 'time',
  embedding: 'vector',
  latency_ms: 'number',
  cost_usd: 'number',
  input_tokens: 'integer',
  output_tokens: 'integer',
  cached_tokens: 'integer',
};
export const columnOf = (name: string): ShapeColumn => ({ name, kind: KINDS[name] ?? 'text' });

/** "a, b and c". */
export const joined = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
