import { err, ok } from '../../core/result.ts';
import type { Budget } from '../../detection/lab/budget.ts';
import type { ChangeKind } from '../../detection/lab/delay.ts';
import type { InControlSource } from '../../detection/lab/inControl.ts';
import { checkParameter, PARAMETER_NAMES, PARAMETER_SPECS, type ParameterName } from '../../detection/parameters.ts';
import { choice, eventIndex, group, isOneOf, single, text, type ViewField } from './field.ts';

/** A parameter that a sweep varies, and between which values. */
export interface SweepRange {
  readonly name: ParameterName;
  readonly from: number;
  readonly to: number;
}

/** So many false alarms in a time, or one in so many events. */
export interface BudgetChoice {
  readonly amount: number;
  readonly per: Budget['per'];
}

export const DEFAULT_STEPS = 21;
const MAX_STEPS = 40;
export const isStepCount = (steps: number): boolean => Number.isInteger(steps) && steps >= 2 && steps <= MAX_STEPS;
export const isHorizon = (events: number): boolean => Number.isInteger(events) && events >= 10 && events <= 5000;
const MAX_SIZE = 20;
export const isChangeSize = (size: number): boolean => Number.isFinite(size) && size >= 0 && size <= MAX_SIZE;

const UNITS: readonly Budget['per'][] = ['events', 'hour', 'day', 'week'];
const CHANGES: readonly ChangeKind[] = ['mean', 'scale'];
const SOURCES: readonly InControlSource[] = ['reference', 'ledger'];

/** Numbers that need neither another projection nor the messages for every cell of a sweep. */
export const SWEEPABLE = PARAMETER_NAMES.filter(
  (name) => PARAMETER_SPECS[name].type === 'number' && ['signals', 'decisions'].includes(PARAMETER_SPECS[name].stage),
);

/** A sum with 0 has no negative zero, which is written as 0. */
const number = (given: string): number => (given.trim() === '' ? Number.NaN : Number(given) + 0);

/** A number that passes a check, or null. */
const checked = (name: string, fits: (value: number) => boolean, what: string): ViewField<number | null> =>
  single<number | null>(name, {
    initial: null,
    belongsTo: 'page',
    write: String,
    read: (given) => (fits(number(given)) ? ok(number(given)) : err(`"${given}" is not ${what}`)),
  });

const axis = (name: string): ViewField<SweepRange | null> =>
  single<SweepRange | null>(name, {
    initial: null,
    belongsTo: 'page',
    write: (range) => (range ? `${range.name}:${range.from}:${range.to}` : ''),
    read(given) {
      const [parameter, ...ends] = given.split(':');
      const [from, to] = ends.map(number);
      const fits =
        ends.length === 2 &&
        isOneOf(SWEEPABLE, parameter) &&
        from < to &&
        checkParameter(parameter, from) === null &&
        checkParameter(parameter, to) === null;
      return fits ? ok({ name: parameter, from, to }) : err(`"${given}" is not a parameter and a range such as h:4:24`);
    },
  });

/** What a sweep varies; a range that is null is one about the value in force. */
export const sweepField = group({
  x: axis('sweep_x'),
  y: axis('sweep_y'),
  steps: checked('sweep_steps', isStepCount, `a whole number from 2 to ${MAX_STEPS}`),
});

/** The false-alarm budget that limits are derived from; null: one a week, or one in 10,000 events. */
export const budgetField = single<BudgetChoice | null>('budget', {
  initial: null,
  belongsTo: 'page',
  write: (budget) => (budget ? `${budget.amount}/${budget.per}` : ''),
  read(given) {
    const [count, per = '', ...rest] = given.split('/');
    const amount = number(count);
    return rest.length === 0 && Number.isFinite(amount) && amount > 0 && isOneOf(UNITS, per)
      ? ok({ amount, per })
      : err(`"${given}" is not a budget such as 1/week or 10000/events`);
  },
});

/** Which events false alarms are measured on. */
export const inControlField = choice<InControlSource>('in_control', SOURCES, 'is neither reference nor ledger', {
  initial: 'reference',
  belongsTo: 'page',
});

/** The change that is injected; what is null follows from the ledger and the kind of change. */
export const delayField = group({
  stream: text('delay_stream', 'ledger'),
  change: choice<ChangeKind>('delay_change', CHANGES, 'is neither mean nor scale', {
    initial: 'mean',
    belongsTo: 'page',
  }),
  size: checked('delay_size', isChangeSize, `a number from 0 to ${MAX_SIZE}`),
  start: eventIndex('delay_from'),
  within: checked('delay_within', isHorizon, 'a whole number from 10 to 5000'),
});

/** Seed of the verdict table; null: the default one. */
export const calibrationSeedField = checked(
  'calibration_seed',
  (seed) => Number.isSafeInteger(seed) && seed >= 0,
  'a whole number from 0',
);
