import { memo, useCallback, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import { formatCount, formatTimeFull } from '../../core/format.ts';
import { parseIso } from '../../core/iso.ts';
import {
  countOf,
  countsBy,
  normalPart,
  roundedDown,
  takenOf,
  timeOf,
  type Count,
  type LedgerPart,
  type LedgerSurvey,
} from '../../core/part.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import { actions, session } from '../../state/store.ts';
import { withPart } from '../../state/view.ts';
import { showSheet } from '../ui.ts';
import './narrow.css';

const WHOLE: LedgerPart = { where: {}, from: null, to: null };

const countText = ({ events, exact }: Count): string =>
  Number.isNaN(events) ? 'unknown' : `${exact ? '' : 'about '}${formatCount(events)}`;

type Taken = readonly (string | null)[];

/** A ledger may have a thousand hours: a tick draws only the rows that change. */
const ValueRow = memo(function ValueRow({
  value,
  at,
  taken,
  count,
  onTick,
}: {
  readonly value: string | null;
  readonly at: number;
  readonly taken: boolean;
  readonly count: string;
  readonly onTick: (at: number, on: boolean, extend: boolean) => void;
}): ReactNode {
  return (
    <li>
      <label>
        <input
          type="checkbox"
          checked={taken}
          onClick={(event) => onTick(at, event.currentTarget.checked, event.shiftKey)}
          onChange={() => undefined}
        />
        <span className={value === null ? 'dim' : undefined}>{value ?? '(missing)'}</span>
        <span className="dim narrow-count">{count}</span>
      </label>
    </li>
  );
});

/** The values of one partition key, several to tick; shift extends from the one ticked last. */
function Values({
  name,
  values,
  counts,
  taken,
  onChange,
}: {
  readonly name: string;
  readonly values: Taken;
  readonly counts: ReadonlyMap<string | null, Count>;
  readonly taken: Taken;
  readonly onChange: (name: string, change: (taken: Taken) => Taken) => void;
}): ReactNode {
  const last = useRef<number | null>(null);
  const tick = useCallback(
    (at: number, on: boolean, extend: boolean): void => {
      const from = extend && last.current !== null ? last.current : at;
      const span = values.slice(Math.min(from, at), Math.max(from, at) + 1);
      last.current = at;
      onChange(name, (before) =>
        on ? [...new Set([...before, ...span])] : before.filter((value) => !span.includes(value)),
      );
    },
    [name, values, onChange],
  );
  const ticked = new Set(taken);
  return (
    <fieldset className="narrow-key">
      <legend className="mono">{name}</legend>
      <p className="dim">
        {taken.length === 0
          ? `all ${formatCount(values.length)}`
          : `${formatCount(taken.length)} of ${formatCount(values.length)}`}
        {taken.length > 0 && (
          <button type="button" className="button small quiet" onClick={() => onChange(name, () => [])}>
            Take all
          </button>
        )}
      </p>
      <ul>
        {values.map((value, at) => (
          <ValueRow
            key={value ?? '\0'}
            value={value}
            at={at}
            taken={ticked.has(value)}
            count={countText(counts.get(value)!)}
            onTick={tick}
          />
        ))}
      </ul>
    </fieldset>
  );
}

/** Wall-clock time in UTC, as an <input type="datetime-local"> has it. */
const inputText = (ms: number | null): string =>
  ms === null ? '' : new Date(Math.floor(ms)).toISOString().slice(0, 23);

function TimeField({
  label,
  value,
  range,
  onChange,
}: {
  readonly label: string;
  readonly value: number | null;
  readonly range: readonly [number, number] | null;
  readonly onChange: (ms: number | null) => void;
}): ReactNode {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        step="0.001"
        value={inputText(value)}
        {...(range && { min: inputText(range[0]), max: inputText(range[1] + 1) })}
        onChange={({ target }) => {
          const ms = target.value === '' ? NaN : parseIso(target.value);
          onChange(Number.isNaN(ms) ? null : ms);
        }}
      />
    </div>
  );
}

function openNarrowed(source: LedgerSource): void {
  showSheet(null);
  const { mapping, units, events } = session.store.getState().view;
  void actions.open(source, { mapping, units, events });
}

/**
 * Chooses which part of a ledger is opened: partitions, a time range, or both; says how many events that is and whether
 * it fits.
 */
export function NarrowPanel({
  source,
  survey,
  opened,
  open = openNarrowed,
}: {
  readonly source: LedgerSource;
  readonly survey: LedgerSurvey;
  /** False if opening failed, so that the part that the source has may be tried again. */
  readonly opened: boolean;
  readonly open?: (source: LedgerSource) => void;
}): ReactNode {
  const [chosen, setChosen] = useState<LedgerPart>(source.part ?? WHOLE);
  const title = useId();
  const part = useMemo(() => normalPart(chosen), [chosen]);
  const range = useMemo(() => timeOf(survey), [survey]);
  const values = useMemo(() => survey.keys.map((key) => [...countsBy(survey, WHOLE, key).keys()]), [survey]);
  const change = useCallback((key: string, next: (taken: Taken) => Taken) => {
    setChosen((before) => ({ ...before, where: { ...before.where, [key]: next(takenOf(before.where, key)) } }));
  }, []);
  const counts = useMemo(() => survey.keys.map((key) => countsBy(survey, chosen, key)), [survey, chosen]);
  const count = countOf(survey, part);
  const whole = countOf(survey, undefined);
  const backwards = chosen.from !== null && chosen.to !== null && chosen.from >= chosen.to;
  const fits = !(count.events > survey.fits);
  const same = opened && JSON.stringify(part) === JSON.stringify(source.part && normalPart(source.part));
  const isWhole = part === undefined;
  if (survey.keys.length === 0 && !survey.hasTime) return null;
  return (
    <section className="narrow" aria-labelledby={title}>
      <h3 id={title}>Part of the ledger</h3>
      <p className="dim">
        Tick partitions, give a time range, or both. What is not ticked or lies outside is not opened, and every count
        says so.
      </p>
      <div className="narrow-keys">
        {survey.keys.map((key, i) => (
          <Values
            key={key}
            name={key}
            values={values[i]}
            counts={counts[i]}
            taken={takenOf(chosen.where, key)}
            onChange={change}
          />
        ))}
        {survey.hasTime && (
          <fieldset className="narrow-key narrow-time">
            <legend>Time, UTC</legend>
            <p className="dim">
              {range
                ? `The ledger runs from ${formatTimeFull(range[0])} to ${formatTimeFull(range[1])}.`
                : 'The files do not state which times they hold.'}
            </p>
            <TimeField
              label="From"
              value={chosen.from}
              range={range}
              onChange={(from) => setChosen({ ...chosen, from })}
            />
            <TimeField
              label="To, not included"
              value={chosen.to}
              range={range}
              onChange={(to) => setChosen({ ...chosen, to })}
            />
          </fieldset>
        )}
      </div>
      <p
        role="status"
        aria-live="polite"
        className={fits && !backwards && count.events !== 0 ? undefined : 'field-problem'}
      >
        {backwards ? (
          'The end of the time range is not after its start.'
        ) : (
          <>
            <strong>
              {countText(count)}
              {isWhole ? ' events, the whole ledger' : ` of ${countText(whole)} events`}
            </strong>
            {Number.isNaN(count.events)
              ? '; how many there are shows while they are read'
              : fits
                ? '; that fits'
                : '; that does not fit'}
            {`: about ${formatCount(roundedDown(survey.fits))} do at k = ${survey.k}.`}
          </>
        )}
      </p>
      <div className="buttons">
        <button
          type="button"
          className="button primary"
          disabled={!fits || backwards || same || count.events === 0}
          onClick={() => open(withPart(source, part))}
        >
          {isWhole ? 'Open the whole ledger' : 'Open this part'}
        </button>
        {!isWhole && (
          <button type="button" className="button quiet" onClick={() => setChosen(WHOLE)}>
            Take all
          </button>
        )}
      </div>
    </section>
  );
}
