import type { ReactNode } from 'react';
import { formatCount, formatNumber } from '../../../core/format.ts';
import type { ChangedAxis, ChangedMessage, WhatChanged } from '../../../detection/drilldown/changed/types.ts';
import {
  axisSizeText,
  axisText,
  CHANGED_SUBJECT,
  changeSummary,
  conversationsText,
  figureText,
  isAgainst,
  shownSize,
  wanderText,
} from '../../../detection/drilldown/changed/words.ts';
import { changeChannelOf } from '../../../detection/channels/table.ts';
import { useWhatChanged } from '../../../state/drilldown/queries.ts';
import { useTautline } from '../../../state/store.ts';
import { ProgressBar, progressText } from '../../shell/Progress.tsx';
import { Answer, Empty, EventLink, Notes } from '../parts.tsx';
import { Quote } from '../Quote.tsx';
import type { Subject } from '../useSubject.ts';
import { useTexts, type Message } from '../useTexts.ts';
import './change.css';

/** Axes whose messages are quoted. */
const QUOTED = 4;
/** Sizes are drawn up to this many standard deviations. */
const FULL_BAR = 3;

function SizeBar({ axis }: { readonly axis: ChangedAxis }): ReactNode {
  const size = shownSize(axis);
  const half = Math.min(1, Math.abs(size) / FULL_BAR) * 50;
  return (
    <span className="size-bar" aria-hidden="true">
      <i className={size < 0 ? 'less' : 'more'} style={{ left: `${size < 0 ? 50 - half : 50}%`, width: `${half}%` }} />
    </span>
  );
}

function Axes({ found }: { readonly found: WhatChanged }): ReactNode {
  const hasFigures = found.axes.some(({ figure }) => figure !== null);
  return (
    <table className="changed-axes">
      <caption>What speaks most for a change comes first</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">
            <span className="visually-hidden">Size</span>
          </th>
          <th scope="col" className="number" title="In standard deviations of the stream's own messages">
            Size
          </th>
          {hasFigures && <th scope="col">Before and since</th>}
          <th scope="col" className="number" title="How much it adds to S: ln of its Bayes factor, mixed with chance">
            Weight
          </th>
        </tr>
      </thead>
      <tbody>
        {found.axes.map((axis) => (
          <tr key={axis.axis}>
            <th scope="row">{axisText(axis)}</th>
            <td className="size-cell">
              <SizeBar axis={axis} />
            </td>
            <td className="number">{axisSizeText(axis)}</td>
            {hasFigures && (
              <td className={isAgainst(axis) ? 'dim' : undefined}>{axis.figure ? figureText(axis.figure) : ''}</td>
            )}
            <td className="number dim">{formatNumber(axis.weight, 2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Side({
  title,
  messages,
  texts,
}: {
  readonly title: string;
  readonly messages: readonly ChangedMessage[];
  readonly texts: ReadonlyMap<number, Message>;
}): ReactNode {
  return (
    <div>
      <h4>{title}</h4>
      {messages.length === 0 ? (
        <p className="dim">none</p>
      ) : (
        messages.map(({ index, row }) => <Quote key={index} index={index} message={texts.get(row)} />)
      )}
    </div>
  );
}

function Example({
  axis,
  texts,
}: {
  readonly axis: ChangedAxis;
  readonly texts: ReadonlyMap<number, Message>;
}): ReactNode {
  const figure = axis.figure && !isAgainst(axis) ? `, ${figureText(axis.figure)}` : '';
  return (
    <section className="direction" aria-label={axis.label}>
      <h3>
        {axisText(axis)} <span className="dim">{axisSizeText(axis) + figure}</span>
      </h3>
      <div className="two-sides">
        <Side title="Before" messages={axis.before} texts={texts} />
        <Side title="Since" messages={axis.since} texts={texts} />
      </div>
    </section>
  );
}

function Shown({ found, budget }: { readonly found: WhatChanged; readonly budget: number }): ReactNode {
  const quoted = found.axes.slice(0, QUOTED);
  const texts = useTexts(quoted.flatMap(({ before, since }) => [...before, ...since].map(({ row }) => row)));
  const wander = wanderText(found, budget);
  const { before, since } = found.messages;
  const looked = `${formatCount(before)} and ${formatCount(since)} messages were looked at`;
  return (
    <>
      <p className="evidence-lead" data-testid="what-changed">
        <strong>{found.stream}</strong>: {CHANGED_SUBJECT[found.channel].toLowerCase()} since about event{' '}
        <EventLink index={found.onset} /> (an estimate), found at event <EventLink index={found.fired} />:{' '}
        <strong>{changeSummary(found)}</strong>.
      </p>
      <p className="evidence-lead">
        Conversations are the sample: <strong>{conversationsText(found)}</strong> ({looked}). As to the reference,{' '}
        {wander}.
      </p>
      <Axes found={found} />
      {quoted.map((axis) => (
        <Example key={axis.axis} axis={axis} texts={texts} />
      ))}
      <Notes notes={found.notes} />
    </>
  );
}

/** What changed for good, in words: features by their weight, with the messages that show each best. */
export function ChangeTab({ subject }: { readonly subject: Subject }): ReactNode {
  const { alert, report } = subject;
  const isLasting = alert !== null && changeChannelOf(alert.kind) !== null;
  const { query, progress } = useWhatChanged(isLasting ? alert.number : null);
  const hasText = useTautline(
    (state) => state.ledger.phase === 'open' && state.ledger.report.mapping.text !== undefined,
  );
  if (!isLasting)
    return (
      <Empty>
        This part belongs to alerts of style, meaning and behaviour.{' '}
        {alert === null
          ? 'Of a stretch, Investigate says what differs in it.'
          : 'Attribution says what this one is made of.'}
      </Empty>
    );
  return (
    <>
      {progress && (
        <div className="change-progress" role="status">
          <ProgressBar progress={progress} label="Comparing before and since" />
          <span className="dim">{progressText(progress)}</span>
        </div>
      )}
      <Answer query={query} what="comparing before and since">
        {(found) => <Shown found={found} budget={report.parameters.false_alarm_budget} />}
      </Answer>
      {!hasText && query.data && (
        <Notes notes={['The ledger has no texts: events are named in their place, and axes have no words.']} />
      )}
    </>
  );
}
