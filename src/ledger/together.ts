import { LEDGER_COLUMNS, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { StatedUnits } from '../core/statedMapping.ts';
import { withConstants } from './hive.ts';
import { checkMapping, classOf, mergeFields, WIDE_EMBEDDING, wideColumns } from './mapping.ts';
import type { ReaderField, TableReader } from './reader.ts';
import { unitNamed } from './shapes.ts';
import type { Kind } from './several.ts';
import type { ColumnMapping } from './types.ts';

/** The column that tells the ledgers of a folder apart. */
export const LEDGER_FILE = 'file';

/** Ledgers of several kinds as one. */
export interface United {
  readonly fields: readonly ReaderField[];
  readonly mapping: ColumnMapping;
  readonly notes: readonly string[];
}

/** Names of columns, and of the file's columns that they are. */
type Names = ReadonlyMap<string, string>;

/** A file whose columns have other names, and of whose numbers more is known. */
function renamed(reader: TableReader, names: Names, units: StatedUnits): TableReader {
  const { times, meanBytes, vectorLength } = reader;
  const fields = new Map(reader.fields.map((field) => [field.name, field]));
  const own = (name: string): string => names.get(name) ?? name;
  return {
    ...reader,
    fields: [...names].flatMap(([name, source]) => (fields.has(source) ? [{ ...fields.get(source)!, name }] : [])),
    units: { ...units, ...reader.units },
    times: times && ((name) => times(own(name))),
    meanBytes: meanBytes && ((name) => meanBytes(own(name))),
    vectorLength: vectorLength && ((name) => vectorLength(own(name))),
    async *read(options) {
      const wanted = [...new Set(options.columns.map(own))];
      const at = options.columns.map((name) => wanted.indexOf(own(name)));
      for await (const batch of reader.read({ ...options, columns: wanted }))
        yield { ...batch, columns: at.map((i) => batch.columns[i]) };
    },
  };
}

/** A file with the column that tells which ledger it is of. */
export function withLedgerFile(reader: TableReader, ledger: string): TableReader {
  const names = new Map(reader.fields.map(({ name }) => [name === LEDGER_FILE ? freeName(reader) : name, name]));
  const own = names.has(LEDGER_FILE) || names.size === 0 ? reader : renamed(reader, names, {});
  return withConstants(own, new Map([[LEDGER_FILE, ledger]]), 'Utf8 (file name)');
}

function freeName({ fields }: TableReader): string {
  let free = LEDGER_FILE;
  while (fields.some(({ name }) => name === free)) free += ' (file)';
  return free;
}

/** Why kinds of ledgers cannot be opened together; null where they can. */
export function whyApart(kinds: readonly Kind[]): string | null {
  const lacks = (column: LedgerColumnName): Kind | undefined =>
    kinds.find(({ mapping }) => mapping[column] === undefined);
  const pathOf = ({ files: [{ reader }] }: Kind): string => reader.path;
  const timeless = lacks('ts');
  if (timeless && kinds.some(({ mapping }) => mapping.ts !== undefined))
    return `${pathOf(timeless)} has no ts, so its events have no place among those of the others`;
  if (!sharesVectors(kinds) && kinds.some(({ mapping }) => mapping.embedding !== undefined)) {
    const textless = lacks('text');
    if (textless)
      return `not all have an embedding of one form, and ${pathOf(textless)} has no text that could stand for it`;
  }
  return null;
}

/** True if all have embeddings, and none, or all, as columns of one coordinate each. */
export const sharesVectors = (kinds: readonly Kind[]): boolean => {
  const wide = kinds.filter(({ mapping }) => mapping.embedding === WIDE_EMBEDDING);
  const first = (kind: Kind): string => wideColumns(kind.fields)[0];
  return (
    kinds.every(({ mapping }) => mapping.embedding !== undefined) &&
    (wide.length === 0 || (wide.length === kinds.length && wide.every((kind) => first(kind) === first(wide[0]))))
  );
};

/**
 * Makes ledgers of several kinds one: what each has of a ledger gets the ledger's name for it, other columns keep
 * theirs. Replaces the readers of their files.
 */
export function unite(given: readonly Kind[]): United {
  const kinds = given.map(speaking);
  const notes: string[] = [];
  const without = new Set<LedgerColumnName>();
  for (const { files, fields, mapping } of kinds) checkMapping(mapping, fields, files[0].reader.path);
  if (!sharesIds(kinds)) {
    without.add('event_id');
    notes.push('event_id is not of one form in all ledgers: the position in the files is used.');
  }
  if (!sharesVectors(kinds) && kinds.some(({ mapping }) => mapping.embedding !== undefined)) {
    without.add('embedding');
    notes.push('Not every ledger has an embedding of one form: the text of all is embedded.');
  }
  const mapping: Partial<Record<LedgerColumnName, string>> = {};
  for (const column of LEDGER_COLUMNS) {
    const sources = new Set(kinds.flatMap((kind) => (without.has(column) ? [] : (kind.mapping[column] ?? []))));
    if (sources.size > 0) mapping[column] = sources.size === 1 ? [...sources][0] : column;
  }
  const fields = new Map<string, ReaderField>();
  for (const kind of kinds) {
    const { files, mapping: found } = kind;
    const names = namesOf(kind, mapping, without, fields);
    const unit =
      found.latency_ms === undefined
        ? null
        : unitNamed(
            found.latency_ms,
            kind.fields.map(({ name }) => name),
          );
    for (const file of files) file.reader = renamed(file.reader, names, unit ? { latency_ms: unit } : {});
    const others = [...names].flatMap(([name, source]) => (name === source ? [] : [`${name} from "${source}"`]));
    const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
    if (others.length > 0) notes.push(`In ${files[0].reader.path}${more}: ${others.join(', ')}.`);
  }
  return { fields: [...fields.values()], mapping, notes };
}

/** Where nobody is named, the ledger speaks. */
const speaking = (kind: Kind): Kind =>
  kind.mapping.provider_id === undefined && kind.mapping.agent_id === undefined
    ? { ...kind, mapping: { ...kind.mapping, provider_id: LEDGER_FILE } }
    : kind;

/** True if ids can be told apart alike in all: numbers, or texts. */
function sharesIds(kinds: readonly Kind[]): boolean {
  const sources = kinds.map(({ mapping }) => mapping.event_id);
  if (sources.every((source) => source === undefined)) return true;
  const types = kinds.map(({ fields }, i) => fields.find(({ name }) => name === sources[i])?.type ?? null);
  return (
    sources.every((source) => source !== undefined) &&
    new Set(types.map((type) => classOf(type) === 'string')).size === 1
  );
}

/** What the columns of a kind are called. @param fields of the kinds before; grows */
function namesOf(
  { files, fields: own, mapping: found }: Kind,
  mapping: ColumnMapping,
  without: ReadonlySet<LedgerColumnName>,
  fields: Map<string, ReaderField>,
): Names {
  const byName = new Map(own.map((field) => [field.name, field]));
  const names = new Map<string, string>();
  const add = (name: string, field: ReaderField): void => {
    const known = fields.get(name);
    names.set(name, field.name);
    fields.set(name, { ...(known ? (mergeFields(known, field) ?? known) : field), name });
  };
  for (const column of LEDGER_COLUMNS) {
    const [source, as] = [found[column], mapping[column]];
    if (source === undefined || as === undefined || without.has(column) || !byName.has(source)) continue;
    add(as, byName.get(source)!);
  }
  const mapped = new Set(Object.values(mapping));
  const used = new Set(names.values());
  for (const field of own) {
    if (used.has(field.name) && field.name !== LEDGER_FILE) continue;
    let name = field.name;
    if (names.get(name) === field.name) continue;
    const isFree = (): boolean => {
      const known = fields.get(name);
      return !names.has(name) && !mapped.has(name) && (!known || mergeFields(known, field) !== null);
    };
    while (!isFree()) name += name === field.name ? ` (${files[0].reader.path})` : ' (file)';
    add(name, field);
  }
  return names;
}
