import { useState, type ReactNode } from 'react';
import { explain } from '../../core/errors.ts';
import { formatCount, formatMs } from '../../core/format.ts';
import { sweepValues, type SweepCell } from '../../detection/lab/sweep.ts';
import {
  checkParameter,
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  type NumberSpec,
  type ParameterName,
  type Parameters,
} from '../../detection/parameters.ts';
import { STATE_KINDS } from '../../detection/channels/table.ts';
import type { AlertKind } from '../../detection/types.ts';
import { useJob } from '../../state/lab/queries.ts';
import { actions, lab, session, useTautline } from '../../state/store.ts';
import { DEFAULT_STEPS, isStepCount, SWEEPABLE, type SweepRange } from '../../state/view/lab.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { toggleKind } from '../alerts/filter.ts';
import { NumberBox } from '../whatif/NumberBox.tsx';
import { snap } from '../../detection/parameterGrid.ts';
import { MEASURES, type MeasureName } from './heat.ts';
import { Outdated, Run } from './Run.tsx';
import { SweepMap } from './SweepMap.tsx';
import { SweepTable } from './SweepTable.tsx';

const specOf = (name: ParameterName): NumberSpec => PARAMETER_SPECS[name] as NumberSpec;

/** The least of 1, 2, 2.5 and 5 times a power of ten that is not below `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((m) => Number((m * power).toPrecision(6))).find((step) => step >= rough)!;
}

/** A range about a value: from about a half to about twice it, in round steps, within what is allowed. */
function rangeAbout(name: ParameterName, value: number): SweepRange {
  const spec = specOf(name);
  const [low, high] = value > 0 ? [value / 2, value * 2] : [spec.min, spec.max];
  const step = roundStep((high - low) / (DEFAULT_STEPS - 1));
  const first = Number((Math.floor(low / step) * step).toPrecision(6));
  const last = Number((first + step * (DEFAULT_STEPS - 1)).toPrecision(6));
  const isRound = spec.scale !== 'log' && !spec.integer && first >= spec.min && last <= spec.max;
  if (isRound) return { name, from: first, to: last };
  const [from, to] = [snap(spec, low), snap(spec, high)];
  return from < to ? { name, from, to } : { name, from: spec.min, to: spec.max };
}

function AxisFields({
  axis,
  other,
  title,
  onChange,
}: {
  readonly axis: SweepRange;
  readonly other: ParameterName;
  readonly title: string;
  readonly onChange: (axis: SweepRange) => void;
}): ReactNode {
  const { name, from, to } = axis;
  const take =
    (end: 'from' | 'to') =>
    (value: number): boolean => {
      const next = { ...axis, [end]: value };
      const fits = checkParameter(name, value) === null && next.from < next.to;
      if (fits) onChange(next);
      return fits;
    };
  return (
    <span className="lab-field">
      <label>
        {title}{' '}
        <select
          value={name}
          onChange={(event) =>
            onChange(
              rangeAbout(
                event.target.value as ParameterName,
                session.store.getState().view.parameters[event.target.value as ParameterName] as number,
              ),
            )
          }
        >
          {SWEEPABLE.filter((n) => n !== other).map((n) => (
            <option key={n} value={n}>
              {PARAMETER_SPECS[n].label}
            </option>
          ))}
        </select>
      </label>
      <NumberBox value={from} label={`${title} axis from`} invalid={false} commit={take('from')} /> to{' '}
      <NumberBox value={to} label={`${title} axis to`} invalid={false} commit={take('to')} />
    </span>
  );
}

/** True if parameters that the grid holds fixed differ. */
const othersDiffer = (a: Parameters, b: Parameters, swept: readonly ParameterName[]): boolean =>
  PARAMETER_NAMES.some((name) => !swept.includes(name) && JSON.stringify(a[name]) !== JSON.stringify(b[name]));

/** Heat maps of what alerts become over two parameters. */
export function SweepSection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const parameters = useTautline((state) => state.view.parameters);
  const chosen = useTautline((state) => state.view.sweep);
  // As it was when the section was opened: cells are adopted one after the other.
  const [first] = useState(() => ({ x: rangeAbout('h', parameters.h), y: rangeAbout('kappa', parameters.kappa) }));
  const x = chosen.x ?? first.x;
  const y = chosen.y ?? first.y;
  const steps = chosen.steps ?? DEFAULT_STEPS;
  const choose = (part: Partial<typeof chosen>): void => actions.setLab({ sweep: { ...chosen, ...part } });
  const [kinds, setKinds] = useState<readonly AlertKind[] | null>(null);
  const [measure, setMeasure] = useState<MeasureName>('alerts');
  const [asTable, setAsTable] = useState(false);
  const job = useJob(lab.sweep);
  const start = (): void =>
    void lab.sweep.start({
      x: { name: x.name, values: sweepValues(x.name, x.from, x.to, steps) },
      y: { name: y.name, values: sweepValues(y.name, y.from, y.to, steps) },
      kinds,
    });
  const takeSteps = (value: number): boolean => {
    const fits = isStepCount(value);
    if (fits) choose({ steps: value });
    return fits;
  };
  const adopt = (cell: SweepCell): void => {
    const { x: ax, y: ay } = job.result!.answer.sweep;
    actions.setParameters({ [ax.name]: cell.x, [ay.name]: cell.y }, true);
    const problem = session.store.getState().analysis.error;
    if (problem?.kind === 'parameter') actions.toast('warning', explain(problem));
  };
  const answer = job.result?.answer;
  const scored = (answer?.intervals ?? 0) > 0;
  const shown = MEASURES[measure].labelled && !scored ? 'alerts' : measure;
  return (
    <>
      <div className="lab-controls">
        <AxisFields title="Across" axis={x} other={y.name} onChange={(range) => choose({ x: range })} />
        <AxisFields title="Up" axis={y} other={x.name} onChange={(range) => choose({ y: range })} />
        <span className="lab-field">
          <NumberBox value={steps} label="Steps of the grid" invalid={false} commit={takeSteps} /> steps each
        </span>
        <button
          type="button"
          className="button small primary"
          disabled={job.running !== null || report.retrospective}
          onClick={start}
        >
          Sweep
        </button>
      </div>
      <div className="lab-controls" role="group" aria-label="Kinds of alert counted">
        {STATE_KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            className="chip"
            aria-pressed={kinds === null || kinds.includes(kind)}
            onClick={() => setKinds(toggleKind(kinds, kind))}
          >
            <KindBadge kind={kind} />
          </button>
        ))}
        <span className="dim">kinds counted and scored, from the next sweep on; not style, meaning and behaviour</span>
      </div>
      <Run job={lab.sweep} state={job} label="Sweeping" />
      {answer && (
        <div data-testid="sweep" data-ms={job.result.ms}>
          <Outdated
            is={
              job.running === null &&
              othersDiffer(answer.parameters, parameters, [answer.sweep.x.name, answer.sweep.y.name])
            }
            again={start}
          />
          <div className="lab-controls">
            <div className="segmented" role="group" aria-label="Measure">
              {(Object.keys(MEASURES) as MeasureName[]).map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={shown === name}
                  disabled={MEASURES[name].labelled && !scored}
                  onClick={() => setMeasure(name)}
                  title={
                    MEASURES[name].labelled && !scored
                      ? 'Needs labels: of the ledger’s label column, or of a file (see Labels)'
                      : MEASURES[name].title
                  }
                >
                  {MEASURES[name].title}
                </button>
              ))}
            </div>
            <button
              type="button"
              className="button small quiet"
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? 'Picture' : 'Table'}
            </button>
            <span className="dim">
              {formatCount(answer.sweep.cells.length)} decisions over {formatCount(answer.events)} events in{' '}
              {formatMs(job.result.ms, 3)}
              {scored &&
                ` · scored against ${formatCount(answer.intervals)} labelled ` +
                  (answer.intervals === 1 ? 'stretch' : 'stretches')}
            </span>
          </div>
          {asTable ? (
            <SweepTable sweep={answer.sweep} measure={shown} onAdopt={adopt} />
          ) : (
            <SweepMap sweep={answer.sweep} measure={shown} scored={scored} parameters={parameters} onAdopt={adopt} />
          )}
        </div>
      )}
    </>
  );
}
