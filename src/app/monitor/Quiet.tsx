import type { ReactNode } from 'react';
import { explain } from '../../core/errors.ts';
import { leastFoundText, noAlertsText } from '../../detection/healthText.ts';
import { useChangePower } from '../../state/lab/changePower.ts';
import { actions, session } from '../../state/store.ts';
import { stretchView } from '../../state/stretch.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { showParameter } from '../ui.ts';

/** The headline without alerts: what was watched, what that excludes, and the ways on from here. */
export function Quiet({ report }: { readonly report: AnalysisReport }): ReactNode {
  const since = { from: report.reference.to, to: report.events };
  return (
    <>
      <p>
        {noAlertsText(report).join(' ')} {!report.retrospective && <Least />}
      </p>
      <p className="headline-ways">
        {report.reference.to > report.reference.from && since.to > since.from && (
          <button
            type="button"
            className="button small"
            title="What differs since the reference from what was in it, without any alert"
            onClick={() => {
              const view = stretchView(session.store.getState(), since, since.from);
              actions.showEvidence({ ...view, choices: { ...view.choices, base: 'reference' } });
            }}
          >
            Investigate all since the reference
          </button>
        )}
        <button type="button" className="button small" onClick={() => showParameter('reference_events', 0)}>
          Another reference…
        </button>
        {!report.retrospective && (
          <button
            type="button"
            className="button small"
            title="Which injected changes would be found, of what size and how soon"
            onClick={() => actions.setScreen('laboratory')}
          >
            Power curves…
          </button>
        )}
      </p>
    </>
  );
}

function Least(): ReactNode {
  const { power, error } = useChangePower();
  if (error) return `What would be found could not be measured: ${explain(error)}`;
  return power ? leastFoundText(power.channels) : 'What size of change would be found is being measured…';
}
