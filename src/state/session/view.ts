import { decodeView, type Dropped } from '../url.ts';
import { fitRange } from '../view/range.ts';
import type { ViewState } from '../types.ts';
import { adoptView } from './ledger.ts';
import { sequence, type SessionState, type Transition, type Transitions, type ViewEvent } from './model.ts';
import { changeView, notice, recordWork } from './steps.ts';

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

const showStreams = (state: SessionState, hiddenStreams: readonly string[], amends = false): Transition =>
  sequence(state, changeView({ hiddenStreams }, 'commit'), (s) => recordWork(s, amends));

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

  viewChanged: (state, { change, write }) =>
    sequence(state, changeView(change, write), (s) => (write === 'preview' || s.dragging ? [s] : recordWork(s))),

  rangeSet(state, { range, write }) {
    const events = state.analysis.report?.events ?? Number.POSITIVE_INFINITY;
    return changeView({ range: range && fitRange(range, events) }, write)(state);
  },

  streamToggled: (state, { name }) => showStreams(state, withOrWithout(state.view.hiddenStreams, name)),

  streamSoloed(state, { name, toggled }) {
    const all = state.analysis.report?.streams.map((stream) => stream.name) ?? [];
    const others = all.filter((stream) => stream !== name);
    const hidden = toggled ? withOrWithout(state.view.hiddenStreams, name) : state.view.hiddenStreams;
    const alone = !hidden.includes(name) && others.every((stream) => hidden.includes(stream));
    return showStreams(state, alone ? [] : others, toggled);
  },

  cursorMoved: (state, { index }) => (index === state.cursor ? [state] : [{ ...state, cursor: index }]),

  eventsHighlighted: (state, { events }) => [{ ...state, highlighted: events?.index.length === 0 ? null : events }],
};
