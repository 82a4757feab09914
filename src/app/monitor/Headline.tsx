import { useMemo, useState, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { headlineOf, lengthText, sureText } from '../../detection/incidents/text.ts';
import type { Incident } from '../../detection/incidents/group.ts';
import { useIncidents } from '../../state/incidents.ts';
import { useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { showAlert, zoomToAlert } from '../alerts/show.ts';
import { openEvidence } from '../evidence/open.ts';
import { Quiet } from './Quiet.tsx';
import './headline.css';

/** So many are listed at first. */
const FIRST = 20;

/** What happened, to whom, since when and how sure that is: the first line of the monitor. */
export function Headline(): ReactNode {
  const report = useTautline((state) => state.analysis.report);
  const { incidents } = useIncidents();
  if (!report) return null;
  const [worst, ...others] = incidents;
  return (
    <section className={worst ? 'headline' : 'headline quiet'} aria-label="What happened">
      {worst ? (
        <>
          <Line incident={worst} report={report} first />
          {others.length > 0 && <Others others={others} report={report} />}
        </>
      ) : (
        <Quiet report={report} />
      )}
    </section>
  );
}

interface LineProps {
  readonly incident: Incident;
  readonly report: AnalysisReport;
  readonly first?: boolean;
}

function Line({ incident, report, first = false }: LineProps): ReactNode {
  const names = useMemo(() => report.streams.map(({ name }) => name), [report.streams]);
  const text = headlineOf(incident, names);
  const leading = report.alerts[incident.worst < 0 ? incident.alerts[0] : incident.worst];
  const count = incident.alerts.length;
  return (
    <div className="headline-line">
      <p>
        <strong>{text}.</strong>{' '}
        <span className="dim">
          {sureText(incident, report)} {formatCount(count)} {count === 1 ? 'alert' : 'alerts'} over{' '}
          {lengthText(incident, report.events - report.reference.to)}.
        </span>
      </p>
      <button
        type="button"
        className={first ? 'button small primary' : 'button small'}
        aria-label={`Look: ${text}`}
        title="Zooms to the incident and opens the evidence of its strongest alert"
        onClick={() => {
          zoomToAlert(incident);
          showAlert(leading);
          openEvidence(leading);
        }}
      >
        Look
      </button>
    </div>
  );
}

function Others({
  others,
  report,
}: {
  readonly others: readonly Incident[];
  readonly report: AnalysisReport;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(FIRST);
  const more = others.length - shown;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {formatCount(others.length)} {others.length === 1 ? 'other incident' : 'other incidents'}, the most severe first
      </summary>
      {open && (
        <ol>
          {others.slice(0, shown).map((incident) => (
            <li key={`${incident.streams[0]} ${incident.onset}`}>
              <Line incident={incident} report={report} />
            </li>
          ))}
        </ol>
      )}
      {open && more > 0 && (
        <button type="button" className="button small" onClick={() => setShown(others.length)}>
          {formatCount(more)} more
        </button>
      )}
    </details>
  );
}
