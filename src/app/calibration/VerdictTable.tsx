import { memo, type ReactNode } from 'react';
import { SmallLines } from '../../charts/SmallLines.tsx';
import { formatCount } from '../../core/format.ts';
import { ALERT_KINDS } from '../../detection/types.ts';
import { CASE_NAMES, CASES, type CaseName } from '../../harness/trial.ts';
import type { VerdictRow } from '../../harness/verdicts.ts';
import type { Table } from '../../state/calibration.ts';
import type { Picture } from '../../workers/harnessTask.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import { Icon } from '../shell/Icon.tsx';
import { openLedgerOf } from './open.ts';
import { measuredText } from './text.ts';
import { Verdict } from './Verdict.tsx';

const SIGNALS: Readonly<Record<string, string>> = { rho: 'coupling ρ', cusum: 'CUSUM', entropy: 'entropy H₂' };
const WIDTH = 260;
const HEIGHT = 76;

const ProfilePicture = memo(function ProfilePicture({ picture }: { readonly picture: Picture | undefined }): ReactNode {
  if (!picture) return <div className="picture-room" style={{ width: WIDTH, height: HEIGHT }} />;
  const { signal, streams, alerts, limit, lines, events, reference } = picture;
  const kinds = ALERT_KINDS.map((kind) => ({ kind, own: alerts.filter((alert) => alert.kind === kind) })).filter(
    ({ own }) => own.length > 0,
  );
  const described =
    kinds
      .map(({ kind, own }) => `${kindLabel(kind)} ${formatCount(own.length)}, first at ${formatCount(own[0].fired)}`)
      .join('; ') || 'no alerts';
  return (
    <figure className="picture">
      <SmallLines
        lines={lines}
        domain={[0, events]}
        markAreaEnd={reference}
        limit={limit}
        marks={alerts.map(({ kind, fired }) => ({ x: fired, kind }))}
        width={WIDTH}
        height={HEIGHT}
        label={`${SIGNALS[signal]} of ${streams.length} streams over ${formatCount(events)} events; ${described}`}
      />
      <figcaption className="dim">
        {SIGNALS[signal]}
        {Number.isFinite(limit) ? ' and its limit' : ''} · {described}
      </figcaption>
    </figure>
  );
});

function Row({
  row,
  before,
  first,
  children,
}: {
  readonly row: VerdictRow;
  readonly before: VerdictRow | undefined;
  readonly first: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const changed = before !== undefined && before.pass !== row.pass;
  return (
    <tr data-verdict={row.id} data-pass={row.pass} className={`${first ? 'first' : ''}${changed ? ' changed' : ''}`}>
      {children}
      <th scope="row">
        {row.what}
        {row.seedBound && (
          <span
            className="tag quiet"
            title="The number depends on the draw: the default seed meets it, others are spread about it"
          >
            depends on the draw
          </span>
        )}
      </th>
      <td className="number">{row.paper}</td>
      <td className="number measured">{measuredText(row)}</td>
      <td>
        <Verdict pass={row.pass} />
      </td>
      {before && (
        <td className="before">
          <span className="number">{measuredText(before)}</span> <Verdict pass={before.pass} />
          {changed && <span className="tag">{row.pass ? 'now passes' : 'now fails'}</span>}
        </td>
      )}
      <td className="note dim">{row.note}</td>
    </tr>
  );
}

/** The table, a group of rows per case: what the paper (Gwamanda 2026) reports beside what was measured. */
export function VerdictTable({ table: { report, defaults, pictures } }: { readonly table: Table }): ReactNode {
  const before = new Map(defaults?.rows.map((row) => [row.id, row]));
  const open = (name: CaseName): void => openLedgerOf(name, report.seed, report.parameters);
  return (
    <div className="table-scroll">
      <table className="verdicts">
        <thead>
          <tr>
            <th scope="col">Profile</th>
            <th scope="col">What</th>
            <th scope="col" className="number">
              Paper
            </th>
            <th scope="col" className="number">
              Measured
            </th>
            <th scope="col">Verdict</th>
            {defaults && <th scope="col">With the defaults</th>}
            <th scope="col">Note</th>
          </tr>
        </thead>
        {CASE_NAMES.map((name) => {
          const rows = report.rows.filter((row) => row.case === name);
          return (
            <tbody key={name} data-case={name}>
              {rows.map((row, i) => (
                <Row key={row.id} row={row} before={before.get(row.id)} first={i === 0}>
                  {i === 0 && (
                    <th scope="rowgroup" rowSpan={rows.length} className="profile">
                      <div className="profile-head">
                        <strong>{CASES[name].title}</strong>
                        <button
                          type="button"
                          className="button small"
                          onClick={() => open(name)}
                          title="Open this ledger on the monitor, with these parameters"
                        >
                          <Icon name="wave" size={12} /> Open this ledger
                        </button>
                      </div>
                      <ProfilePicture picture={pictures[name]} />
                    </th>
                  )}
                </Row>
              ))}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}
