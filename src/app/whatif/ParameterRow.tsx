import { useId, useState, type ReactNode } from 'react';
import { formatNumber } from '../../core/format.ts';
import {
  DEFAULT_PARAMETERS, PARAMETER_SPECS, type BooleanSpec, type ChoiceSpec, type NumberSpec, type PairSpec, type ParameterName, type Parameters,
} from '../../detection/parameters.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';
import { problemWith } from './check.ts';
import { NumberBox } from './NumberBox.tsx';
import { Slider } from './Slider.tsx';
import { stepped, type SliderRange } from './scale.ts';

type Value = Parameters[ParameterName];

interface ControlProps<S> {
  readonly name: ParameterName;
  readonly spec: S;
  readonly value: Value;
  readonly ids: { readonly help: string; readonly problem: string };
  readonly invalid: boolean;
  /** Checks and sets; `rest` false while a slider is dragged. False when the value was refused. */
  readonly set: (value: Value, rest: boolean) => boolean;
}

const withUnit = (text: string, unit: string): string => (unit ? `${text} ${unit}` : text);

function NumberControl({ name, spec, value, ids, invalid, set }: ControlProps<NumberSpec>): { readonly box: ReactNode; readonly below: ReactNode } {
  const current = value as number;
  return {
    box: (
      <>
        <NumberBox
          value={current} label={`${spec.label}, ${name}`} describedBy={invalid ? ids.problem : ids.help} invalid={invalid}
          commit={(typed) => set(typed, true)} step={(steps) => set(stepped(spec, current, steps), true)}
        />
        <span className="unit">{spec.unit}</span>
      </>
    ),
    below: (
      <Slider
        range={spec} value={current} fallback={spec.default} label={`${spec.label} slider`} text={withUnit(String(current), spec.unit)} describedBy={ids.help}
        onMove={(next) => set(next, false)} onRest={(next) => set(next, true)}
      />
    ),
  };
}

function ChoiceControl({ name, spec, value, ids, set }: ControlProps<ChoiceSpec>): { readonly box: ReactNode; readonly below: ReactNode } {
  return {
    box: (
      <select className="choice-select" value={value as string} aria-label={`${spec.label}, ${name}`} aria-describedby={ids.help} onChange={(event) => set(event.target.value as Value, true)}>
        {spec.choices.map((choice) => <option key={choice}>{choice}</option>)}
      </select>
    ),
    below: null,
  };
}

function BooleanControl({ name, spec, value, ids, set }: ControlProps<BooleanSpec>): { readonly box: ReactNode; readonly below: ReactNode } {
  return {
    box: (
      <input
        type="checkbox" role="switch" className="switch" checked={value as boolean} aria-label={`${spec.label}, ${name}`} aria-describedby={ids.help}
        onChange={(event) => set(event.target.checked, true)}
      />
    ),
    below: null,
  };
}

function PairControl({ name, spec, value, ids, invalid, set }: ControlProps<PairSpec>): { readonly box: ReactNode; readonly below: ReactNode } {
  const events = useTautline((state) => state.analysis.report?.events ?? null);
  const visible = useTautline((state) => state.view.range);
  const pair = value as readonly [number, number] | null;
  const [half, setHalf] = useState<readonly [number | null, number | null]>([null, null]);
  const describedBy = invalid ? ids.problem : ids.help;
  const take = (end: 0 | 1, typed: number): boolean => {
    const next: [number | null, number | null] = pair ? [...pair] : [...half];
    next[end] = typed;
    if (next[0] === null || next[1] === null) {
      setHalf(next);
      return true;
    }
    setHalf([null, null]);
    return set([next[0], next[1]], true);
  };
  const range: SliderRange = { min: spec.min, max: spec.max, step: spec.step, integer: spec.integer, scale: 'linear' };
  const fallback = spec.default;
  const side = (end: 0 | 1): ReactNode => {
    const which = end === 0 ? 'low' : 'high';
    return (
      <NumberBox
        key={which} value={pair?.[end] ?? half[end]} label={`${spec.label} ${which}, ${name}`} describedBy={describedBy} invalid={invalid}
        commit={(typed) => (pair === null && Number.isNaN(typed) ? true : take(end, typed))}
        step={pair ? (steps) => take(end, stepped(range, pair[end], steps)) : undefined}
      />
    );
  };
  // An unbounded pair (event indices) has no slider: it is brushed on a chart, typed, or taken from what is visible.
  if (spec.nullable) {
    return {
      box: pair === null ? <span className="unit">not set</span> : null,
      below: (
        <span className="pair">
          {side(0)}<span className="unit">to</span>{side(1)}<span className="unit">{spec.unit}</span>
          <button
            type="button" className="button small quiet" disabled={events === null} title="Take the events that the charts show as the reference"
            onClick={() => set(visible ? [visible.from, visible.to] : [0, events!], true)}
          >
            visible
          </button>
        </span>
      ),
    };
  }
  return {
    box: <>{side(0)}<span className="unit">to</span>{side(1)}</>,
    below: pair && (
      <span className="pair-sliders">
        {([0, 1] as const).map((end) => (
          <Slider
            key={end} range={range} value={pair[end]} fallback={fallback?.[end] ?? null} label={`${spec.label} ${end === 0 ? 'low' : 'high'} slider`}
            text={withUnit(formatNumber(pair[end]), spec.unit)} describedBy={ids.help}
            onMove={(next) => set(end === 0 ? [next, pair[1]] : [pair[0], next], false)} onRest={(next) => set(end === 0 ? [next, pair[1]] : [pair[0], next], true)}
          />
        ))}
      </span>
    ),
  };
}

const CONTROLS = { number: NumberControl, choice: ChoiceControl, boolean: BooleanControl, pair: PairControl } as const;

/** One parameter: name, value, control, reset and what is wrong with what was typed. */
export function ParameterRow({ name, onExplain }: { readonly name: ParameterName; readonly onExplain: (name: ParameterName | null) => void }): ReactNode {
  const value = useTautline((state) => state.view.parameters[name]);
  const [problem, setProblem] = useState<string | null>(null);
  const base = useId();
  const spec = PARAMETER_SPECS[name];
  const changed = JSON.stringify(value) !== JSON.stringify(DEFAULT_PARAMETERS[name]);
  const ids = { help: `${base}-help`, problem: `${base}-problem` };
  const set = (next: Value, rest: boolean): boolean => {
    const found = problemWith(session.store.getState().view.parameters, name, next);
    setProblem(found);
    if (found === null) actions.setParameters({ [name]: next }, rest);
    return found === null;
  };
  const useControl = CONTROLS[spec.type] as (props: ControlProps<typeof spec>) => { readonly box: ReactNode; readonly below: ReactNode };
  const { box, below } = useControl({ name, spec, value, ids, invalid: problem !== null, set });
  return (
    <div
      className={`parameter of-${spec.type}${changed ? ' changed' : ''}`} data-parameter={name}
      onPointerEnter={() => onExplain(name)} onPointerLeave={() => onExplain(null)} onFocus={() => onExplain(name)} onBlur={() => onExplain(null)}
    >
      <div className="parameter-line">
        <span className="parameter-label" title={name}>{spec.label}{changed && <span className="visually-hidden"> (changed)</span>}</span>
        {box}
        <button
          type="button" className="button icon-only small reset" disabled={!changed} aria-label={`Reset ${spec.label}`}
          title={`Reset to ${JSON.stringify(DEFAULT_PARAMETERS[name])}`} onClick={() => { setProblem(null); actions.resetParameter(name); }}
        >
          <Icon name="reset" size={12} />
        </button>
      </div>
      {below}
      {problem && <p className="field-problem" id={ids.problem} role="alert">{name} {problem}</p>}
      <span className="visually-hidden" id={ids.help}>{spec.help} In files: {name}.</span>
    </div>
  );
}
