import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { explain } from '../../core/errors.ts';
import { formatNumber } from '../../core/format.ts';
import type { Budget, DerivedLimit } from '../../detection/lab/budget.ts';
import type { InControlSource } from '../../detection/lab/inControl.ts';
import { PARAMETER_SPECS, type NumberSpec, type Parameters } from '../../detection/parameters.ts';
import { eventsText } from '../../detection/lab/runLengthText.ts';
import { useJob } from '../../state/lab/queries.ts';
import { actions, lab, useTautline } from '../../state/store.ts';
import type { BudgetChoice } from '../../state/view/lab.ts';
import { ProgressBar } from '../shell/Progress.tsx';
import { Problem } from '../shell/Problem.tsx';
import './budget.css';
import { budgetText } from './text.ts';

type Per = Budget['per'];

/** A number and what it is of; events are counted from alarm to alarm, times count alarms. */
function budgetOf(per: Per, amount: number): Budget {
  return per === 'events' ? { per, events: amount } : { per, alarms: amount };
}

/** One a week, or in the time that is chosen; one in 10,000 events. */
const defaultOf = (per: Per): BudgetChoice => ({ amount: per === 'events' ? 10_000 : 1, per });

type LimitName = 'h' | 'z_band' | 'false_alarm_budget';

function LimitRow({
  name,
  limit,
  value,
  now,
}: {
  readonly name: LimitName;
  /** Null for the budget of lasting change, which the engine turns into limits by itself. */
  readonly limit: DerivedLimit | null;
  readonly value: number | undefined;
  readonly now: number;
}): ReactNode {
  const spec = PARAMETER_SPECS[name] as NumberSpec;
  return (
    <tr>
      <th scope="row">{spec.label}</th>
      <td className="dim">{eventsOr(name, now)}</td>
      <td>{value === undefined ? '–' : <strong>{eventsOr(name, value)}</strong>}</td>
      <td className="dim note">
        {limit?.note ?? (name === 'false_alarm_budget' ? 'limits of style, meaning and behaviour change follow' : '')}
      </td>
    </tr>
  );
}

const eventsOr = (name: LimitName, value: number): string =>
  name === 'false_alarm_budget' ? eventsText(value) : formatNumber(value, 4);

/** Turns a budget of false alarms into limits: derive, look, use. */
export function BudgetForm({
  source,
  hasTime,
}: {
  readonly source: InControlSource;
  readonly hasTime: boolean;
}): ReactNode {
  const kept = useTautline((state) => state.view.budget);
  const chosen = kept && (hasTime || kept.per === 'events') ? kept : defaultOf(hasTime ? 'week' : 'events');
  const { per } = chosen;
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? String(chosen.amount);
  const { running, result, error } = useJob(lab.limits);
  const amount = Number(text);
  const valid = text.trim() !== '' && Number.isFinite(amount) && amount > 0;
  const choose = (next: Per): void => {
    setTyped(null);
    actions.setLab({
      budget: (next === 'events') === (per === 'events') ? { amount: chosen.amount, per: next } : defaultOf(next),
    });
  };
  const keep = (): void => {
    if (valid && amount !== chosen.amount) actions.setLab({ budget: { amount, per } });
    if (valid) setTyped(null);
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    keep();
    if (valid) void lab.limits.start({ budget: budgetOf(per, amount), source });
  };
  return (
    <div className="budget">
      <form className="budget-line" onSubmit={submit}>
        <label htmlFor="budget-amount">{per === 'events' ? 'One false alarm in' : 'False alarms'}</label>
        <input
          id="budget-amount"
          className="number-box"
          type="text"
          inputMode="decimal"
          value={text}
          aria-invalid={!valid}
          aria-label={per === 'events' ? 'Events between false alarms' : 'False alarms'}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={keep}
        />
        <select value={per} aria-label="Unit of the budget" onChange={(event) => choose(event.target.value as Per)}>
          <option value="events">events</option>
          <option value="hour" disabled={!hasTime}>
            an hour
          </option>
          <option value="day" disabled={!hasTime}>
            a day
          </option>
          <option value="week" disabled={!hasTime}>
            a week
          </option>
        </select>
        <button
          type="submit"
          className="button small"
          disabled={!valid || running !== null}
          title="Find h and the band that keep to this budget, by simulation on this ledger"
        >
          Derive limits
        </button>
      </form>
      {running && (
        <div className="budget-running">
          <ProgressBar progress={running.progress} label="Deriving limits" />{' '}
          <button type="button" className="button small quiet" onClick={() => lab.limits.cancel()}>
            Cancel
          </button>
        </div>
      )}
      {error && <Problem>{explain(error)}</Problem>}
      <p className="dim">
        Measured on real conversations: style, meaning and behaviour change keep to one in 2,000 events; at one in
        10,000 up to three times as many came, where topics wander or the reference is short.
      </p>
      {result && !running && <Derived budget={result.question.budget} {...result.answer} />}
    </div>
  );
}

function Derived({
  budget,
  limits,
}: { readonly budget: Budget } & NonNullable<
  ReturnType<typeof lab.limits.store.getState>['result']
>['answer']): ReactNode {
  const now = useTautline((state) => state.view.parameters);
  const { h, zBand, parameters, events } = limits;
  const used = (Object.keys(parameters) as (keyof Parameters)[]).every(
    (name) => parameters[name as LimitName] === now[name],
  );
  return (
    <div className="derived">
      <table>
        <caption>
          {budgetText(budget)}
          {budget.per === 'events' ? '' : `: one in ${eventsText(events)} events`}, of each kind of detector
        </caption>
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col">now</th>
            <th scope="col">derived</th>
            <th scope="col">
              <span className="visually-hidden">Note</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <LimitRow name="h" limit={h} value={parameters.h} now={now.h} />
          <LimitRow name="z_band" limit={zBand} value={parameters.z_band} now={now.z_band} />
          <LimitRow
            name="false_alarm_budget"
            limit={null}
            value={parameters.false_alarm_budget}
            now={now.false_alarm_budget}
          />
        </tbody>
      </table>
      <button
        type="button"
        className="button small primary"
        disabled={used}
        onClick={() => actions.setParameters(parameters, true)}
      >
        {used ? 'In force' : 'Use these'}
      </button>
    </div>
  );
}
