import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatTimeFull } from '../../core/format.ts';
import type { EventIndex } from '../../core/units.ts';
import { useEvent, useEventFields } from '../../state/queries.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { stretchView } from '../../state/stretch.ts';
import { encodeView } from '../../state/url.ts';
import type { AnalysisReport, EventDetail } from '../../workers/protocol.ts';
import { showAlert, zoomToAlert } from '../alerts/show.ts';
import { neighbourAlert } from '../alerts/neighbour.ts';
import { makeWay, openEvidence } from '../evidence/open.ts';
import { KindBadge, EventStateBadge } from '../shell/Badge.tsx';
import { copyText } from '../shell/copy.ts';
import { Icon } from '../shell/Icon.tsx';
import { MessageText, RawSwitch } from '../shell/MessageText.tsx';
import { Problem } from '../shell/Problem.tsx';
import { fieldsOf } from './fields.ts';
import { signalRows, type SignalState } from './limits.ts';
import { Thread } from './Thread.tsx';
import { useStreamNeighbours } from './useNavigation.ts';
import './inspector.css';

const STATES: Readonly<Record<SignalState, string>> = {
  inside: 'inside',
  outside: 'outside',
  charted: '',
  undefined: 'not defined here',
};

function SignalTable({ event, report }: { readonly event: EventDetail; readonly report: AnalysisReport }): ReactNode {
  const parameters = useTautline((state) => state.view.parameters);
  return (
    <section aria-labelledby="signals-title">
      <h3 id="signals-title">Signals</h3>
      <table className="signals">
        <thead>
          <tr>
            <th scope="col">Signal</th>
            <th scope="col" className="number">
              Value
            </th>
            <th scope="col" className="number">
              Limit
            </th>
            <th scope="col">
              <span className="visually-hidden">State</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {signalRows(event.signals, report.calibration, parameters, event.stream).map(
            ({ name, label, value, limit, state }) => (
              <tr key={name} className={state} data-signal={name}>
                <th scope="row">{label}</th>
                <td className="number">{value}</td>
                <td className="number dim">{limit}</td>
                <td className="state" title={STATES[state]}>
                  <span aria-hidden="true">{state === 'outside' ? '▲' : state === 'inside' ? '✓' : ''}</span>
                  <span className="visually-hidden">{STATES[state]}</span>
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}

function Covering({ event, report }: { readonly event: EventDetail; readonly report: AnalysisReport }): ReactNode {
  const covering = report.alerts.filter(
    ({ stream, onset, resolved: resolved }) =>
      stream === event.stream && onset <= event.index && event.index < (resolved ?? report.events),
  );
  if (covering.length === 0) return null;
  return (
    <section aria-labelledby="covering-title">
      <h3 id="covering-title">Alerts that cover this event</h3>
      <ul className="covering">
        {covering.map((alert) => (
          <li key={`${alert.kind} ${alert.fired}`}>
            <button type="button" onClick={() => showAlert(alert)}>
              <KindBadge kind={alert.kind} />
              <span className="dim">
                {formatCount(alert.onset)} → <span className="fired">{formatCount(alert.fired)}</span> →{' '}
                {alert.resolved === null ? 'open' : formatCount(alert.resolved)}
              </span>
            </button>
            <button
              type="button"
              className="button small"
              title="Evidence: who, what and which messages (e)"
              onClick={() => openEvidence(alert)}
            >
              Evidence
            </button>
            <button
              type="button"
              className="button icon-only small"
              title="Zoom to the episode"
              aria-label="Zoom to the episode"
              onClick={() => zoomToAlert(alert)}
            >
              <Icon name="zoom" size={13} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fields({ event, report }: { readonly event: EventDetail; readonly report: AnalysisReport }): ReactNode {
  const { data: row, error } = useEventFields(event.row);
  const ledger = useTautline((state) => state.ledger);
  if (error) return <Problem>{explain(toTautlineError(error, 'reading the event'))}</Problem>;
  if (!row || ledger.phase !== 'open') return null;
  const text = typeof row.text === 'string' && row.text !== '' ? row.text : null;
  return (
    <>
      {text !== null && (
        <section aria-labelledby="text-title">
          <h3 id="text-title">
            Text
            <button
              type="button"
              className="button icon-only small"
              title="Copy the text"
              aria-label="Copy the text"
              onClick={() => void copyText(text, 'Text copied.')}
            >
              <Icon name="copy" size={13} />
            </button>
            <RawSwitch />
          </h3>
          <MessageText className="event-text" text={text} tabIndex={0} />
        </section>
      )}
      <Thread row={event.row} report={report} />
      <section aria-labelledby="fields-title">
        <h3 id="fields-title">Fields</h3>
        <dl className="fields">
          {fieldsOf(row, Object.keys(ledger.report.mapping)).map(({ name, text: value }) => (
            <div key={name}>
              <dt className="mono">{name}</dt>
              <dd>{value ?? <span className="dim">NULL</span>}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function Walk({
  label,
  title,
  to,
  back,
}: {
  readonly label: string;
  readonly title: string;
  readonly to: (() => void) | null;
  readonly back: boolean;
}): ReactNode {
  return (
    <button type="button" className="button small" disabled={to === null} title={title} onClick={() => to?.()}>
      {back && <Icon name="chevronLeft" size={12} />}
      {label}
      {!back && <Icon name="chevronRight" size={12} />}
    </button>
  );
}

function Header({ event, report }: { readonly event: EventDetail; readonly report: AnalysisReport }): ReactNode {
  const stream = report.streams[event.stream];
  return (
    <>
      <p className="event-where">
        <strong>{stream.name}</strong>{' '}
        <span className="dim">
          event {formatCount(event.seq)} of {formatCount(stream.events)} of its stream
        </span>
      </p>
      <p className="dim event-when">
        <span>{Number.isFinite(event.time) ? `${formatTimeFull(event.time)} UTC` : 'no timestamp'}</span>{' '}
        <span>position {formatCount(event.index)}</span>
      </p>
      <div className="event-route">
        <EventStateBadge eventState={event.eventState} />
        <button
          type="button"
          className="button small"
          title="What differs from this event on from what was before it, alert or none (i)"
          onClick={() => {
            const view = stretchView(session.store.getState(), null, event.index);
            makeWay();
            actions.showEvidence(view);
          }}
        >
          Investigate from here
        </button>
        {event.isVoid && <span className="tag">void event: a pause</span>}
      </div>
      <ul className="why">
        {event.why.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

/** One event in full: what was said, what was measured, why it has its route, and its neighbours. */
export function Inspector({ index }: { readonly index: EventIndex }): ReactNode {
  const report = useTautline((state) => state.analysis.report);
  const { data, error, isPlaceholderData } = useEvent(index);
  if (!report) return null;
  if (error)
    return (
      <p className="region-loading field-problem" role="alert">
        {explain(toTautlineError(error, `reading event ${index}`))}
      </p>
    );
  if (!data || data.stream >= report.streams.length) return <p className="region-loading">Loading…</p>;
  return <InspectorOf event={data} stale={isPlaceholderData} report={report} />;
}

/** The address of the page with an event selected. */
const linkTo = (selected: EventIndex): string =>
  `${location.href.split('#')[0]}#${encodeView({ ...session.store.getState().view, selected })}`;

function InspectorOf({
  event,
  stale,
  report,
}: {
  readonly event: EventDetail;
  readonly stale: boolean;
  readonly report: AnalysisReport;
}): ReactNode {
  const { before, after } = useStreamNeighbours(report, event.index);
  const root = useRef<HTMLDivElement>(null);
  const select = (to: EventIndex | null): (() => void) | null => (to === null ? null : () => actions.select(to));
  const previousAlert = neighbourAlert(report.alerts, event.index, -1);
  const nextAlert = neighbourAlert(report.alerts, event.index, 1);
  const onKeyDown = (key: KeyboardEvent): void => {
    if (key.altKey || key.ctrlKey || key.metaKey || key.shiftKey) return;
    const to = key.key === 'ArrowLeft' ? before : key.key === 'ArrowRight' ? after : null;
    if (to === null) return;
    key.preventDefault();
    actions.select(to);
  };
  useEffect(() => {
    root.current?.scrollTo({ top: 0 });
  }, [event.index]);
  return (
    <div className="inspector" aria-busy={stale} onKeyDown={onKeyDown}>
      <header>
        <h2 title="event_id">Event {String(event.eventId)}</h2>
        <button
          type="button"
          className="button icon-only"
          title="Copy a link to this event, as it is seen now"
          aria-label="Copy a link to this event"
          onClick={() => void copyText(linkTo(event.index), 'Link to the event copied.')}
        >
          <Icon name="link" />
        </button>
        <button
          type="button"
          className="button icon-only"
          title="Close (Esc)"
          aria-label="Close the inspector"
          onClick={() => actions.select(null)}
        >
          <Icon name="close" />
        </button>
      </header>
      <nav className="walk" aria-label="Neighbouring events">
        <Walk label="stream" title="Previous event of the stream (←)" to={select(before)} back />
        <Walk label="stream" title="Next event of the stream (→)" to={select(after)} back={false} />
        <span className="walk-gap" />
        <Walk label="alert" title="Previous alert ( [ )" to={previousAlert && (() => showAlert(previousAlert))} back />
        <Walk label="alert" title="Next alert ( ] )" to={nextAlert && (() => showAlert(nextAlert))} back={false} />
      </nav>
      <div className="inspector-body" ref={root} tabIndex={0} aria-label="Event details" role="region">
        <Header event={event} report={report} />
        <SignalTable event={event} report={report} />
        <Covering event={event} report={report} />
        <Fields event={event} report={report} />
      </div>
    </div>
  );
}
