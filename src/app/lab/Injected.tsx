import type { ReactNode } from 'react';
import { formatCount, formatNumber } from '../../core/format.ts';
import { DELAY_KINDS } from '../../detection/lab/delay.ts';
import type { DelayAnswer } from '../../state/lab/lab.ts';
import { actions } from '../../state/store.ts';
import type { DelayAsk } from '../../workers/lab.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { CHANGES, delayInEvents } from './changes.ts';

/** What one injected change set off, channel by channel; the first size is the ledger as it is. */
export function Injected({
  ask,
  answer,
  report,
}: {
  readonly ask: DelayAsk;
  readonly answer: DelayAnswer;
  readonly report: AnalysisReport;
}): ReactNode {
  const [outcome] = answer.outcomes;
  const [without, changed] = outcome.delays;
  const { unit } = CHANGES[ask.change];
  const start = answer.starts[0];
  const fired = DELAY_KINDS.filter((kind) => changed[kind] !== null && !outcome.open.includes(kind)).sort(
    (a, b) => changed[a]! - changed[b]!,
  );
  return (
    <div className="injected" data-testid="injected">
      <p>
        {fired.length > 0 ? (
          <>
            <KindBadge kind={fired[0]} /> fires first, after <strong>{delayInEvents(changed[fired[0]])}</strong>
          </>
        ) : (
          <strong>No channel fires within {formatCount(answer.horizon)} events of this stream</strong>
        )}
        <span className="dim">
          {' '}
          ({formatNumber(ask.sizes[1], 3)} {unit} in {report.streams[ask.stream]?.name} from event {formatCount(start)}
          ){' '}
        </span>
        <button
          type="button"
          className="button small quiet"
          onClick={() => {
            actions.select(start);
            actions.setScreen('monitor');
          }}
        >
          Show the event
        </button>
      </p>
      <table className="lab-table">
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">with the change</th>
            <th scope="col">without</th>
          </tr>
        </thead>
        <tbody>
          {DELAY_KINDS.map((kind) => (
            <tr key={kind}>
              <th scope="row">
                <KindBadge kind={kind} />
              </th>
              <td>
                {outcome.open.includes(kind) ? (
                  <span className="dim">was open already</span>
                ) : (
                  delayInEvents(changed[kind])
                )}
              </td>
              <td className="dim">{outcome.open.includes(kind) ? '–' : delayInEvents(without[kind])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
