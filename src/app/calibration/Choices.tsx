import type { ReactNode } from 'react';
import { formatCount, formatNumber } from '../../core/format.ts';
import { CHOICES, PROFILE_NAMES, PROFILES, type Choice } from '../../harness/profiles.ts';

const ENTRIES = Object.entries<Choice>(CHOICES);

const profilesText = ({ profiles }: Choice): string =>
  profiles.length === PROFILE_NAMES.length ? 'all' : profiles.map((name) => PROFILES[name].title).join(', ');

/** Everything that was chosen, and not given, so that nobody has to find it out. */
export function Choices(): ReactNode {
  return (
    <details className="calibration-section choices">
      <summary>
        <h3>Every free choice that makes the default seed meet the event numbers of Gwamanda 2026</h3>{' '}
        <span className="dim">{formatCount(ENTRIES.length)} choices</span>
      </summary>
      <div className="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Choice</th>
              <th scope="col" className="number">
                Value
              </th>
              <th scope="col">Profiles</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {ENTRIES.map(([name, choice]) => (
              <tr key={name}>
                <th scope="row" className="mono">
                  {name}
                </th>
                <td className="number">
                  {formatNumber(choice.value, 4)}
                  {choice.unit && ` ${choice.unit}`}
                </td>
                <td>{profilesText(choice)}</td>
                <td className="dim">{choice.why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
