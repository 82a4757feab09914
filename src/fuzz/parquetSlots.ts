import type { ThriftStruct, ThriftValue } from '../ledger/parquet/thrift.ts';
import type { Law } from './model.ts';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  file: ['', 'version', 'schema', 'num_rows', 'row_groups', 'key_value', 'created_by', 'column_orders'],
  schema: [
    '',
    'type',
    'length',
    'repetition',
    'name',
    'num_children',
    'converted',
    'scale',
    'precision',
    'id',
    'logical',
  ],
  row_groups: ['', 'columns', 'bytes', 'num_rows', 'sorting', 'file_offset', 'compressed', 'ordinal'],
  columns: ['', 'file_path', 'file_offset', 'meta'],
  meta: [
    '',
    'type',
    'encodings',
    'path',
    'codec',
    'num_values',
    'uncompressed',
    'compressed',
    'key_value',
    'data_page_offset',
    'index_page_offset',
    'dictionary_page_offset',
    'statistics',
    'encoding_stats',
  ],
};

/** A place in the footer that holds a number, a truth or bytes. */
export interface Slot {
  readonly path: string;
  readonly value: ThriftValue;
  readonly type: number;
  put(value: ThriftValue): void;
  remove: (() => void) | null;
}

/** Every place of a footer, in order. */
export function slotsOf(root: ThriftStruct): Slot[] {
  const slots: Slot[] = [];
  const visit = (struct: ThriftStruct, path: string, names: string): void => {
    for (const [id, field] of struct) {
      const name = NAMES[names]?.[id] ?? String(id);
      const place = path === '' ? name : `${path}.${name}`;
      const put = (value: ThriftValue): void => void struct.set(id, { ...field, value });
      slots.push({ path: place, value: field.value, type: field.type, put, remove: () => struct.delete(id) });
      inside(field.value, place, name);
    }
  };
  const inside = (value: ThriftValue, place: string, name: string): void => {
    if (value instanceof Map) visit(value, place, name);
    else if (typeof value === 'object' && 'items' in value)
      value.items.forEach((item, i) => {
        const put = (next: ThriftValue): void => void (value.items[i] = next);
        if (item instanceof Map) visit(item, `${place}[${i}]`, name);
        else slots.push({ path: `${place}[${i}]`, value: item, type: value.element, put, remove: null });
      });
  };
  visit(root, '', 'file');
  return slots;
}

/** What a reader can know of a wrong value there: types and units of a column stand in one place only. */
export function lawOf(path: string): Law {
  if (/^schema\[\d+\]\.(converted|logical|scale|precision)/.test(path)) return 'values';
  return 'structure';
}
