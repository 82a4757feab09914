import { useEffect, useRef, type ReactNode } from 'react';
import '../../charts/charts.css';
import { calibration, useTautline } from '../../state/store.ts';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { TakeShown } from '../shell/TakeShown.tsx';
import './calibration.css';
import { Choices } from './Choices.tsx';
import { MonteCarlo } from './MonteCarlo.tsx';
import { Table } from './Table.tsx';
import { TestedParameters } from './TestedParameters.tsx';

/** The calibration harness: does the pipeline find what it should, and nothing else? */
export function CalibrationScreen(): ReactNode {
  const seed = useTautline((state) => state.view.calibrationSeed);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => calibration.actions.setSeed(seed), [seed]);
  return (
    <div className="calibration" data-testid="calibration">
      <div className="calibration-inner" ref={root}>
        <header className="calibration-intro">
          <h2>Calibration</h2> <TakeShown name="Calibration" root={root} />
          <p>
            Four generated dialogues of 50,000 events, each with a known fault or none, run through the very pipeline
            that reads your ledgers: does it report what it must, when it must, and stay silent otherwise? A fifth run
            takes the adaptive window away, and must fail.
          </p>
          <TestedParameters />
        </header>
        <ErrorBoundary region="The verdicts">
          <Table />
        </ErrorBoundary>
        <Choices />
        <ErrorBoundary region="The Monte Carlo">
          <MonteCarlo />
        </ErrorBoundary>
      </div>
    </div>
  );
}
