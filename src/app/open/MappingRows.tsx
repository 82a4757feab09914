import { useId, type ReactNode } from 'react';
import type { FileColumn } from '../../core/errors.ts';
import { columnSpec, type LedgerColumnName } from '../../core/ledgerSchema.ts';
import type { StatedUnit, StatedUnits } from '../../core/statedMapping.ts';
import { canHaveUnit, choicesOf, hasUnit, markOf, UNIT_NAMES, UNSTATED, type Stated } from './mappingForm.ts';
import type { ColumnValues } from './useColumnValues.ts';
import { Values } from './Values.tsx';

interface Shared {
  readonly stated: Stated;
  readonly files: readonly FileColumn[];
  readonly values: ColumnValues;
  /** What is wrong, by the ledger column. */
  readonly problems: ReadonlyMap<LedgerColumnName, string>;
  /** "guessed", "chosen". */
  readonly tags: ReadonlyMap<LedgerColumnName, string>;
  readonly onSource: (column: LedgerColumnName, source: string) => void;
  readonly onUnit: (column: keyof StatedUnits, unit: StatedUnit | undefined) => void;
}

const UNITS = Object.keys(UNIT_NAMES) as readonly StatedUnit[];

/** What the numbers of ts or a duration count. */
function UnitChoice({
  column,
  unit,
  onUnit,
}: Pick<Shared, 'onUnit'> & { readonly column: keyof StatedUnits; readonly unit: StatedUnit | undefined }): ReactNode {
  return (
    <select
      className="mapping-unit"
      value={unit ?? ''}
      aria-label={`Unit of ${column}`}
      onChange={({ target }) =>
        onUnit(
          column,
          UNITS.find((known) => known === target.value),
        )
      }
    >
      <option value="">{UNSTATED[column]}</option>
      {UNITS.map((known) => (
        <option key={known} value={known}>
          in {UNIT_NAMES[known]}
        </option>
      ))}
    </select>
  );
}

function MappingRow({ column, ...shared }: Shared & { readonly column: LedgerColumnName }): ReactNode {
  const { stated, files, values, problems, tags } = shared;
  const from = stated.mapping[column] ?? '';
  const file = files.find(({ name }) => name === from);
  const mark = markOf(column, stated.mapping);
  const problem = problems.get(column);
  const problemId = useId();
  const markId = useId();
  const described = [mark ? markId : '', problem === undefined ? '' : problemId].filter((id) => id !== '').join(' ');
  return (
    <tr className={from === '' ? 'absent' : undefined}>
      <th scope="row">
        <span className="mono">{column}</span>
        {mark && (
          <span id={markId} className={`mapping-mark ${mark.kind}`}>
            {mark.text}
          </span>
        )}
      </th>
      <td>
        <div className="mapping-from">
          <select
            value={from}
            aria-label={`File column for ${column}`}
            aria-invalid={problem !== undefined}
            aria-describedby={described || undefined}
            title={columnSpec(column).help}
            onChange={({ target }) => shared.onSource(column, target.value)}
          >
            <option value="">not in the file</option>
            {choicesOf(files, column, from).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          {tags.has(column) && <span className="tag">{tags.get(column)}</span>}
          {hasUnit(column) && (stated.units[column] || canHaveUnit(file, values.of(from))) && (
            <UnitChoice column={column} unit={stated.units[column]} onUnit={shared.onUnit} />
          )}
        </div>
        {problem !== undefined && (
          <p id={problemId} className="field-problem">
            {problem}
          </p>
        )}
      </td>
      <td>{from !== '' && <Values of={values.of(from)} known={values.known} type={file?.type} />}</td>
    </tr>
  );
}

/** Ledger columns, one a row: what each is read from, and what is there. */
export function MappingRows({
  columns,
  ...shared
}: Shared & { readonly columns: readonly LedgerColumnName[] }): ReactNode {
  return (
    <table className="mapping">
      <thead>
        <tr>
          <th scope="col">Ledger column</th>
          <th scope="col">Read from</th>
          <th scope="col">First values</th>
        </tr>
      </thead>
      <tbody>
        {columns.map((column) => (
          <MappingRow key={column} column={column} {...shared} />
        ))}
      </tbody>
    </table>
  );
}
