import type { ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { generatedStreams } from '../../harness/profiles.ts';
import { calibration, useCalibration, useTautline } from '../../state/store.ts';
import { changedText } from './text.ts';

/** Which thresholds the next run tests. */
export function TestedParameters(): ReactNode {
  const thresholds = useCalibration((state) => state.thresholds);
  const parameters = useTautline((state) => state.view.parameters);
  const standIns = generatedStreams(parameters.stream);
  const changed = changedText(parameters).filter(({ name }) => name !== 'reference_range');
  return (
    <div className="tested">
      <span id="tested-label">Thresholds under test</span>
      <div className="segmented" role="group" aria-labelledby="tested-label">
        <button
          type="button"
          aria-pressed={thresholds === 'defaults'}
          onClick={() => calibration.actions.setThresholds('defaults')}
        >
          Defaults
        </button>
        <button
          type="button"
          aria-pressed={thresholds === 'whatIf'}
          onClick={() => calibration.actions.setThresholds('whatIf')}
          title="The parameters of the parameter panel, as they are when a run starts"
        >
          Parameter panel ({formatCount(changed.length)} changed)
        </button>
      </div>
      {thresholds === 'whatIf' &&
        (changed.length === 0 ? (
          <span className="dim">Nothing is changed there: these are the defaults.</span>
        ) : (
          <ul className="parameter-tags">
            {changed.map(({ name, text }) => (
              <li key={name} className="mono">
                {text}
              </li>
            ))}
          </ul>
        ))}
      {thresholds === 'whatIf' && standIns !== null && <span className="dim">{standIns}</span>}
      {thresholds === 'whatIf' && parameters.reference_range && (
        <span className="dim">A brushed reference range belongs to its ledger and is not taken along.</span>
      )}
    </div>
  );
}
