import { useState, type ReactNode } from 'react';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount } from '../../core/format.ts';
import { readRange, writeRange } from '../../state/evidenceChoices.ts';
import type { Comparand } from '../../state/drilldown/compare.ts';
import type { LedgerId, Side, SideId } from '../../state/drilldown/compareView.ts';
import { useTautline } from '../../state/store.ts';
import { sideColor, wholeOf, type ComparedLedgers } from './sides.ts';

/** Which stretch of which stream, of which ledger, one side is. */
export function SidePicker({
  id,
  comparand,
  ledgers,
  onChange,
}: {
  readonly id: SideId;
  readonly comparand: Comparand;
  readonly ledgers: ComparedLedgers;
  readonly onChange: (side: Side) => void;
}): ReactNode {
  const { side, report } = comparand;
  const { mode } = useChartTheme();
  const visible = useTautline((state) => state.view.range);
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && rangeOf(typed, report.events) === null;
  return (
    <fieldset className="compare-side" aria-label={`Side ${id}`}>
      <legend>
        <i className={`side-key ${id}`} style={{ borderColor: sideColor(id, mode) }} /> {id}
      </legend>
      {ledgers.second && (
        <label>
          ledger{' '}
          <select
            aria-label={`Ledger of ${id}`}
            value={side.ledger}
            onChange={(event) => onChange(wholeOf(ledgers[event.target.value as LedgerId]!, side.stream))}
          >
            <option value="first">{ledgers.first.name}</option>
            <option value="second">{ledgers.second.name} (second)</option>
          </select>
        </label>
      )}
      <label>
        stream{' '}
        <select
          aria-label={`Stream of ${id}`}
          value={side.stream}
          onChange={(event) => onChange({ ...side, stream: event.target.value })}
        >
          {!report.streams.some((stream) => stream.name === side.stream) && <option>{side.stream}</option>}
          {report.streams.map((stream) => (
            <option key={stream.name} value={stream.name}>
              {stream.name} ({formatCount(stream.events)})
            </option>
          ))}
        </select>
      </label>
      <label>
        events{' '}
        <input
          type="text"
          className="number-box"
          aria-label={`Events of ${id}`}
          aria-invalid={wrong}
          title="From and to, the last not included: 0-200"
          value={typed ?? writeRange(side.range)}
          onChange={(event) => {
            setTyped(event.target.value);
            const range = rangeOf(event.target.value, report.events);
            if (range) onChange({ ...side, range });
          }}
          onBlur={() => setTyped(null)}
        />
      </label>
      {visible && side.ledger === 'first' && (
        <button
          type="button"
          className="button small"
          title="Take the stretch that is visible in the charts of the monitor"
          onClick={() => onChange({ ...side, range: visible })}
        >
          visible
        </button>
      )}
      <button
        type="button"
        className="button small"
        title={`All ${formatCount(report.events)} events`}
        onClick={() => onChange({ ...side, range: { from: 0, to: report.events } })}
      >
        all
      </button>
      {wrong && (
        <span className="field-problem" role="alert">
          Needs events of the ledger such as 0-{report.events}
        </span>
      )}
    </fieldset>
  );
}

function rangeOf(text: string, events: number): Side['range'] | null {
  const range = readRange(text.replaceAll(/[\s,]/g, ''));
  return range && range.to <= events ? range : null;
}
