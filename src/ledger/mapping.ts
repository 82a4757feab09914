import * as arrow from 'apache-arrow';
import { DataType } from 'apache-arrow';
import { LEDGER_COLUMNS, LEDGER_SCHEMA, type LedgerColumnName, type TypeClass } from '../core/ledgerSchema.ts';
import { nearest } from '../core/nearest.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { adviceFor, columnFailure, fileFailure } from './failures.ts';
import { FILE_COLUMN } from './hive.ts';
import type { ReaderField } from './reader.ts';
import { saysUnit, shapedColumn } from './shapes.ts';
import { acceptsKind, WIDE_EMBEDDING } from './sources.ts';
import type { ColumnMapping } from './types.ts';
import { isNamedAsEmbedding, isVectorType } from './vectors.ts';

export { WIDE_EMBEDDING } from './sources.ts';
const WIDE_NAME = /^(embedding|emb|vector|vec|dim|e)(?:[-_. ]?(\d+)|\[(\d+)\])$/i;
/** Fewer columns such as e0, e1 may be anything. */
const FEWEST_WIDE = 3;

export function classOf(type: DataType | null): TypeClass {
  if (type === null) return 'other';
  if (DataType.isDictionary(type)) return classOf(type.dictionary as DataType);
  if (DataType.isNull(type)) return 'none';
  if (DataType.isInt(type)) return 'integer';
  if (DataType.isFloat(type)) return 'float';
  if (DataType.isDecimal(type)) return type.scale === 0 ? 'integer' : 'decimal';
  if (DataType.isBool(type)) return 'boolean';
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return 'string';
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return 'time';
  return isVectorType(type) ? 'vector' : 'other';
}

/** Columns that are numbered as coordinates are, in order of their number, and what keeps them from being some. */
function numberedColumns(fields: readonly ReaderField[]): { names: readonly string[]; flaw: string | null } {
  const found = fields.flatMap((field) => {
    const match = WIDE_NAME.exec(field.name);
    return match ? [{ name: field.name, stem: match[1].toLowerCase(), at: Number(match[2] ?? match[3]) }] : [];
  });
  const stem = found[0]?.stem;
  const sorted = found.filter((column) => column.stem === stem).sort((a, b) => a.at - b.at);
  const names = sorted.map(({ name }) => name);
  if (sorted.length < (stem === 'e' ? FEWEST_WIDE : 2) || sorted[0].at > 1) return { names: [], flaw: null };
  const odd = sorted.findIndex(({ at }, i) => at !== i + sorted[0].at);
  if (odd < 0) return { names, flaw: null };
  const isTwice = sorted[odd].at === sorted[odd - 1].at;
  const flaw = isTwice ? `${sorted[odd].at} is there twice` : `${sorted[odd - 1].at + 1} is missing`;
  return { names, flaw };
}

/**
 * Columns embedding_0 .. embedding_{D-1} in order of their number; empty where there are none or some are missing
 * between.
 */
export function wideColumns(fields: readonly ReaderField[]): readonly string[] {
  const { names, flaw } = numberedColumns(fields);
  return flaw === null ? names : [];
}

const accepts = (column: LedgerColumnName, { type, inferred, looks }: ReaderField, guessed: boolean): boolean =>
  acceptsKind(column, { class: classOf(type), inferred, looks: looks && classOf(looks) }, guessed);

/**
 * Names of texts whose values tell whether they are times or vectors: where a ledger's own column is there, it is used.
 */
export function namesToLookAt(fields: readonly ReaderField[], { map }: StatedMapping = NOTHING_STATED): string[] {
  const isOpen = (column: LedgerColumnName): boolean =>
    map[column] === undefined && !fields.some(({ name }) => name === column);
  return fields.flatMap(({ name, type, inferred }) => {
    if (inferred || classOf(type) !== 'string') return [];
    const end = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
    const isTime = isOpen('ts') && LEDGER_SCHEMA.ts.aliases.some((alias) => [end, name.toLowerCase()].includes(alias));
    return isTime || (isOpen('embedding') && isNamedAsEmbedding(name)) ? [name] : [];
  });
}

/** What pandas calls its index where it has no name, in Parquet. */
export const NAMELESS_INDEX = '__index_level_0__';

const NOTHING_STATED: StatedMapping = { map: {}, unit: {} };

/** How the one column of a name that lies within another (`message.text`) is called among the guesses. */
const within = (name: string): string => `*.${name}`;
const endOf = ({ name }: ReaderField): string => name.slice(name.lastIndexOf('.') + 1);

/**
 * Guesses which file column each ledger column is read from, as far as that is not stated; a note for each that is not
 * an exact name.
 */
export function guessMapping(
  fields: readonly ReaderField[],
  { map, unit }: StatedMapping = NOTHING_STATED,
): { mapping: ColumnMapping; notes: string[] } {
  const mapping: Partial<Record<LedgerColumnName, string>> = {};
  const isStated = (column: LedgerColumnName): boolean => map[column] !== undefined;
  const notes: string[] = [];
  const taken = new Set<string>();
  const exact = new Map(fields.map((field) => [field.name, field]));
  for (const column of LEDGER_COLUMNS) {
    const stated = map[column];
    if (stated) {
      mapping[column] = stated;
      taken.add(stated);
    } else if (stated === undefined && exact.has(column)) {
      mapping[column] = column;
      taken.add(column);
    }
  }
  const names = fields.map((field) => field.name);
  const ends = new Map<string, number>();
  for (const field of fields) ends.set(endOf(field), (ends.get(endOf(field)) ?? 0) + 1);
  const folded = fields.map((field) => ({
    field,
    name: field.name.toLowerCase(),
    last: field.name.toLowerCase().replace(/^(?:attributes|resource|resource_attributes|span)\./, ''),
    // agentName is agent_name.
    words: field.name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase(),
    within: ends.get(endOf(field)) === 1 ? within(endOf(field)) : '',
  }));
  for (const column of LEDGER_COLUMNS) {
    if (mapping[column] || isStated(column)) continue;
    const rejected: string[] = [];
    const shaped = shapedColumn(column, names);
    if (shaped) notes.push(shaped.note);
    if (shaped?.take !== undefined && !taken.has(shaped.take)) {
      mapping[column] = shaped.take;
      taken.add(shaped.take);
      continue;
    }
    for (const alias of [column, ...LEDGER_SCHEMA[column].aliases, within(column)]) {
      const found = folded.find(
        ({ field, ...called }) =>
          !taken.has(field.name) && !shaped?.not.has(field.name) && Object.values(called).includes(alias),
      );
      if (!found) continue;
      if (column === 'latency_ms' && !unit.latency_ms && !saysUnit(found.field.name, names)) {
        notes.push(`latency_ms could be "${found.field.name}" by name, but not whether it counts ms or s: not used.`);
        continue;
      }
      if (!accepts(column, found.field, true)) {
        rejected.push(`"${found.field.name}" (${found.field.typeName})`);
        continue;
      }
      mapping[column] = found.field.name;
      taken.add(found.field.name);
      notes.push(`${column} is read from the column "${found.field.name}" (a guess from its name).`);
      break;
    }
    if (
      !mapping[column] &&
      rejected.length > 0 &&
      (column === 'event_id' || column === 'ts' || column === 'embedding')
    ) {
      notes.push(
        `${column} could be ${rejected.join(' or ')} by name, ` +
          `but its type is not ${LEDGER_SCHEMA[column].needed}: not used.`,
      );
    }
  }
  if (!mapping.embedding && !isStated('embedding')) guessEmbedding(fields, mapping, notes);
  if (
    !mapping.ts &&
    !isStated('ts') &&
    exact.has(NAMELESS_INDEX) &&
    classOf(exact.get(NAMELESS_INDEX)!.type) === 'time'
  ) {
    mapping.ts = NAMELESS_INDEX;
    notes.push('ts is read from the index without a name that pandas wrote, which holds times.');
  }
  const speaking = withSpeaker(mapping);
  return { mapping: speaking.mapping, notes: [...notes, ...speaking.notes] };
}

/** A ledger needs no column of who speaks: the role or else the file stands for it, where there is something said. */
export function withSpeaker(mapping: ColumnMapping): { mapping: ColumnMapping; notes: readonly string[] } {
  const { provider_id: provider, agent_id: agent, role, text, embedding } = mapping;
  if ((provider ?? agent) !== undefined || (role ?? text ?? embedding) === undefined) return { mapping, notes: [] };
  return {
    mapping: { ...mapping, provider_id: role ?? FILE_COLUMN },
    notes: [`No column says who speaks: the ${role === undefined ? 'file' : 'role'} stands for it.`],
  };
}

function guessEmbedding(
  fields: readonly ReaderField[],
  mapping: Partial<Record<LedgerColumnName, string>>,
  notes: string[],
): void {
  const { names: wide, flaw } = numberedColumns(fields);
  if (flaw !== null)
    notes.push(
      `Not taken for the embedding: the columns "${wide[0]}" to "${wide[wide.length - 1]}", of which ${flaw}.`,
    );
  const lists = fields.filter((field) => isVectorType(field.looks ?? field.type)).map((field) => field.name);
  const named = lists.filter(isNamedAsEmbedding);
  if (wide.length > 0 && flaw === null) {
    mapping.embedding = WIDE_EMBEDDING;
    notes.push(`embedding is read from the ${wide.length} columns "${wide[0]}" to "${wide[wide.length - 1]}".`);
  } else if (named.length === 1) {
    mapping.embedding = named[0];
    notes.push(`embedding is read from the column "${named[0]}" (a guess from its name).`);
  } else if (lists.length > 0) {
    const shown = (named.length > 0 ? named : lists).slice(0, 5).map((name) => `"${name}"`);
    notes.push(
      named.length > 0
        ? `embedding could be ${shown.join(' or ')} by name: none is used.`
        : `Not taken for the embedding, as no name says so: ${shown.join(', ')}${lists.length > 5 ? ', ...' : ''}.`,
    );
  }
}

/**
 * Checks a mapping against the columns of one file. Throws a `column` error for a column that is absent or of a wrong
 * type.
 */
export function checkMapping(mapping: ColumnMapping, fields: readonly ReaderField[], file: string): void {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const list = listColumns(fields);
  for (const column of LEDGER_COLUMNS) {
    const source = mapping[column];
    if (source === undefined) continue;
    const need = LEDGER_SCHEMA[column];
    if (column === 'embedding' && source === WIDE_EMBEDDING) {
      const wide = wideColumns(fields);
      if (wide.length === 0)
        throw columnFailure(
          file,
          source,
          'no columns embedding_0, embedding_1, ...',
          need.needed,
          `The file has ${list}`,
        );
      const wrong = wide
        .map((name) => byName.get(name)!)
        .find((field) => !['float', 'integer', 'decimal', 'none'].includes(classOf(field.type)));
      if (wrong)
        throw columnFailure(
          file,
          wrong.name,
          wrong.odd ?? wrong.typeName,
          'a number',
          adviceFor(wrong.odd ?? '', 'Write one coordinate per column, as FLOAT'),
        );
      continue;
    }
    const field = byName.get(source);
    if (!field) {
      const meant = nearest(source, [...byName.keys()]);
      throw columnFailure(
        file,
        source,
        'no such column',
        `a column to read ${column} from`,
        `${meant ? `Did you mean "${meant}"? ` : ''}Map ${column} to one of the file's columns: ${list}`,
      );
    }
    if (!accepts(column, field, false)) {
      const as = source === column ? need.needed : `${need.needed} for ${column}`;
      throw columnFailure(file, source, field.odd ?? field.typeName, as, adviceFor(field.odd ?? '', need.advice));
    }
  }
  if (fields.length === 0) throw fileFailure(file, 'it has no columns, so no events', 'Open a ledger with events');
  if (mapping.provider_id === undefined && mapping.agent_id === undefined) {
    throw fileFailure(
      file,
      'no column says who speaks (provider_id, agent_id), and none what is said (text, embedding). ' +
        `The file has ${list}`,
      'Map text or embedding to one of these columns, or provider_id',
    );
  }
}

/** "a (Int64), b (Utf8)", cut after 40. */
function listColumns(fields: readonly ReaderField[]): string {
  const shown = fields
    .slice(0, 40)
    .map((field) => `${field.name} (${field.typeName})`)
    .join(', ');
  return fields.length > 40 ? `${shown} and ${fields.length - 40} more` : shown || 'no columns';
}

/**
 * The columns of several files as one: the same name must be of compatible types (all integers, all numbers, all
 * strings, all lists of floats, all times). A column that some files lack is null there. Throws a `column` error that
 * names the file that differs.
 */
export function unionFields(
  files: readonly { readonly path: string; readonly fields: readonly ReaderField[] }[],
): ReaderField[] {
  const union = new Map<string, { field: ReaderField; path: string }>();
  for (const { path, fields } of files) {
    for (const field of fields) {
      const known = union.get(field.name);
      if (!known) {
        union.set(field.name, { field, path });
        continue;
      }
      const merged = mergeFields(known.field, field);
      if (!merged) {
        throw columnFailure(
          path,
          field.name,
          field.typeName,
          `${known.field.typeName}, as in ${known.path}`,
          'Write all files of a ledger with the same column types',
        );
      }
      union.set(field.name, { field: merged, path: known.path });
    }
  }
  return [...union.values()].map(({ field }) => field);
}

/** One column of two files; null if their types are not compatible. */
export function mergeFields(a: ReaderField, b: ReaderField): ReaderField | null {
  if (a.typeName === b.typeName) return a.inferred === b.inferred ? a : { ...a, inferred: true };
  const [left, right] = [classOf(a.type), classOf(b.type)];
  if (left === 'none') return b;
  if (right === 'none') return a;
  const numeric = (kind: TypeClass): boolean => kind === 'integer' || kind === 'float' || kind === 'decimal';
  const inferred = a.inferred || b.inferred;
  if (left === 'integer' && right === 'integer') return { ...a, type: new arrow.Int64(), typeName: 'Int64', inferred };
  if (numeric(left) && numeric(right)) return { ...a, type: new arrow.Float64(), typeName: 'Float64', inferred };
  if (left === 'string' && right === 'string') return { ...a, type: new arrow.Utf8(), typeName: 'Utf8', inferred };
  if (left === 'vector' && right === 'vector') return { ...a, inferred };
  if (left === 'time' && right === 'time')
    return {
      ...a,
      type: new arrow.TimestampMicrosecond(),
      typeName: String(new arrow.TimestampMicrosecond()),
      inferred,
    };
  // What text looks like is a guess from a sample; text is kept as text.
  if (a.inferred && b.inferred) return { ...a, type: new arrow.Utf8(), typeName: 'Utf8', inferred: true };
  return null;
}
