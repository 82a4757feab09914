import { useMemo, useState, type ReactNode } from 'react';
import type { IndexRange } from '../../../core/columns.ts';
import { formatCount, formatNumber, formatPercent } from '../../../core/format.ts';
import type { EventIndex } from '../../../core/units.ts';
import { changeChannelOf } from '../../../detection/channels/table.ts';
import type { TransportPlan } from '../../../detection/drilldown/types.ts';
import { useTransportPlan } from '../../../state/drilldown/queries.ts';
import { useVisibleRange } from '../../../state/queries.ts';
import type { TransportRequest } from '../../../workers/drilldown.ts';
import { Answer, EventLink, Notes, Segmented } from '../parts.tsx';
import { Quote } from '../Quote.tsx';
import { useRows } from '../useRows.ts';
import type { Subject } from '../useSubject.ts';
import { useTexts } from '../useTexts.ts';
import { FlowChart } from './FlowChart.tsx';
import { flowOf } from './flow.ts';
import { PathMap } from './PathMap.tsx';
import { readRange, writeRange } from '../../../state/evidenceChoices.ts';
import { useChoice } from '../useChoice.ts';
import './transport.css';

const LISTED = 8;
type Windows = TransportRequest['kind'];

const rangeText = ({ from, to }: IndexRange): string => `${formatCount(from)} to ${formatCount(to - 1)}`;

function Plan({
  plan,
  titles,
}: {
  readonly plan: TransportPlan;
  readonly titles: readonly [string, string];
}): ReactNode {
  const flow = useMemo(() => flowOf(plan), [plan]);
  const [hover, setHover] = useState<number | null>(null);
  const costliest = flow.links.length - 1;
  const shown = flow.links[hover ?? costliest];
  const listed = plan.moves.slice(0, LISTED);
  const rows = useRows([
    ...(shown ? [flow.before[shown.from].index, flow.after[shown.to].index] : []),
    ...listed.flatMap(({ from, to }) => [from, to]),
  ]);
  const texts = useTexts([...rows.values()]);
  const message = (index: EventIndex) => texts.get(rows.get(index) ?? -1);
  const both = useMemo(() => {
    const before = new Set(plan.before.events);
    return plan.after.events.filter((index) => before.has(index)).length;
  }, [plan]);
  const total = plan.moves.reduce((sum, { cost }) => sum + cost, 0);
  return (
    <>
      <p className="evidence-lead">
        Earth Mover’s Distance <strong data-testid="emd">{formatNumber(plan.emd, 4)}</strong>: the mean cost of the
        cheapest way to turn “{plan.before.title}” into “{plan.after.title}”, {formatCount(plan.moves.length)} moves of
        equal mass, each costing its distance in whitened coordinates. A link is as wide as its part of the cost.
        {both > 0 && ` ${formatCount(both)} events are in both windows and can stay where they are.`}
      </p>
      <div className="transport">
        <FlowChart flow={flow} hover={hover} onHover={setHover} titles={titles} />
        <PathMap flow={flow} explained={plan.plane.explained} hover={hover} onHover={setHover} titles={titles} />
      </div>
      {shown && (
        <section className="two-sides transport-texts" aria-label="Move" aria-live="polite">
          <div>
            <h3>{hover === null ? 'Costliest move: from' : 'From'}</h3>
            <Quote index={flow.before[shown.from].index} message={message(flow.before[shown.from].index)} />
          </div>
          <div>
            <h3>
              to, at a cost of {formatNumber(shown.cost)} ({formatPercent(shown.share)} of the whole)
            </h3>
            <Quote index={flow.after[shown.to].index} message={message(flow.after[shown.to].index)} />
          </div>
        </section>
      )}
      <table>
        <caption>
          The {formatCount(listed.length)} costliest of {formatCount(plan.moves.length)} moves,{' '}
          {formatPercent(total > 0 ? listed.reduce((sum, { cost }) => sum + cost, 0) / total : 0)} of the cost
        </caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Message</th>
            <th scope="col">To</th>
            <th scope="col">Message</th>
            <th scope="col" className="number">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map(({ from, to, cost }) => (
            <tr key={from}>
              <td>
                <EventLink index={from} />
              </td>
              <td className="cut dim">{message(from)?.text ?? ''}</td>
              <td>
                <EventLink index={to} />
              </td>
              <td className="cut dim">{message(to)?.text ?? ''}</td>
              <td className="number">{formatNumber(cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Notes notes={plan.notes} />
    </>
  );
}

/** A range of events that is part of the address; `first` is what stands without a choice. */
function useRange(name: 'before' | 'after', first: IndexRange): readonly [IndexRange, (range: IndexRange) => void] {
  const [text, setText] = useChoice<string>(name, writeRange(first));
  const range = useMemo(() => readRange(text)!, [text]);
  return [range, (next) => setText(writeRange(next))];
}

/** Which messages' mass moved where, between two windows. */
export function TransportTab({ subject }: { readonly subject: Subject }): ReactNode {
  const { report, stream, onset, event, end, stretch } = subject;
  const isLasting = subject.alert !== null && changeChannelOf(subject.alert.kind) !== null;
  const visible = useVisibleRange() ?? { from: 0, to: report.events };
  const [windows, setWindows] = useChoice<Windows>('windows', stretch ? 'ranges' : isLasting ? 'reference' : 'alert');
  const [before, setBefore] = useRange('before', stretch?.baseline?.range ?? report.reference);
  const [after, setAfter] = useRange('after', {
    from: onset,
    to: Math.min(report.events, Math.max(event + 1, end)),
  });
  const [streams, setStreams] = useChoice<'own' | 'all'>('streams', 'own');
  const own = streams === 'own';
  const name = report.streams[stream].name;
  const request = useMemo((): TransportRequest => {
    switch (windows) {
      case 'reference':
        return { kind: 'reference', stream, onset, at: event, end };
      case 'alert':
        return { kind: 'alert', stream, onset, at: event };
      case 'rest':
        return { kind: 'rest', stream, at: event };
      case 'ranges':
        return { kind: 'ranges', before, after, stream: own ? stream : null };
    }
  }, [windows, stream, onset, event, end, before, after, own]);
  const query = useTransportPlan(request);
  const titles = (
    {
      reference: ['in the reference', 'since the onset'],
      alert: ['before', 'at the alert'],
      rest: [name, 'the rest'],
      ranges: [rangeText(before), rangeText(after)],
    } as const
  )[windows];
  return (
    <>
      <div className="evidence-tools">
        <Segmented
          label="Windows"
          value={windows}
          onChange={setWindows}
          options={[
            ['reference', stretch ? 'reference → since it begins' : 'reference → since the onset'],
            ['alert', stretch ? 'before → where the stretch ends' : 'before → at the alert'],
            ['rest', `${name} → the rest`],
            ['ranges', 'two ranges'],
          ]}
        />
        {windows === 'ranges' && (
          <>
            <span className="dim">{rangeText(before)}</span>
            <button
              type="button"
              className="button small"
              title="Zoom the charts to a stretch, then take it here"
              onClick={() => setBefore(visible)}
            >
              Before = visible range
            </button>
            <span className="dim">→ {rangeText(after)}</span>
            <button
              type="button"
              className="button small"
              title="Zoom the charts to a stretch, then take it here"
              onClick={() => setAfter(visible)}
            >
              After = visible range
            </button>
            <label>
              <input type="checkbox" checked={own} onChange={() => setStreams(own ? 'all' : 'own')} /> {name} only
            </label>
          </>
        )}
      </div>
      <Answer query={query} what="planning the transport">
        {(plan) => <Plan plan={plan} titles={titles} />}
      </Answer>
    </>
  );
}
