import type { ReactNode } from 'react';
import type { FileColumn } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { LEDGER_COLUMNS, type ColumnMapping } from '../../ledger/types.ts';
import type { ColumnValues } from './useColumnValues.ts';
import { Values } from './Values.tsx';

/** More columns are counted only. */
const LISTED = 200;

/** Every column of the files with its first values, to find the one that is meant. */
export function FileColumnsTable({
  files,
  mapping,
  values,
  isOpen,
}: {
  readonly files: readonly FileColumn[];
  readonly mapping: ColumnMapping;
  readonly values: ColumnValues;
  /** Whether it is unfolded at first. */
  readonly isOpen: boolean;
}): ReactNode {
  const listed = files.filter(({ isCoordinate }) => !isCoordinate);
  const coordinates = files.length - listed.length;
  const readAs = (name: string): string =>
    LEDGER_COLUMNS.filter((column) => mapping[column] === name).join(', ') || 'kept';
  return (
    <details open={isOpen}>
      <summary>All {formatCount(files.length)} columns of the files, with their first values</summary>
      <table className="mapping">
        <thead>
          <tr>
            <th scope="col">Column of the files</th>
            <th scope="col">Read as</th>
            <th scope="col">First values</th>
          </tr>
        </thead>
        <tbody>
          {listed.slice(0, LISTED).map(({ name, type }) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td>{readAs(name)}</td>
              <td>
                <Values of={values.of(name)} known={values.known} type={type} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {(listed.length > LISTED || coordinates > 0) && (
        <p className="dim">
          {[
            listed.length > LISTED ? `${formatCount(listed.length - LISTED)} more columns` : '',
            coordinates > 0 ? `${formatCount(coordinates)} columns of one coordinate each` : '',
          ]
            .filter((part) => part !== '')
            .join(', and ')}
          .
        </p>
      )}
    </details>
  );
}
