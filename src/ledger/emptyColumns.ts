import { LEDGER_SCHEMA, type LedgerColumnName } from '../core/ledgerSchema.ts';
import type { DictionaryBuilder } from './dictionary.ts';
import { FILE_COLUMN } from './hive.ts';
import type { LookedThrough } from './lookThrough.ts';
import { classOf } from './mapping.ts';
import type { Scan } from './scan.ts';
import type { ColumnMapping } from './types.ts';

/** A mapping that leaves out columns of the files that turned out to hold nothing. */
export interface Remapped {
  readonly mapping: ColumnMapping;
  readonly notes: readonly string[];
  /** Columns of the files that hold nothing. */
  readonly empty: ReadonlySet<string>;
}

/** True if a column of names holds nothing but blanks. */
const isBlank = (column: DictionaryBuilder | undefined): boolean =>
  column !== undefined && column.part().values.every((bytes) => bytes.every((byte) => byte <= 32));

/** Where columns that matter hold nothing throughout, a mapping without them; null where the mapping stands. */
export function withoutEmpty(
  { mapping, fields }: Pick<LookedThrough, 'mapping' | 'fields'>,
  scan: Scan,
  known: ReadonlySet<string>,
): Remapped | null {
  const changed: Partial<Record<LedgerColumnName, string>> = { ...mapping };
  const notes: string[] = [];
  const empty = new Set(known);
  const drop = (column: LedgerColumnName, instead: string): void => {
    const source = mapping[column]!;
    empty.add(source);
    notes.push(`${column}: "${source}" is empty throughout: ${instead}.`);
    delete changed[column];
  };
  if (mapping.event_id !== undefined && scan.missingId?.every((missing) => missing === 1))
    drop('event_id', 'the position in the file is used');
  if (mapping.embedding !== undefined && scan.hasText.includes(1) && scan.vectorLength.every((length) => length <= 0))
    drop('embedding', 'the text is embedded instead');

  const { provider_id: provider, agent_id: agent } = scan.dictionaries;
  const speaks = provider ?? agent;
  if (isBlank(speaks)) {
    const blank: LedgerColumnName[] = provider ? ['provider_id'] : ['agent_id'];
    const useAgent = provider !== undefined && agent !== undefined && !isBlank(agent);
    if (provider && agent && !useAgent) blank.push('agent_id');
    for (const column of blank) empty.add(mapping[column]!);
    const next = useAgent ? mapping.agent_id! : nextSpeaker(mapping, fields, empty);
    for (const column of blank) drop(column, `"${next}" tells who speaks`);
    if (!useAgent) changed.provider_id = next;
  }
  return notes.length > 0 ? { mapping: changed, notes, empty } : null;
}

/** The first column there is of the model, the role and the file. */
function nextSpeaker(mapping: ColumnMapping, fields: LookedThrough['fields'], empty: ReadonlySet<string>): string {
  const isThere = (name: string): boolean => !empty.has(name);
  const isName = new Set(
    fields.filter(({ type }) => ['string', 'integer'].includes(classOf(type))).map(({ name }) => name),
  );
  const models = LEDGER_SCHEMA.provider_id.aliases.flatMap((alias) =>
    [...isName].filter((name) => name.toLowerCase() === alias),
  );
  const role = mapping.role === undefined ? [] : [mapping.role];
  return [...models, ...role].find(isThere) ?? FILE_COLUMN;
}
