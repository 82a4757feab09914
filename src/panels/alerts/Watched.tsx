import { useMemo } from 'react';
import { explain } from '../../core/errors.ts';
import { formatPercent } from '../../core/format.ts';
import { noPowerText, outagesOf, outageText, powerText, watchedText } from '../../detection/healthText.ts';
import { useChangePower } from '../../state/lab/changePower.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';

/** What was watched and what could have been found: an alert timeline says nothing without it. */
export function Watched({ report }: { readonly report: AnalysisReport }) {
  const names = useMemo(() => report.streams.map(({ name }) => name), [report.streams]);
  // Without alerts the headline says it.
  const sentences = useMemo(() => (report.alerts.length === 0 ? [] : watchedText(report)), [report]);
  const outages = useMemo(() => (report.retrospective ? [] : outagesOf(report.health)), [report]);
  return (
    <div className="watched">
      {sentences.length > 0 && <p>{sentences.join(' ')}</p>}
      {outages.length > 0 && (
        <details>
          <summary>Why detectors are out of action</summary>
          <ul>
            {outages.map((outage) => (
              <li key={`${outage.channel} ${outage.reason}`}>
                {outageText(outage, names)} {outage.help}
              </li>
            ))}
          </ul>
        </details>
      )}
      {!report.retrospective && <Found names={names} />}
    </div>
  );
}

/** What size of change would have been found. */
function Found({ names }: { readonly names: readonly string[] }) {
  const { power, running, error } = useChangePower();
  if (error) return <p>What would be found could not be measured: {explain(error)}</p>;
  if (!power) {
    const fraction = running?.progress?.fraction ?? 0;
    return (
      <p role="status">
        Measuring what size of change would be found{fraction > 0 && `, ${formatPercent(fraction, 2)}`}…
      </p>
    );
  }
  const { channels, missing } = power;
  return (
    <ul aria-label="What would be found">
      {channels.map((power) => (
        <li key={power.channel}>{powerText(power, names)}</li>
      ))}
      {missing.map((none) => (
        <li key={none.channel}>{noPowerText(none)}</li>
      ))}
    </ul>
  );
}
