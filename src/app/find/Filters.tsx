import { useId, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { useSql } from '../../state/queries.ts';
import { comparisonsOf } from '../../state/find/condition.ts';
import { valuesSql, type StoredColumn } from '../../state/storedColumns.ts';
import type { FindComparison, FindView } from '../../state/view/find.ts';
import { Icon } from '../shell/Icon.tsx';

const COMPARISON_WORDS: Readonly<Record<FindComparison, string>> = {
  is: 'is',
  not: 'is not',
  has: 'contains',
  min: 'at least',
  max: 'at most',
};
/** Values of a column that are offered. */
const OFFERED = 50;

type Filter = FindView['filters'][number];

function FilterRow({
  filter,
  columns,
  onChange,
}: {
  readonly filter: Filter;
  readonly columns: readonly StoredColumn[];
  /** Null takes it away. */
  readonly onChange: (filter: Filter | null) => void;
}): ReactNode {
  const list = useId();
  const stored = columns.find(({ name }) => name === filter.column);
  const { data = [] } = useSql(stored ? valuesSql(stored.name, OFFERED) : null);
  const choose = (name: string): void => {
    const column = columns.find((c) => c.name === name);
    if (column) onChange({ column: name, comparison: 'is', value: '' });
  };
  const comparisons = stored ? comparisonsOf(stored) : [filter.comparison];
  return (
    <div className="find-filter" role="group" aria-label={`Filter by ${filter.column}`}>
      <select aria-label="Column" value={filter.column} onChange={(event) => choose(event.target.value)}>
        {!stored && <option value={filter.column}>{filter.column} (not in this ledger)</option>}
        {columns.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        aria-label="Comparison"
        value={filter.comparison}
        onChange={(event) => onChange({ ...filter, comparison: event.target.value as FindComparison })}
      >
        {comparisons.map((comparison) => (
          <option key={comparison} value={comparison}>
            {COMPARISON_WORDS[comparison]}
          </option>
        ))}
      </select>
      <input
        aria-label={`Value of ${filter.column}`}
        placeholder="no value"
        list={list}
        value={filter.value}
        onChange={(event) => onChange({ ...filter, value: event.target.value })}
      />
      <datalist id={list}>
        {data.map(({ value, count }) => (
          <option key={String(value)} value={String(value)} label={`${formatCount(Number(count))} events`} />
        ))}
      </datalist>
      <button
        type="button"
        className="button icon-only small"
        aria-label="Remove the filter"
        onClick={() => onChange(null)}
      >
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}

/** Conditions on columns, all of which an event has to meet. */
export function Filters({
  find,
  columns,
  onChange,
}: {
  readonly find: FindView;
  readonly columns: readonly StoredColumn[];
  readonly onChange: (filters: FindView['filters']) => void;
}): ReactNode {
  if (find.filters.length === 0) return null;
  return (
    <div className="find-filters">
      {find.filters.map((filter, i) => (
        <FilterRow
          key={i}
          filter={filter}
          columns={columns}
          onChange={(next) => onChange(find.filters.flatMap((old, j) => (j === i ? (next ?? []) : old)))}
        />
      ))}
    </div>
  );
}
