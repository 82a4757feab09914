import { useState, type ReactNode } from 'react';
import type { ChangeKind } from '../../detection/lab/delay.ts';
import type { Parameters } from '../../detection/parameters.ts';
import { useJob } from '../../state/lab/queries.ts';
import { lab, useTautline } from '../../state/store.ts';
import type { DelayAsk } from '../../workers/lab.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { NumberBox } from '../whatif/NumberBox.tsx';
import { CHANGES } from './changes.ts';
import { Injected } from './Injected.tsx';
import { Power } from './Power.tsx';
import { Outdated, Run } from './Run.tsx';

const HORIZON = 200;
const REPLICATES = 40;
const MAX_SIZE = 20;

/** The change to inject, as chosen; `start` null: the event selected on the monitor, else the middle. */
interface Choice {
  readonly stream: number;
  readonly change: ChangeKind;
  readonly sizes: Readonly<Record<ChangeKind, number>>;
  readonly start: number | null;
  readonly horizon: number;
}

const FIRST_CHOICE: Choice = { stream: 0, change: 'mean', sizes: { mean: 2, scale: 3 }, start: null, horizon: HORIZON };

function ChangeFields({
  choice,
  at,
  report,
  onChoose,
}: {
  readonly choice: Choice;
  /** Event at which the change starts. */
  readonly at: number;
  readonly report: AnalysisReport;
  readonly onChoose: (part: Partial<Choice>) => void;
}): ReactNode {
  const { stream, change, sizes, horizon } = choice;
  const { unit } = CHANGES[change];
  const sizeLabel = `Size of the change, ${unit}`;
  const whole =
    (name: 'start' | 'horizon', min: number, max: number) =>
    (value: number): boolean => {
      const fits = Number.isInteger(value) && value >= min && value <= max;
      if (fits) onChoose({ [name]: value });
      return fits;
    };
  const setSize = (size: number): boolean => {
    const fits = isSize(size);
    if (fits) onChoose({ sizes: { ...sizes, [change]: size } });
    return fits;
  };
  return (
    <>
      <label>
        Stream{' '}
        <select value={stream} onChange={(event) => onChoose({ stream: Number(event.target.value) })}>
          {report.streams.map(({ name }, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div className="segmented" role="group" aria-label="Kind of change">
        {(Object.keys(CHANGES) as ChangeKind[]).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={change === name}
            title={CHANGES[name].help}
            onClick={() => onChoose({ change: name })}
          >
            {CHANGES[name].title}
          </button>
        ))}
      </div>
      <span className="lab-field">
        Size <NumberBox value={sizes[change]} label={sizeLabel} invalid={false} commit={setSize} /> {unit}
      </span>
      <span className="lab-field">
        from event{' '}
        <NumberBox value={at} label="Start event" invalid={false} commit={whole('start', 0, report.events - 1)} />
      </span>
      <span className="lab-field">
        within{' '}
        <NumberBox
          value={horizon}
          label="Horizon, events of this stream"
          invalid={false}
          commit={whole('horizon', 10, 5000)}
        />{' '}
        events of this stream
      </span>
    </>
  );
}

const isSize = (size: number): boolean => Number.isFinite(size) && size >= 0 && size <= MAX_SIZE;
const differs = (a: Parameters, b: Parameters): boolean => JSON.stringify(a) !== JSON.stringify(b);

/** Changes injected into one stream: at one event, and as power curves over many. */
export function DelaySection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const parameters = useTautline((state) => state.view.parameters);
  const selected = useTautline((state) => state.view.selected);
  const [chosen, setChosen] = useState(FIRST_CHOICE);
  const injection = useJob(lab.injection);
  const power = useJob(lab.power);
  // The stream that was chosen may be gone with the ledger.
  const choice = chosen.stream < report.streams.length ? chosen : { ...chosen, stream: 0 };
  const { stream, change, sizes, start, horizon } = choice;
  const at = start ?? selected ?? Math.floor((report.reference.to + report.events) / 2);
  const { none, help, sizes: allSizes } = CHANGES[change];
  const choose = (part: Partial<Choice>): void => setChosen((before) => ({ ...before, ...part }));
  const ask = (size: number): DelayAsk => ({ stream, change, sizes: [none, size], start: at, count: 1, horizon });
  const inject = (size: number): void => void lab.injection.start(ask(size));
  const measure = (): void =>
    void lab.power.start({ stream, change, sizes: allSizes, start: null, count: REPLICATES, horizon });
  const pick = (size: number): void => {
    if (isSize(size)) choose({ sizes: { ...sizes, [change]: size } });
    inject(size);
  };
  return (
    <>
      <div className="lab-controls">
        <ChangeFields choice={choice} at={at} report={report} onChoose={choose} />
        <button
          type="button"
          className="button small"
          disabled={injection.running !== null}
          onClick={() => inject(sizes[change])}
        >
          Inject
        </button>
        <button type="button" className="button small primary" disabled={power.running !== null} onClick={measure}>
          Power curves
        </button>
      </div>
      <p className="dim">
        {help}
        {' Style, meaning and behaviour read the messages, which are left as they are: they are not measured here.'}
        {start === null && selected !== null && ' The start is the event selected on the monitor.'}
      </p>
      <Run job={lab.injection} state={injection} label="Injecting a change" />
      {injection.result && !injection.running && (
        <>
          <Outdated is={differs(injection.result.answer.parameters, parameters)} again={() => inject(sizes[change])} />
          <Injected ask={injection.result.question} answer={injection.result.answer} report={report} />
        </>
      )}
      <Run job={lab.power} state={power} label="Measuring power" />
      {power.result && (
        <>
          <Outdated is={!power.running && differs(power.result.answer.parameters, parameters)} again={measure} />
          <Power
            ask={power.result.question}
            answer={power.result.answer}
            ms={power.result.ms}
            report={report}
            onSize={pick}
          />
        </>
      )}
    </>
  );
}
