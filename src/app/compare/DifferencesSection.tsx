import { useQueries } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatNumber } from '../../core/format.ts';
import { profileOfSide, type Comparand } from '../../state/drilldown/compare.ts';
import { differencesOf, excludesZero, type Row } from './differences.ts';
import type { Sides } from './sides.ts';
import { Problem } from '../shell/Problem.tsx';

const SHOWN = 16;
/** Bars end here; what is larger is said by its number. */
const MAX_SD = 3;

const profileQuery = (comparand: Comparand) => ({
  queryKey: ['side-profile', comparand.report.revision, comparand.side],
  queryFn: () => profileOfSide(comparand),
});

/** A difference as a bar from 0 to either side, with its interval as a line over it. */
function Bar({ row, most }: { readonly row: Row; readonly most: number }): ReactNode {
  const { size, low, high } = row.difference;
  const at = (value: number): number => 50 + (Math.max(-most, Math.min(most, value)) / most) * 50;
  const left = Math.min(50, at(size));
  return (
    <span className="difference-bar" aria-hidden="true">
      <i className="zero" />
      <i
        className={excludesZero(row) ? 'size sure' : 'size'}
        style={{ left: `${left}%`, width: `${Math.abs(at(size) - 50)}%` }}
      />
      {Number.isFinite(low) && (
        <i className="interval" style={{ left: `${at(low)}%`, width: `${Math.max(0.3, at(high) - at(low))}%` }} />
      )}
    </span>
  );
}

/** Every number of both sides, by how sure it is that they differ. */
export function DifferencesSection({ a, b, shared }: Sides): ReactNode {
  const [first, second] = useQueries({ queries: [profileQuery(a), profileQuery(b)] });
  const [all, setAll] = useState(false);
  const error = first.error ?? second.error;
  if (error) return <Problem>{explain(toTautlineError(error, 'measuring the sides'))}</Problem>;
  if (!first.data || !second.data)
    return (
      <p className="dim" role="status">
        Measuring both sides…
      </p>
    );
  const rows = differencesOf(first.data, second.data);
  const sure = rows.filter(excludesZero).length;
  const shown = all ? rows : rows.slice(0, Math.max(SHOWN, Math.min(sure, 2 * SHOWN)));
  const most = Math.min(MAX_SD, Math.max(1, ...shown.map(({ difference: { size } }) => Math.abs(size))));
  const tell = ({ own, messages }: typeof first.data) =>
    `${formatCount(own)} events, ${formatCount(messages)} messages`;
  return (
    <>
      <p>
        a: {tell(first.data)}; b: {tell(second.data)}. <strong data-testid="sure">{formatCount(sure)}</strong> of{' '}
        {formatCount(rows.length)} intervals exclude 0; about {formatNumber(0.05 * rows.length, 1)} would where nothing
        differs.
      </p>
      {!shared && (
        <p className="dim">
          The ledgers are measured by a reference of their own each: signals of meaning are not on one scale. What
          differs in writing is.
        </p>
      )}
      {rows.length === 0 ? (
        <p className="dim">Nothing is stated on both sides. Choose longer stretches.</p>
      ) : (
        <table className="differences">
          <caption className="visually-hidden">Differences of b from a</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className="number mean">
                Mean of a
              </th>
              <th scope="col" className="number mean">
                Mean of b
              </th>
              <th scope="col" className="difference-scale">
                <span>−{formatNumber(most, 2)}</span>
                <span>b less a, sd</span>
                <span>+{formatNumber(most, 2)}</span>
              </th>
              <th scope="col" className="number">
                sd
              </th>
              <th scope="col" className="said-interval">
                95 % interval
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.key} className={excludesZero(row) ? undefined : 'weak'}>
                <th scope="row">
                  {row.label} <span className="dim">{row.kind === 'style' ? 'writing' : 'signal'}</span>
                </th>
                <td className="number mean">{formatNumber(row.a.mean)}</td>
                <td className="number mean">{formatNumber(row.b.mean)}</td>
                <td>
                  <Bar row={row} most={most} />
                </td>
                <td className="number">{formatNumber(row.difference.size, 2)}</td>
                <td className="dim said-interval">
                  {Number.isFinite(row.difference.low)
                    ? `${formatNumber(row.difference.low, 2)} to ${formatNumber(row.difference.high, 2)}`
                    : 'too few events'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > SHOWN && (
        <button type="button" className="button small quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `All ${formatCount(rows.length)}`}
        </button>
      )}
    </>
  );
}
