import { type ReactNode } from 'react';
import { formatCount, formatNumber, formatPercent, formatQuantity } from '../../../core/format.ts';
import type { Attribution, DirectionShare, TellingEvent } from '../../../detection/drilldown/types.ts';
import { useAttribution } from '../../../state/drilldown/queries.ts';
import { useTautline } from '../../../state/store.ts';
import { Answer, Empty, EventLink, Notes, Segmented } from '../parts.tsx';
import { Quote } from '../Quote.tsx';
import type { Subject } from '../useSubject.ts';
import { useTexts, type Message } from '../useTexts.ts';
import { barPlaces, groupRows, initialRow, shareText, totalShare, type ShareRow } from './bars.ts';
import { useChoice } from '../useChoice.ts';
import './attribution.css';

const GROUPS = 8;
const EVENTS = 10;
const DIRECTIONS = 3;

function Shares({
  title,
  rows,
  nameOf,
}: {
  readonly title: string;
  readonly rows: readonly ShareRow[];
  readonly nameOf?: (row: ShareRow) => ReactNode;
}): ReactNode {
  const places = barPlaces(rows.map((row) => row.share));
  const sum = rows.reduce((total, row) => total + row.share, 0);
  return (
    <section className="shares" aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {rows.map((row, i) => (
          <li key={row.key} className={row.isRest ? 'rest' : undefined}>
            <span className="share-name">
              {nameOf?.(row) ?? <span title={row.name}>{row.name}</span>} <span className="dim">{row.detail}</span>
            </span>
            <span className="share-bar" aria-hidden="true">
              <i className="zero" style={{ left: `${places[i].zero * 100}%` }} />
              <i
                className={row.share < 0 ? 'bar against' : 'bar'}
                style={{ left: `${places[i].left * 100}%`, width: `${places[i].width * 100}%` }}
              />
            </span>
            <span className="number">{shareText(row.share)}</span>
          </li>
        ))}
      </ul>
      <p className="share-sum">
        sum <strong>{shareText(sum)}</strong>
      </p>
    </section>
  );
}

function Side({
  title,
  events,
  texts,
}: {
  readonly title: string;
  readonly events: readonly TellingEvent[];
  readonly texts: ReadonlyMap<number, Message>;
}): ReactNode {
  return (
    <div>
      <h4>{title}</h4>
      {events.length === 0 ? (
        <p className="dim">none</p>
      ) : (
        events.slice(0, 3).map((event) => (
          <Quote
            key={event.index}
            index={event.index}
            message={texts.get(event.row)}
            aside={
              <span className="number dim">
                {formatNumber(event.projection)} σ · {shareText(event.share)}
              </span>
            }
          />
        ))
      )}
    </div>
  );
}

function Direction({
  direction,
  at,
  texts,
}: {
  readonly direction: DirectionShare;
  readonly at: number;
  readonly texts: ReadonlyMap<number, Message>;
}): ReactNode {
  const { eigenvalue, share, nats } = direction;
  const said =
    eigenvalue >= 1
      ? `lately ${formatNumber(eigenvalue)} times the usual variance along it`
      : `lately ${formatPercent(eigenvalue)} of the usual variance along it`;
  return (
    <section className="direction" aria-label={`Direction ${at + 1}`}>
      <h3>
        Direction {at + 1}: {formatPercent(share)} of KL{' '}
        <span className="dim">
          {formatQuantity(nats, 'nats')}, {said}
        </span>
      </h3>
      <div className="two-sides">
        <Side title="Furthest one way" events={direction.high} texts={texts} />
        <Side title="Furthest the other way" events={direction.low} texts={texts} />
      </div>
    </section>
  );
}

function Shown({ found }: { readonly found: Attribution }): ReactNode {
  const directions = found.directions.slice(0, DIRECTIONS).filter((direction) => direction.share > 0.01);
  const events = found.events.slice(0, EVENTS);
  const texts = useTexts(
    [...events, ...directions.flatMap(({ high, low }) => [...high.slice(0, 3), ...low.slice(0, 3)])].map(
      ({ row }) => row,
    ),
  );
  const unlisted = found.events.slice(EVENTS);
  const rest = unlisted.reduce((sum, event) => sum + event.share, 0) + found.rest.share;
  const restEvents = unlisted.length + found.rest.events;
  const eventRows: ShareRow[] = [
    ...events.map((event): ShareRow => ({
      key: String(event.index),
      name: formatCount(event.index),
      detail: event.agent ?? '',
      share: event.share,
      isRest: false,
    })),
    ...(restEvents > 0
      ? [{ key: 'rest', name: `${formatCount(restEvents)} other events`, detail: '', share: rest, isRest: true }]
      : []),
    ...initialRow(found.initial),
  ];
  const total = totalShare(found);
  const friction = formatNumber(found.friction);
  return (
    <>
      <p className="evidence-lead">
        At event <EventLink index={found.at} /> of {found.stream}: friction <strong>{friction}</strong>, the distance
        between the recent and the usual covariance; KL <strong>{formatQuantity(found.kl, 'nats')}</strong> against{' '}
        {found.anchor === 'reference' ? 'the reference period' : 'the slow estimate'}. Each share is an exact part of
        the friction; a negative one pulls against it.{' '}
        <span data-testid="share-total">Shares add up to {formatPercent(total, 6)}.</span>
      </p>
      <div className="share-columns">
        {found.agents.length > 0 && (
          <Shares title="Agents" rows={groupRows(found.agents, found.initial, GROUPS, 'no agent')} />
        )}
        {found.threads.length > 0 && (
          <Shares title="Threads" rows={groupRows(found.threads, found.initial, GROUPS, 'no thread')} />
        )}
        <Shares
          title="Events"
          rows={eventRows}
          nameOf={(row) => {
            const event = row.isRest ? undefined : events.find(({ index }) => String(index) === row.key);
            return (
              event && (
                <EventLink index={event.index}>
                  {formatCount(event.index)} <span className="share-text">{texts.get(event.row)?.text ?? ''}</span>
                </EventLink>
              )
            );
          }}
        />
      </div>
      {directions.map((direction, i) => (
        <Direction key={i} direction={direction} at={i} texts={texts} />
      ))}
      <Notes notes={found.notes} />
    </>
  );
}

/** Who drove the friction, by exact shares, and along which directions the covariances differ. */
export function AttributionTab({ subject }: { readonly subject: Subject }): ReactNode {
  const selected = useTautline((state) => state.view.selected);
  const [at, setAt] = useChoice<'alert' | 'selected'>('measured', 'alert');
  const event = at === 'selected' ? selected : subject.measured;
  const query = useAttribution(event);
  const where = subject.stretch ? 'where the stretch ends' : 'at the alert';
  return (
    <>
      {selected !== null && selected !== subject.measured && (
        <Segmented
          label="Event"
          value={at}
          onChange={setAt}
          options={[
            ['alert', `${where} (${formatCount(subject.measured ?? subject.event)})`],
            ['selected', `at the selected event (${formatCount(selected)})`],
          ]}
        />
      )}
      {event === null ? (
        <Empty>
          {subject.stretch ? 'The stretch ends' : 'The alert fired'} at a pause, and no event of the stream with an
          embedding is before it. Select an event of the stream in a chart.
        </Empty>
      ) : (
        <Answer query={query} what="attributing the friction">
          {(found) => <Shown found={found} />}
        </Answer>
      )}
    </>
  );
}
