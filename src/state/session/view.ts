import { decodeView, type Dropped } from '../url.ts';
import { fitRange } from '../view/range.ts';
import type { ViewState } from '../types.ts';
import { adoptView } from './ledger.ts';
import { sequence, type SessionState, type Transition, type Transitions, type ViewEvent } from './model.ts';
import { changeView, notice } from './steps.ts';

const withOrWithout = (names: readonly string[], name: string): readonly string[] =>
  names.includes(name) ? names.filter((n) => n !== name) : [...names, name];

/** So many are named, the others counted. */
const MAX_NAMED = 8;

function droppedText(dropped: readonly Dropped[]): string {
  const named = dropped.slice(0, MAX_NAMED).map(({ field, problem }) => `${field} (${problem})`);
  const more = dropped.length > MAX_NAMED ? ` and ${dropped.length - MAX_NAMED} more` : '';
  return `Parts of the address were left out: ${named.join('; ')}${more}.`;
}

/** A link carries the name of a reference file, not the file: one that this page does not have is named. */
const withKnownReference =
  (view: ViewState, next: (view: ViewState) => (state: SessionState) => Transition) =>
  (state: SessionState): Transition => {
    if (view.reference === null || state.references.known.has(view.reference)) return next(view)(state);
    const text =
      `This view was made with the reference of ${view.reference}: ` +
      'load that file under Ledger in the parameter panel to see the same alerts.';
    return sequence(state, notice('warning', text), next({ ...view, reference: null }));
  };

export const viewTransitions: Transitions<ViewEvent> = {
  addressChanged(state, { text }) {
    const { view, dropped } = decodeView(text);
    return sequence(
      { ...state, dragging: false },
      (s) => (dropped.length > 0 ? notice('warning', droppedText(dropped))(s) : [s]),
      withKnownReference(view, adoptView),
      (s) => [s, { effect: 'writeAddress', view: s.view, how: 'adopt' }],
    );
  },

  viewChanged: (state, { change, write }) => changeView(change, write)(state),

  rangeSet(state, { range, write }) {
    const events = state.analysis.report?.events ?? Number.POSITIVE_INFINITY;
    return changeView({ range: range && fitRange(range, events) }, write)(state);
  },

  streamToggled: (state, { name }) =>
    changeView({ hiddenStreams: withOrWithout(state.view.hiddenStreams, name) }, 'commit')(state),

  streamSoloed(state, { name }) {
    const all = state.analysis.report?.streams.map((stream) => stream.name) ?? [];
    const others = all.filter((stream) => stream !== name);
    const { hiddenStreams } = state.view;
    const alone = !hiddenStreams.includes(name) && others.every((stream) => hiddenStreams.includes(stream));
    return changeView({ hiddenStreams: alone ? [] : others }, 'commit')(state);
  },

  cursorMoved: (state, { index }) => (index === state.cursor ? [state] : [{ ...state, cursor: index }]),

  eventsHighlighted: (state, { events }) => [{ ...state, highlighted: events?.index.length === 0 ? null : events }],
};
