import type { ReactNode } from 'react';
import type { ChangeKind } from '../../detection/lab/delay.ts';
import type { Parameters } from '../../detection/parameters.ts';
import { useJob } from '../../state/lab/queries.ts';
import { actions, lab, useTautline } from '../../state/store.ts';
import type { ViewState } from '../../state/types.ts';
import { isChangeSize, isHorizon } from '../../state/view/lab.ts';
import type { DelayAsk } from '../../workers/lab.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { NumberBox } from '../whatif/NumberBox.tsx';
import { CHANGES } from './changes.ts';
import { Injected } from './Injected.tsx';
import { Power } from './Power.tsx';
import { Outdated, Run } from './Run.tsx';

const REPLICATES = 40;
const FIRST_SIZE: Readonly<Record<ChangeKind, number>> = { mean: 2, scale: 3 };

type Choice = ViewState['delay'];

function ChangeFields({
  choice,
  stream,
  size,
  horizon,
  at,
  report,
  onChoose,
}: {
  readonly choice: Choice;
  readonly stream: string;
  readonly size: number;
  /** Null: what the stream's length allows. */
  readonly horizon: number | null;
  /** Event at which the change starts. */
  readonly at: number;
  readonly report: AnalysisReport;
  readonly onChoose: (part: Partial<Choice>) => void;
}): ReactNode {
  const { change } = choice;
  const { unit } = CHANGES[change];
  const sizeLabel = `Size of the change, ${unit}`;
  const take =
    (name: 'size' | 'start' | 'within', isFit: (value: number) => boolean) =>
    (value: number): boolean => {
      if (isFit(value)) onChoose({ [name]: value });
      return isFit(value);
    };
  const isEvent = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < report.events;
  return (
    <>
      <label>
        Stream{' '}
        <select value={stream} onChange={(event) => onChoose({ stream: event.target.value })}>
          {report.streams.map(({ name }) => (
            <option key={name} value={name}>
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
            onClick={() => onChoose({ change: name, size: null })}
          >
            {CHANGES[name].title}
          </button>
        ))}
      </div>
      <span className="lab-field">
        Size <NumberBox value={size} label={sizeLabel} invalid={false} commit={take('size', isChangeSize)} /> {unit}
      </span>
      <span className="lab-field">
        from event <NumberBox value={at} label="Start event" invalid={false} commit={take('start', isEvent)} />
      </span>
      <span className="lab-field">
        within{' '}
        <NumberBox
          value={horizon}
          label="Horizon, events of this stream"
          invalid={false}
          commit={take('within', isHorizon)}
        />{' '}
        events of this stream{horizon === null && ' (as its length allows, at most 200)'}
      </span>
    </>
  );
}

const differs = (a: Parameters, b: Parameters): boolean => JSON.stringify(a) !== JSON.stringify(b);

/** Changes injected into one stream: at one event, and as power curves over many. */
export function DelaySection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const parameters = useTautline((state) => state.view.parameters);
  const selected = useTautline((state) => state.view.selected);
  const choice = useTautline((state) => state.view.delay);
  const injection = useJob(lab.injection);
  const power = useJob(lab.power);
  const { change, start, within: horizon } = choice;
  // The stream that was chosen may be gone with another stream key.
  const stream = Math.max(
    0,
    report.streams.findIndex(({ name }) => name === choice.stream),
  );
  const size = choice.size ?? FIRST_SIZE[change];
  const at = start ?? selected ?? Math.floor((report.reference.to + report.events) / 2);
  const { none, help, sizes: allSizes } = CHANGES[change];
  const choose = (part: Partial<Choice>): void => actions.setLab({ delay: { ...choice, ...part } });
  const ask = (of: number): DelayAsk => ({ stream, change, sizes: [none, of], start: at, count: 1, horizon });
  const inject = (of: number): void => void lab.injection.start(ask(of));
  const measure = (): void =>
    void lab.power.start({ stream, change, sizes: allSizes, start: null, count: REPLICATES, horizon });
  const pick = (of: number): void => {
    if (isChangeSize(of)) choose({ size: of });
    inject(of);
  };
  return (
    <>
      <div className="lab-controls">
        <ChangeFields
          choice={choice}
          stream={report.streams[stream].name}
          size={size}
          horizon={horizon}
          at={at}
          report={report}
          onChoose={choose}
        />
        <button
          type="button"
          className="button small"
          disabled={injection.running !== null}
          onClick={() => inject(size)}
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
          <Outdated is={differs(injection.result.answer.parameters, parameters)} again={() => inject(size)} />
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
