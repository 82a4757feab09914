import { memo, useId, useState, type ReactNode } from 'react';
import { formatNumber } from '../../core/format.ts';
import {
  DEFAULT_PARAMETERS,
  PARAMETER_SPECS,
  type BooleanSpec,
  type NamesSpec,
  type NumberSpec,
  type PairSpec,
  type ParameterName,
  type Parameters,
} from '../../detection/parameters.ts';
import { problemWith } from '../../detection/parameterCheck.ts';
import { stepped, type SliderRange } from '../../detection/parameterGrid.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { useStreamKeys } from '../../state/streamKeys.ts';
import { Icon } from '../shell/Icon.tsx';
import { Problem } from '../shell/Problem.tsx';
import { NumberBox } from './NumberBox.tsx';
import { Slider } from './Slider.tsx';

type Value = Parameters[ParameterName];

/** What the control of one parameter works with. */
interface Editing {
  readonly name: ParameterName;
  readonly value: Value;
  readonly changed: boolean;
  readonly problem: string | null;
  readonly helpId: string;
  readonly problemId: string;
  /** The element that describes a box: what is wrong with it, else its help. */
  readonly describedBy: string;
  /** Checks and sets; `rest` false while a slider is dragged. False when the value was refused. */
  readonly set: (value: Value, rest: boolean) => boolean;
  readonly reset: () => void;
}

function useEditing(name: ParameterName): Editing {
  const value = useTautline((state) => state.view.parameters[name]);
  const [problem, setProblem] = useState<string | null>(null);
  const base = useId();
  const helpId = `${base}-help`;
  const problemId = `${base}-problem`;
  return {
    name,
    value,
    problem,
    helpId,
    problemId,
    changed: JSON.stringify(value) !== JSON.stringify(DEFAULT_PARAMETERS[name]),
    describedBy: problem === null ? helpId : problemId,
    set(next, rest) {
      const found = problemWith(session.store.getState().view.parameters, name, next);
      setProblem(found);
      if (found === null) actions.setParameters({ [name]: next }, rest);
      return found === null;
    },
    reset() {
      setProblem(null);
      actions.resetParameter(name);
    },
  };
}

/** What this ledger has in place of the value that is shown; null where that is in force. */
function useInForce({ name, value }: Editing): string | null {
  return useTautline(({ analysis: { report } }) =>
    report && JSON.stringify(report.parameters[name]) === JSON.stringify(value) ? (report.inForce[name] ?? null) : null,
  );
}

const withUnit = (text: string, unit: string): string => (unit ? `${text} ${unit}` : text);

/** Label, control and reset on one line; sliders and what is wrong below. */
function Frame({
  editing,
  children,
  below,
}: {
  readonly editing: Editing;
  readonly children: ReactNode;
  readonly below?: ReactNode;
}): ReactNode {
  const { name, changed, problem } = editing;
  const { label, help } = PARAMETER_SPECS[name];
  const inForce = useInForce(editing);
  return (
    <>
      <div className="parameter-line">
        <span className="parameter-label" title={name}>
          {label}
          {changed && <span className="visually-hidden"> (changed)</span>}
        </span>
        {children}
        <button
          type="button"
          className="button icon-only small reset"
          disabled={!changed}
          aria-label={`Reset ${label}`}
          title={`Reset to ${JSON.stringify(DEFAULT_PARAMETERS[name])}`}
          onClick={editing.reset}
        >
          <Icon name="reset" size={12} />
        </button>
      </div>
      {inForce !== null && (
        <p className="in-force" title="What this ledger allows: see what the parameter does, below">
          → {inForce} here
        </p>
      )}
      {below}
      {problem && (
        <Problem id={editing.problemId}>
          {name} {problem}
        </Problem>
      )}
      <span className="visually-hidden" id={editing.helpId}>
        {help} In files: {name}.{inForce !== null && ` In force here: ${inForce}.`}
      </span>
    </>
  );
}

function NumberRow({ editing, spec }: { readonly editing: Editing; readonly spec: NumberSpec }): ReactNode {
  const value = editing.value as number;
  const slider = (
    <Slider
      range={spec}
      value={value}
      fallback={spec.default}
      label={`${spec.label} slider`}
      text={withUnit(String(value), spec.unit)}
      describedBy={editing.helpId}
      onMove={(next) => editing.set(next, false)}
      onRest={(next) => editing.set(next, true)}
    />
  );
  return (
    <Frame editing={editing} below={slider}>
      <NumberBox
        value={value}
        label={`${spec.label}, ${editing.name}`}
        describedBy={editing.describedBy}
        invalid={editing.problem !== null}
        commit={(typed) => editing.set(typed, true)}
        step={(steps) => editing.set(stepped(spec, value, steps), true)}
      />
      <span className="unit">{spec.unit}</span>
    </Frame>
  );
}

function ChoiceRow({
  editing,
  label,
  choices,
}: {
  readonly editing: Editing;
  readonly label: string;
  readonly choices: readonly { readonly key: string; readonly text: string }[];
}): ReactNode {
  return (
    <Frame editing={editing}>
      <select
        className="choice-select"
        value={editing.value as string}
        aria-label={`${label}, ${editing.name}`}
        aria-describedby={editing.helpId}
        onChange={(event) => editing.set(event.target.value, true)}
      >
        {choices.map(({ key, text }) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** What streams of the open ledger can be taken by, with their number where it is known. */
function ColumnRow({ editing, label }: { readonly editing: Editing; readonly label: string }): ReactNode {
  return <ChoiceRow editing={editing} label={label} choices={useStreamKeys().choices} />;
}

/** A list of columns, typed with commas between; its default stands for a list that follows from the ledger. */
function NamesRow({ editing, spec }: { readonly editing: Editing; readonly spec: NamesSpec }): ReactNode {
  const shown = Array.isArray(editing.value) ? editing.value.join(', ') : String(editing.value);
  const commit = (typed: string): void => {
    const names = typed
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const isDefault = names.length === 0 || (names.length === 1 && names[0] === spec.default);
    editing.set(isDefault ? spec.default : names, true);
  };
  return (
    <Frame editing={editing}>
      <input
        key={shown}
        className="choice-select"
        defaultValue={shown}
        aria-label={`${spec.label}, ${editing.name}`}
        aria-describedby={editing.describedBy}
        aria-invalid={editing.problem !== null}
        onBlur={(event) => event.target.value !== shown && commit(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && commit(event.currentTarget.value)}
      />
    </Frame>
  );
}

function BooleanRow({ editing, spec }: { readonly editing: Editing; readonly spec: BooleanSpec }): ReactNode {
  return (
    <Frame editing={editing}>
      <input
        type="checkbox"
        role="switch"
        className="switch"
        checked={editing.value as boolean}
        aria-label={`${spec.label}, ${editing.name}`}
        aria-describedby={editing.helpId}
        onChange={(event) => editing.set(event.target.checked, true)}
      />
    </Frame>
  );
}

type End = 0 | 1;
const ENDS: readonly End[] = [0, 1];
const endName = (end: End): string => (end === 0 ? 'low' : 'high');
const withEnd = (pair: readonly [number, number], end: End, value: number): readonly [number, number] =>
  end === 0 ? [value, pair[1]] : [pair[0], value];

/** A pair that is always set: two boxes and a slider for either end. */
function PairRow({ editing, spec }: { readonly editing: Editing; readonly spec: PairSpec }): ReactNode {
  const pair = editing.value as readonly [number, number];
  const range: SliderRange = { min: spec.min, max: spec.max, step: spec.step, integer: spec.integer, scale: 'linear' };
  const sliders = ENDS.map((end) => (
    <Slider
      key={end}
      range={range}
      value={pair[end]}
      fallback={spec.default?.[end] ?? null}
      label={`${spec.label} ${endName(end)} slider`}
      text={withUnit(formatNumber(pair[end]), spec.unit)}
      describedBy={editing.helpId}
      onMove={(next) => editing.set(withEnd(pair, end, next), false)}
      onRest={(next) => editing.set(withEnd(pair, end, next), true)}
    />
  ));
  const box = (end: End): ReactNode => (
    <NumberBox
      value={pair[end]}
      label={`${spec.label} ${endName(end)}, ${editing.name}`}
      describedBy={editing.describedBy}
      invalid={editing.problem !== null}
      commit={(typed) => editing.set(withEnd(pair, end, typed), true)}
      step={(steps) => editing.set(withEnd(pair, end, stepped(range, pair[end], steps)), true)}
    />
  );
  return (
    <Frame editing={editing} below={sliders}>
      {box(0)}
      <span className="unit">to</span>
      {box(1)}
    </Frame>
  );
}

/**
 * A range of events that may be unset: too wide for a slider, so it is typed, brushed on a chart, or taken from what
 * the charts show.
 */
function EventRangeRow({ editing, spec }: { readonly editing: Editing; readonly spec: PairSpec }): ReactNode {
  const pair = editing.value as readonly [number, number] | null;
  const events = useTautline((state) => state.analysis.report?.events ?? null);
  const visible = useTautline((state) => state.view.range);
  /** One end typed while the other is still empty. */
  const [half, setHalf] = useState<readonly [number | null, number | null]>([null, null]);
  const take = (end: End, typed: number): boolean => {
    if (pair) return editing.set(withEnd(pair, end, typed), true);
    const next: readonly [number | null, number | null] = end === 0 ? [typed, half[1]] : [half[0], typed];
    if (Number.isNaN(typed)) return true;
    if (next[0] === null || next[1] === null) {
      setHalf(next);
      return true;
    }
    setHalf([null, null]);
    return editing.set([next[0], next[1]], true);
  };
  const box = (end: End): ReactNode => (
    <NumberBox
      value={pair?.[end] ?? half[end]}
      label={`${spec.label} ${endName(end)}, ${editing.name}`}
      describedBy={editing.describedBy}
      invalid={editing.problem !== null}
      commit={(typed) => take(end, typed)}
    />
  );
  const boxes = (
    <span className="pair">
      {box(0)}
      <span className="unit">to</span>
      {box(1)}
      <button
        type="button"
        className="button small"
        disabled={events === null}
        title="Take the events that the charts show as the reference"
        onClick={() => editing.set(visible ? [visible.from, visible.to] : [0, events!], true)}
      >
        Use visible
      </button>
    </span>
  );
  return (
    <Frame editing={editing} below={boxes}>
      <span className="unit">{pair === null ? 'not set' : spec.unit}</span>
    </Frame>
  );
}

function Control({ editing }: { readonly editing: Editing }): ReactNode {
  const spec = PARAMETER_SPECS[editing.name];
  switch (spec.type) {
    case 'number':
      return <NumberRow editing={editing} spec={spec} />;
    case 'choice':
      return (
        <ChoiceRow editing={editing} label={spec.label} choices={spec.choices.map((key) => ({ key, text: key }))} />
      );
    case 'column':
      return <ColumnRow editing={editing} label={spec.label} />;
    case 'names':
      return <NamesRow editing={editing} spec={spec} />;
    case 'boolean':
      return <BooleanRow editing={editing} spec={spec} />;
    case 'pair':
      return spec.nullable ? (
        <EventRangeRow editing={editing} spec={spec} />
      ) : (
        <PairRow editing={editing} spec={spec} />
      );
  }
}

/**
 * One parameter of the panel; `onExplain` is told which one is pointed at or focused. Only the row that changed renders
 * while a slider is dragged.
 */
export const ParameterRow = memo(function ParameterRow({
  name,
  onExplain,
}: {
  readonly name: ParameterName;
  readonly onExplain: (name: ParameterName | null) => void;
}): ReactNode {
  const editing = useEditing(name);
  return (
    <div
      className={`parameter of-${PARAMETER_SPECS[name].type}${editing.changed ? ' changed' : ''}`}
      data-parameter={name}
      onPointerEnter={() => onExplain(name)}
      onPointerLeave={() => onExplain(null)}
      onFocus={() => onExplain(name)}
      onBlur={() => onExplain(null)}
    >
      <Control editing={editing} />
    </div>
  );
});
