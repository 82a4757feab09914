import { TautlineFailure } from '../core/errors.ts';
import { counted } from '../core/format.ts';
import { LEDGER_COLUMNS, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { FoundLedger, SeveralLedgers } from '../core/several.ts';
import type { StatedMapping } from '../core/statedMapping.ts';
import { fileFailure } from './failures.ts';
import { FORMATS } from './formats/list.ts';
import { commonFolder, partitionRoot } from './hive.ts';
import { guessMapping, mergeFields, unionFields, WIDE_EMBEDDING, wideColumns } from './mapping.ts';
import type { ReaderField, TableReader } from './reader.ts';
import { BATCH_ROWS, embeddingColumns, refuse, vectorsOf, type LedgerFile } from './scan.ts';
import { toTimes } from './times.ts';
import type { ColumnMapping, NamedBlob } from './types.ts';

/** Files of which every column that matters is read from one name. */
export interface Kind {
  readonly files: readonly LedgerFile[];
  readonly fields: readonly ReaderField[];
  /** What their own columns would be taken for. */
  readonly mapping: ColumnMapping;
}

/** Columns without which rows have no place among rows that have them, */
const ORDER: readonly LedgerColumnName[] = ['event_id', 'ts'];
/** and without which there is nothing to measure. */
const CONTENT: readonly LedgerColumnName[] = ['text', 'embedding'];
const ESSENTIAL: readonly LedgerColumnName[] = [...ORDER, 'provider_id', 'agent_id', 'thread_id', ...CONTENT];

/** The part of a mapping that some columns have. */
function within(mapping: ColumnMapping, fields: readonly ReaderField[]): ColumnMapping {
  const names = new Set(fields.map(({ name }) => name));
  if (wideColumns(fields).length > 0) names.add(WIDE_EMBEDDING);
  return Object.fromEntries(Object.entries(mapping).filter(([, source]) => names.has(source)));
}

/** Shapes whose files belong together. */
const FAMILIES: Readonly<Record<string, string>> = { spans: 'otlp', message: 'messages' };
const familyOf = ({ shaped }: TableReader): string => (shaped ? (FAMILIES[shaped.id] ?? shaped.id) : '');

function merged(a: readonly ReaderField[], b: readonly ReaderField[]): readonly ReaderField[] | null {
  const all = new Map(a.map((field) => [field.name, field]));
  for (const field of b) {
    const known = all.get(field.name);
    const both = known ? mergeFields(known, field) : field;
    if (!both) return null;
    all.set(field.name, both);
  }
  return [...all.values()];
}

/** True if neither has under another name what the other has, or lacks what the other is ordered by. */
const areAlike = (a: ColumnMapping, b: ColumnMapping): boolean =>
  ESSENTIAL.every(
    (column) =>
      a[column] === b[column] || (!ORDER.includes(column) && (a[column] === undefined || b[column] === undefined)),
  );

/** Files that belong together by their paths: the partitions of a folder; else each by itself. */
function clustersOf(files: readonly LedgerFile[]): (readonly LedgerFile[])[] {
  const clusters = new Map<string, LedgerFile[]>();
  files.forEach((file, i) => {
    const root = partitionRoot(file.reader.path);
    const key = root === null ? String(i) : `in ${root}`;
    const known = clusters.get(key);
    if (known) known.push(file);
    else clusters.set(key, [file]);
  });
  return [...clusters.values()];
}

/**
 * Files by how their columns are read: of one kind, unless a column that matters has another name or type in some of
 * them, or other tools wrote them.
 */
export function kindsOf(files: readonly LedgerFile[], stated: StatedMapping | undefined): Kind[] {
  type Growing = { -readonly [K in keyof Kind]: Kind[K] } & { files: LedgerFile[]; family: string };
  const kinds: Growing[] = [];
  const known = new Map<string, Growing>();
  const clusters = clustersOf(files);
  // Files without rows say nothing of types, unless there are no others.
  const isFull = (cluster: readonly LedgerFile[]): boolean => cluster.some(({ reader }) => reader.rows !== 0);
  const full = clusters.some(isFull) ? clusters.filter(isFull) : clusters;
  for (const cluster of full) {
    const [{ reader }] = cluster;
    const fields = cluster.length === 1 ? reader.fields : unionFields(cluster.map((file) => file.reader));
    const family = familyOf(reader);
    const schema = JSON.stringify([family, fields.map(({ name, typeName, inferred }) => [name, typeName, inferred])]);
    let kind = known.get(schema);
    if (!kind) {
      const mapping = within(guessMapping(fields, stated).mapping, fields);
      for (const other of kinds) {
        const all = other.family === family && areAlike(mapping, other.mapping) ? merged(other.fields, fields) : null;
        if (!all) continue;
        [kind, other.fields, other.mapping] = [other, all, { ...mapping, ...other.mapping }];
        break;
      }
      if (!kind) kinds.push((kind = { files: [], fields, mapping, family }));
      known.set(schema, kind);
    }
    kind.files.push(...cluster);
  }
  if (full.length < clusters.length) kinds[0].files.push(...clusters.filter((own) => !isFull(own)).flat());
  const place = new Map(files.map((file, i) => [file, i]));
  for (const { files: own } of kinds) own.sort((a, b) => place.get(a)! - place.get(b)!);
  return kinds;
}

const holdsEvents = ({ mapping }: Kind): boolean => CONTENT.some((column) => mapping[column] !== undefined);

/** Kinds that may be ledgers, and the files of others, where there are any that may. */
export function withoutStrays(kinds: readonly Kind[]): { kinds: readonly Kind[]; strays: readonly LedgerFile[] } {
  const ledgers = kinds.filter(holdsEvents);
  if (ledgers.length === 0) return { kinds, strays: [] };
  return { kinds: ledgers, strays: kinds.filter((kind) => !holdsEvents(kind)).flatMap(({ files }) => files) };
}

/** Of a mapping by hand: files that have nothing of it that makes a row an event. */
export function straysOf(files: readonly LedgerFile[], mapping: ColumnMapping): readonly LedgerFile[] {
  const wanted = [...ORDER, ...CONTENT].filter((column) => mapping[column] !== undefined);
  const strays = files.filter(({ reader: { fields } }) => {
    const has = within(mapping, fields);
    return wanted.length > 0 && wanted.every((column) => has[column] === undefined);
  });
  return strays.length < files.length ? strays : [];
}

/** Names files that are no part of the ledger, with their rows. */
export async function strayNotes(strays: readonly LedgerFile[]): Promise<string[]> {
  if (strays.length === 0) return [];
  const named: string[] = [];
  for (const file of strays.slice(0, NAMED)) {
    const { rows } = await factsOf(file, undefined);
    named.push(`${file.reader.path} (${rows === null ? 'rows not counted' : counted(rows, 'row')})`);
  }
  if (strays.length > NAMED) named.push(`${strays.length - NAMED} more`);
  return [
    `${counted(strays.length, 'file')} ignored (neither text nor embedding by its columns): ${named.join(', ')}.`,
  ];
}
const NAMED = 20;

/** Files that state neither rows nor times are read for them up to this size. */
const COUNTED_BYTES = 256e6;

interface Facts {
  readonly rows: number | null;
  readonly first: number;
  readonly last: number;
}

/** Rows of a file, and their times. */
async function factsOf({ reader }: LedgerFile, ts: string | undefined): Promise<Facts> {
  const column = reader.fields.some(({ name }) => name === ts) ? ts : undefined;
  const groups = column === undefined ? undefined : reader.times?.(column);
  const facts = { rows: reader.rows, first: Infinity, last: -Infinity };
  if (groups && groups.length > 0 && groups.every(({ first }) => !Number.isNaN(first))) {
    for (const { first, last } of groups) {
      facts.first = Math.min(facts.first, first);
      facts.last = Math.max(facts.last, last);
    }
  } else if (reader.bytes <= COUNTED_BYTES && (reader.rows === null || column !== undefined)) {
    let rows = 0;
    const columns = column === undefined ? [] : [column];
    for await (const batch of reader.read({ columns, batchRows: BATCH_ROWS })) {
      rows += batch.rows;
      if (column === undefined) continue;
      for (const time of timesOf(reader, column, batch)) {
        if (time < facts.first) facts.first = time;
        if (time > facts.last) facts.last = time;
      }
    }
    facts.rows = rows;
  }
  return facts.first <= facts.last ? facts : { ...facts, first: NaN, last: NaN };
}

/** The times of a batch; none where they cannot be read: that is said once the ledger is opened. */
function timesOf(
  reader: TableReader,
  column: string,
  { columns: [raw], first }: { readonly columns: readonly Parameters<typeof toTimes>[0][]; readonly first: number },
): Float64Array {
  try {
    return toTimes(raw, refuse(reader, 'ts', column, first), undefined, 0, reader.units?.ts);
  } catch {
    return new Float64Array(0);
  }
}

/** What follows a folder in a path. */
const below = (folder: string, path: string): string => (folder === '' ? path : path.slice(folder.length + 1));

/**
 * The part of a folder that each file would be as a ledger of its own: a folder of partitions, a folder in it, where
 * all files lie in such, or the file.
 */
export function unitsOf(paths: readonly string[]): readonly string[] {
  const common = commonFolder(paths);
  const inside = paths.map((path) => below(common, path));
  const roots = paths.map(partitionRoot);
  const heads = inside.map((path) => /^([^/\\]+)[/\\]/.exec(path)?.[1] ?? null);
  const byFolder = heads.every((head, i) => head !== null || roots[i] !== null) && new Set(heads).size > 1;
  return inside.map((path, i) => {
    const root = roots[i];
    if (root !== null) return below(common, root) || root || path;
    return byFolder ? heads[i]! : path;
  });
}

/** The name of some files of a folder: theirs alone, or that of the first. */
function nameOf(paths: readonly string[], all: readonly string[]): string {
  const common = commonFolder(all);
  if (paths.length === 1) return below(common, paths[0]);
  const folder = commonFolder(paths);
  const holds = (path: string): boolean => path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
  if (folder !== common && folder !== '' && all.filter(holds).length === paths.length) return below(common, folder);
  return `${below(common, paths[0])} and ${counted(paths.length - 1, 'more file')}`;
}

/** What files are and what of them is read from where. */
function shapeOf(files: readonly LedgerFile[], mapping: ColumnMapping, dimension: number): string {
  const [{ reader }] = files;
  if (reader.shaped) return reader.shaped.reading.note().replace(/\.$/, '');
  const label = FORMATS.find(({ id }) => id === reader.format)?.label ?? reader.format;
  const columns = LEDGER_COLUMNS.flatMap((column) => {
    const source = mapping[column];
    if (source === undefined) return [];
    const length = dimension || (reader.vectorLength?.(source) ?? 0);
    const size = column === 'embedding' && length > 0 ? ` of ${length} values` : '';
    return [source === column || source === WIDE_EMBEDDING ? `${column}${size}` : `${column}${size} from "${source}"`];
  });
  return `${label}: ${columns.join(', ')}`;
}

/** Rows that are looked at for a vector. */
const VECTOR_ROWS = 100;

/** Values to a vector of a kind, by its first; 0 where there is none. */
async function vectorLengthOf({ files, mapping }: Kind): Promise<number> {
  for (const { reader } of files) {
    const columns = embeddingColumns(reader, mapping);
    if (columns.length === 0) continue;
    const stated = columns.length === 1 ? (reader.vectorLength?.(columns[0]) ?? 0) : columns.length;
    if (stated > 0) return stated;
    for await (const batch of reader.read({ columns, batchRows: VECTOR_ROWS })) {
      const { offsets, rows } = vectorsOf(batch.columns, batch, reader, mapping);
      for (let i = 0; i < rows; i++) if (offsets[i + 1] > offsets[i]) return offsets[i + 1] - offsets[i];
      break;
    }
  }
  return 0;
}

/** Why vectors of several kinds cannot be taken together; null where they can, or there are none in some. */
export async function otherLengths(kinds: readonly Kind[]): Promise<string | null> {
  if (kinds.some(({ mapping }) => mapping.embedding === undefined)) return null;
  const lengths = await Promise.all(kinds.map(vectorLengthOf));
  const first = lengths.findIndex((length) => length > 0);
  const other = lengths.findIndex((length) => length > 0 && length !== lengths[first]);
  if (other < 0) return null;
  const said = [first, other].map((i) => `${lengths[i]} values in ${kinds[i].files[0].reader.path}`);
  return `embedding has ${said.join(', ')}`;
}

/** A ledger among several, before its rows have been read. */
export async function ledgerOfKind({ files, mapping }: Kind, all: readonly string[]): Promise<FoundLedger> {
  let [rows, first, last]: [number | null, number, number] = [0, Infinity, -Infinity];
  for (const file of files) {
    const facts = await factsOf(file, mapping.ts);
    rows = rows === null || facts.rows === null ? null : rows + facts.rows;
    if (facts.first < first) first = facts.first;
    if (facts.last > last) last = facts.last;
  }
  return foundLedger(files, mapping, all, { rows, first, last }, 0);
}

/** A ledger among several. @param dimension values to a vector, where they have been counted */
export function foundLedger(
  files: readonly LedgerFile[],
  mapping: ColumnMapping,
  all: readonly string[],
  { rows, first, last }: Facts,
  dimension: number,
): FoundLedger {
  const paths = files.map(({ reader }) => reader.path);
  return {
    name: nameOf(paths, all),
    paths,
    rows,
    bytes: files.reduce((sum, { reader }) => sum + reader.bytes, 0),
    first: first <= last ? first : NaN,
    last: first <= last ? last : NaN,
    shape: shapeOf(files, within(mapping, files[0].reader.fields), dimension),
  };
}

/** What differs between the first two of several kinds. */
export function whyKinds([a, b]: readonly Kind[]): string {
  const [left, right] = [a, b].map(({ files: [{ reader }] }) => reader);
  const column = ESSENTIAL.find((name) => {
    const [own, other] = [a.mapping[name], b.mapping[name]];
    return own !== other && (ORDER.includes(name) || (own !== undefined && other !== undefined));
  });
  const from = ({ mapping }: Kind, name: LedgerColumnName): string =>
    mapping[name] === undefined ? 'is not in' : `is "${mapping[name]}" in`;
  if (familyOf(left) !== familyOf(right)) return `${left.path} and ${right.path} come from different tools`;
  if (column) return `${column} ${from(a, column)} ${left.path} and ${from(b, column)} ${right.path}`;
  const other = right.fields.find((field) => {
    const known = left.fields.find(({ name }) => name === field.name);
    return known && !mergeFields(known, field);
  });
  const known = left.fields.find(({ name }) => name === other?.name);
  return other && known
    ? `column "${other.name}" is ${known.typeName} in ${left.path} and ${other.typeName} in ${right.path}`
    : `${left.path} and ${right.path} have different columns`;
}

/** Refuses several ledgers as one. */
export function severalFailure(name: string, several: SeveralLedgers): TautlineFailure {
  const { ledgers, why, apart } = several;
  return new TautlineFailure({
    kind: 'ledger',
    problem:
      `${counted(ledgers.length, 'ledger')} in ${name}, ` +
      (apart === null ? `not one: ${why}` : `which do not go together: ${apart}`),
    advice: apart === null ? 'Open one of them, or all of them together' : 'Open one of them',
    several,
  });
}

/**
 * The files of a folder that are named: by their path, its end, or a folder that holds them.
 * @throws TautlineFailure where a name is that of none
 */
export function chosenFiles(files: readonly NamedBlob[], names: readonly string[]): readonly NamedBlob[] {
  const isNamed = (name: string, { path }: NamedBlob): boolean => {
    const plain = name.replaceAll('\\', '/').replace(/\/+$/, '');
    return path === plain || path.endsWith(`/${plain}`) || `/${path}`.includes(`/${plain}/`);
  };
  for (const name of names) {
    if (files.some((file) => isNamed(name, file))) continue;
    const there = files.slice(0, 10).map(({ path }) => path);
    throw fileFailure(
      name,
      'there is no such file among those given',
      `There are ${there.join(', ')}${files.length > 10 ? ` and ${files.length - 10} more` : ''}`,
    );
  }
  return files.filter((file) => names.some((name) => isNamed(name, file)));
}
