import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { streamStyle, type Mode } from '../../../charts/palette.ts';
import { useChartTheme } from '../../../charts/theme.ts';
import { formatCount, formatMs, formatTimeFull } from '../../../core/format.ts';
import type { LedgerRow } from '../../../core/units.ts';
import type { ThreadTurn } from '../../../state/drilldown/read.ts';
import { actions, useTautline } from '../../../state/store.ts';
import { KindBadge, EventStateBadge } from '../../shell/Badge.tsx';
import { MessageText } from '../../shell/MessageText.tsx';
import { pauseHeight, pauseLength, pauseText, silenceBefore } from './pause.ts';

const ESTIMATE_PX = 92;
/** Characters of a turn shown before it is unfolded. */
const FOLD = 700;

function Text({ text }: { readonly text: string }): ReactNode {
  const [open, setOpen] = useState(false);
  if (text.length <= FOLD) return <MessageText className="turn-text" text={text} />;
  return (
    <>
      <MessageText className="turn-text" text={open ? text : `${text.slice(0, FOLD)}…`} />
      <button type="button" className="button small quiet" onClick={() => setOpen(!open)}>
        {open ? 'less' : `all ${formatCount(text.length)} characters`}
      </button>
    </>
  );
}

function TurnView({
  turn,
  next,
  number,
  color,
  here,
  hasTime,
}: {
  readonly turn: ThreadTurn;
  readonly next: ThreadTurn | undefined;
  readonly number: number;
  readonly color: string;
  /** The turn at which the alert fired. */
  readonly here: boolean;
  readonly hasTime: boolean;
}): ReactNode {
  const selected = useTautline((state) => turn.index >= 0 && state.view.selected === turn.index);
  const silence = silenceBefore(turn);
  const marks = turn.alerts.filter(({ at }) => at !== 'open');
  return (
    <div
      className={
        `turn${here ? ' here' : ''}${selected ? ' selected' : ''}` +
        `${turn.isVoid ? ' pause' : ''}${turn.alerts.length > 0 ? ' alerted' : ''}`
      }
    >
      {silence !== null && (
        <div className="silence" style={{ height: pauseHeight(turn.gap) }}>
          <span>{silence} of silence</span>
        </div>
      )}
      {marks.map(({ alert, kind, at }) => (
        <div key={`${alert} ${at}`} className="turn-mark">
          <KindBadge kind={kind} /> {at === 'onset' ? 'begins here' : at === 'fired' ? 'fires here' : 'resolved here'}
        </div>
      ))}
      <div className="turn-head">
        <span className="dim turn-number">{formatCount(number)}</span>
        <i className="speaker-dot" style={{ background: color }} />
        <strong>{turn.speaker ?? 'unknown speaker'}</strong>
        {turn.role !== null && <span className="dim">{turn.role}</span>}
        {turn.handoffs.map((handoff) => (
          <span
            key={`${handoff.kind} ${handoff.to}`}
            className={`handoff-tag ${handoff.kind}`}
            title={
              handoff.kind === 'observed'
                ? 'The log states this hand-off'
                : 'Inferred from the @mention at the end of the message'
            }
          >
            {handoff.inLoop && '↻ '}→ {handoff.to}
            {handoff.answeredAt === null && (
              <span className="dead-end" title="Never answered in this thread">
                {' '}
                ⊣
              </span>
            )}
          </span>
        ))}
        <span className="turn-facts">
          {Number.isFinite(turn.latency) && (
            <span className="dim" title="From request to answer">
              {formatMs(turn.latency)}
            </span>
          )}
          {Number.isFinite(turn.time) && <span className="dim">{formatTimeFull(turn.time).slice(11, 19)}</span>}
          {turn.eventState !== null && <EventStateBadge eventState={turn.eventState} />}
          {turn.index >= 0 ? (
            <button
              type="button"
              className="event-link"
              title={`Open event ${formatCount(turn.index)}`}
              onClick={() => actions.select(turn.index)}
              onPointerEnter={() => actions.setCursor(turn.index)}
              onPointerLeave={() => actions.setCursor(null)}
            >
              {formatCount(turn.index)}
            </button>
          ) : (
            <span className="dim" title="Its stream is not tracked">
              untracked
            </span>
          )}
        </span>
      </div>
      {turn.isVoid && (
        <div className="pause-block" style={{ height: pauseHeight(pauseLength(next)) }}>
          {pauseText(next, hasTime)}
        </div>
      )}
      {turn.text !== null && turn.text.trim() !== '' ? (
        <Text text={turn.text} />
      ) : (
        !turn.isVoid && <p className="dim">no text</p>
      )}
    </div>
  );
}

/** Agents have the hue of their stream; those of streams that are not tracked have none. */
const colorOf = ({ stream }: ThreadTurn, mode: Mode): string =>
  stream < 0 ? 'var(--text-dim)' : streamStyle(stream, mode).color;

/** A thread turn by turn; it begins at the alert. */
export function Transcript({
  turns,
  at,
  hasTime,
}: {
  readonly turns: readonly ThreadTurn[];
  readonly at: LedgerRow;
  readonly hasTime: boolean;
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const { mode } = useChartTheme();
  // eslint-disable-next-line react-hooks/incompatible-library -- a warning for the React Compiler, which is not used
  const virtualizer = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATE_PX,
    overscan: 6,
    getItemKey: (i) => turns[i].row,
  });
  const place = turns.findIndex(({ row }) => row === at);
  const shown = useRef<string | null>(null);
  useEffect(() => {
    const key = `${turns[0]?.row ?? ''} ${at}`;
    if (place < 0 || shown.current === key) return;
    shown.current = key;
    virtualizer.scrollToIndex(place, { align: 'center' });
  }, [turns, at, place, virtualizer]);
  return (
    <div className="transcript" ref={scroller} tabIndex={0} role="log" aria-label="Transcript of the thread">
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => (
          <div
            key={item.key}
            data-index={item.index}
            ref={virtualizer.measureElement}
            className="turn-place"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <TurnView
              turn={turns[item.index]}
              next={turns[item.index + 1]}
              number={item.index + 1}
              here={item.index === place}
              hasTime={hasTime}
              color={colorOf(turns[item.index], mode)}
            />
          </div>
        ))}
      </div>
    </div>
  );
}
