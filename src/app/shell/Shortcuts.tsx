import type { ReactNode } from 'react';
import { PAPER } from '../../core/paper.ts';
import { setTour, showMethods, showSheet } from '../ui.ts';
import { TABS } from './screens.ts';
import { eventStateName } from '../../detection/eventStateNames.ts';
import type { EventState } from '../../detection/types.ts';
import { Sheet } from './Sheet.tsx';

const SHORTCUTS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['?'], 'this list'],
  ...TABS.map(({ key, title }) => [['g', key], `go to: ${title}`] as const),
  [['o'], 'open a ledger'],
  [['/'], 'search the parameters'],
  [['f'], 'find in the messages (Ctrl K or ⌘ K too); n, N: next, previous hit'],
  [['Ctrl', 'Z'], 'undo what was changed, hidden, filtered, searched, arranged or marked; with Shift: redo'],
  [['t'], 'theme: as the system, dark, light'],
  [['[', ']'], 'previous, next alert'],
  [['e'], 'evidence of the alert at the selected event, or of the event: open, close'],
  [['i'], 'investigate: from the selected event on, else the visible stretch'],
  [
    ['←', '→', '+', '-', '0'],
    'on a chart: move the cursor, zoom, show everything; Enter opens the event at the cursor',
  ],
  [['Ctrl / ⌘', 'wheel'], 'over a chart: zoom, as a pinch does; the wheel alone scrolls, sideways it pans'],
  [['drag'], 'over a chart: pan; with Shift: zoom to a stretch; a double click shows everything'],
  [['drag'], 'a limit line or its handle: move the limit; Esc gives it back, a click goes to its parameter'],
  [['↑', '↓'], 'on the grip of a panel: move it up, down; Enter: pin, size, reset'],
  [['↑', '↓', 'Enter'], 'on the handle of a limit: one step, with Shift ten; go to its parameter'],
  [['drag'], 'an edge of the hatched reference period in the strip on top: another reference'],
  [['←', '→'], 'in the event inspector: previous, next event of the stream'],
  [['j', 'k', '↓', '↑'], 'in the alert table: next, previous row; Enter opens it, z zooms to it, e shows its evidence'],
  [['y', 'n', 'a', 'u'], 'in the alert table: mark as true, false, to be absorbed; take the mark back'],
  [['→', '←'], 'in the alert table: open, close an incident'],
  [['←', '→', 'PgUp', 'PgDn'], 'on a slider: one step, ten steps'],
  [['Esc'], 'close the sheet, the inspector or the evidence'],
];

const STATES: readonly (readonly [EventState, string])[] = [
  ['WARMING', 'too early to judge: the stream has had too few events, or the reference period still runs'],
  ['VOID', 'silence: a pause, or coupling to the other streams has broken off'],
  ['DRIFT', 'the CUSUM on divergence is over its limit'],
  ['HOMOGENIZATION', 'entropy is under its floor: one voice'],
  ['FRAME_WEIGHT_DEGRADATION', 'friction has stayed below its band: over-smoothed'],
  ['ACCOMMODATION', 'friction or divergence is high and is being absorbed'],
  ['WATCH', 'tension is outside its zone'],
  ['IN_FRAME', 'none of these: what a stream says fits its frame'],
];

export function Shortcuts(): ReactNode {
  return (
    <Sheet title="Help">
      <div className="two-columns">
        <section>
          <h3>Keys</h3>
          <dl className="keys">
            {SHORTCUTS.map(([keys, what]) => (
              <div key={what}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Learn</h3>
          <div className="buttons">
            <button type="button" className="button" onClick={() => setTour(0)}>
              Take the tour
            </button>
            <button type="button" className="button" onClick={() => showSheet('glossary')}>
              Glossary: every term
            </button>
            <button type="button" className="button" onClick={() => showMethods(0)}>
              Methods: every formula
            </button>
          </div>
          <h3>The paper</h3>
          <p>
            {PAPER.text}{' '}
            <a href={PAPER.url} target="_blank" rel="noreferrer">
              Read it
            </a>{' '}
            <span className="dim">(leaves this page)</span>
          </p>
        </section>
        <section>
          <h3>Event states: the first that holds</h3>
          <dl className="routes">
            {STATES.map(([eventState, what]) => (
              <div key={eventState}>
                <dt>
                  {eventStateName(eventState)} <code className="dim">{eventState}</code>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <p className="dim">
        Drop a ledger anywhere on the page to open it. Parameters, range, selection and theme are in the address: copy
        the link to share the view.
      </p>
    </Sheet>
  );
}
