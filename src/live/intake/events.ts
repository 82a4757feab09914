import { create } from '@bufbuild/protobuf';
import { parseIso } from '../../core/iso.ts';
import { LEDGER_SCHEMA } from '../../core/ledgerSchema.ts';
import { timeOfNumber, vectorOfText } from '../../ledger/intake.ts';
import { fieldOf, isNumber, RECORD_COLUMNS, type RecordColumn } from '../columns.ts';
import { LedgerEventSchema, type LedgerEvent } from '../live_pb.ts';

/** Fields of somebody else's, by name. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ATTRIBUTES_BYTES = 16_384;

/** The field of a row that a column is read from: of its own name, or another that it is met under. */
function columnIn(row: Fields, column: RecordColumn | 'ts' | 'embedding'): string | undefined {
  if (row[column] !== undefined) return column;
  return LEDGER_SCHEMA[column].aliases.find((alias) => row[alias] !== undefined);
}

/**
 * A row of ledger columns as a record; what is no column is kept as an attribute.
 * @param now stands for the time of one that states none, epoch ms
 * @returns a sentence where it is no event
 */
export function eventOfRow(row: Fields, uid: string, now: number): LedgerEvent | string {
  const used = new Set<string>(['event_id', 'uid']);
  const take = (column: RecordColumn | 'ts' | 'embedding'): unknown => {
    const name = columnIn(row, column);
    if (name === undefined) return undefined;
    used.add(name);
    return row[name] ?? undefined;
  };
  const ts = take('ts');
  const ms = ts === undefined ? now : timeOf(ts);
  if (!Number.isFinite(ms)) return `ts is no time: ${shown(ts)}`;
  const embedding = bytesOf(take('embedding'));
  if (embedding === null) return 'embedding is no list of finite numbers, and no float32 in base64';
  const fields: Record<string, unknown> = {};
  for (const column of RECORD_COLUMNS) {
    const value = take(column);
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      return `${column} is no plain value`;
    const number = Number(value);
    if (!isNumber(column)) fields[fieldOf(column)] = String(value);
    else if (Number.isFinite(number) && isInRange(column, number)) fields[fieldOf(column)] = number;
    else return `${column} is no number that it can be: ${shown(value)}`;
  }
  const attributes = attributesOf(Object.entries(row).filter(([name]) => !used.has(name)));
  return create(LedgerEventSchema, {
    ...fields,
    ...(typeof row.shadow === 'boolean' && { shadow: row.shadow }),
    uid,
    sourceMicros: BigInt(Math.round(ms * 1000)),
    embedding,
    attributes,
    critical: fields.outcome === 'escalated' || Number(fields.autonomyLevel) >= 3 || row['tautline.critical'] === true,
  });
}

const COUNTS: readonly RecordColumn[] = RECORD_COLUMNS.filter((column) => LEDGER_SCHEMA[column].type === 'int64');
const isInRange = (column: RecordColumn, value: number): boolean =>
  COUNTS.includes(column)
    ? Number.isInteger(value) && value >= 0 && value < 2 ** 32
    : LEDGER_SCHEMA[column].type !== 'int8' || (Number.isInteger(value) && Math.abs(value) < 128);

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? String(value);

const timeOf = (value: unknown): number =>
  typeof value === 'number'
    ? timeOfNumber(value)
    : typeof value !== 'string'
      ? Number.NaN
      : /^\d+(?:\.\d+)?$/.test(value)
        ? timeOfNumber(Number(value))
        : parseIso(value);

/** float32 as records have them; empty: none; null: it is no vector. */
function bytesOf(value: unknown): Uint8Array | null {
  if (value === undefined) return new Uint8Array(0);
  if (typeof value === 'string') {
    const bytes = new Uint8Array(Buffer.from(value, 'base64'));
    return bytes.length > 0 && bytes.length % 4 === 0 ? finite(new Float32Array(bytes.buffer)) : null;
  }
  if (!Array.isArray(value) || value.some((number) => typeof number !== 'number')) return null;
  return finite(Float32Array.from(value as number[]));
}

const finite = (vector: Float32Array): Uint8Array | null =>
  vector.every(Number.isFinite) ? new Uint8Array(vector.buffer) : null;

/** Attributes are kept as text; as many as have room. */
function attributesOf(entries: readonly (readonly [string, unknown])[]): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of entries) {
    if (value === null || value === undefined) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    bytes += name.length + text.length;
    if (bytes > ATTRIBUTES_BYTES) break;
    kept[name] = text;
  }
  return kept;
}

/** Gives an event with a text and without a vector the one of the built-in embedder. */
export function withEmbedding(event: LedgerEvent): LedgerEvent {
  if (event.embedding.length > 0 || event.text === undefined || event.text === '') return event;
  event.embedding = new Uint8Array(vectorOfText(event.text).buffer);
  return event;
}

/** The data of a CloudEvent as an event. @returns a sentence where it is none */
export function eventOfCloudEvent(cloud: unknown, now: number): LedgerEvent | string {
  if (!isFields(cloud)) return 'it is no object';
  const { id, source, specversion, data, time } = cloud;
  if (specversion !== '1.0') return `specversion is ${shown(specversion)}, "1.0" expected`;
  if (typeof id !== 'string' || id === '' || typeof source !== 'string' || source === '')
    return 'id or source is missing';
  if (!isFields(data)) return 'data is no object with the columns of a ledger';
  const row = columnIn(data, 'ts') === undefined && time !== undefined ? { ...data, ts: time } : data;
  return eventOfRow(row, `${source} ${id}`, now);
}
