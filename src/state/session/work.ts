import type { Experiment } from '../scenarios.ts';
import type { LedgerMarks, TautlineState, ViewState } from '../types.ts';
import { UNDONE_FIELDS } from '../view/fields.ts';

type UndoneView = Pick<ViewState, (typeof UNDONE_FIELDS)[number]>;

/** What undo and redo go through: parameters and scenarios, marks, and how the ledger is looked at. */
export interface Work extends Experiment, UndoneView {
  readonly marks: LedgerMarks;
}

const NOTHING_FOUND = { text: '', filters: [] };

/** The view that work asks for: a search that is open stays so, without what is undone. */
export const viewOfWork = (work: Work, { find }: ViewState): UndoneView => ({
  ...(Object.fromEntries(UNDONE_FIELDS.map((name) => [name, work[name]])) as unknown as UndoneView),
  find: work.find ?? (find && NOTHING_FOUND),
});

/** Opening the search is no step: there is none before something is searched for. */
export function workOf({ view, scenarios, marks }: Pick<TautlineState, 'view' | 'scenarios' | 'marks'>): Work {
  const { find } = view;
  const searched = find !== null && (find.text !== '' || find.filters.length > 0);
  const fields = Object.fromEntries(UNDONE_FIELDS.map((name) => [name, view[name]])) as unknown as UndoneView;
  return { ...fields, scenarios, marks, find: searched ? find : null };
}

const textsOf = ({ find, alertFilter }: Work): readonly string[] => [
  alertFilter.search ?? '',
  find?.text ?? '',
  ...(find?.filters.map(({ value }) => value) ?? []),
];
/** Work without its texts. */
const restOf = ({ find, alertFilter, ...rest }: Work): readonly unknown[] => [
  ...Object.values(rest),
  JSON.stringify([alertFilter.kinds, alertFilter.stream]),
  JSON.stringify(find?.filters.map(({ column, comparison }) => [column, comparison]) ?? []),
];

/** Which text alone differs, as what is typed into one is one step; null where more does, or nothing. */
export function typedText(before: Work, after: Work): number | null {
  // A search that is closed, or emptied, is to come back as it was.
  if (before.find !== null && after.find === null) return null;
  const rest = restOf(after);
  if (restOf(before).some((part, i) => !Object.is(part, rest[i]))) return null;
  const texts = textsOf(after);
  const typed = textsOf(before).flatMap((text, i) => (text === texts[i] ? [] : [i]));
  return typed.length === 1 ? typed[0] : null;
}
