import { isOneOf, type ViewField } from './field.ts';

/** How a column is compared with a value: equal, not equal, holds it, at least, at most. */
export const FIND_COMPARISONS = ['is', 'not', 'has', 'min', 'max'] as const;
export type FindComparison = (typeof FIND_COMPARISONS)[number];

interface FindFilter {
  /** A column of the table `events`. */
  readonly column: string;
  readonly comparison: FindComparison;
  /** Empty: no value. */
  readonly value: string;
}

/** What is searched for: messages that hold a text, of the events that pass all filters. */
export interface FindView {
  /** Empty: every event. */
  readonly text: string;
  readonly filters: readonly FindFilter[];
}

/** Null: the search is closed. A filter is written `find.COLUMN=COMPARISON:VALUE`. */
export const findField: ViewField<FindView | null> = {
  names: ['find', 'find.'],
  initial: null,
  belongsTo: 'ledger',
  encode: (find) =>
    find === null
      ? []
      : [
          ['find', find.text],
          ...find.filters.map(({ column, comparison, value }) => [`find.${column}`, `${comparison}:${value}`] as const),
        ],
  decode(fields, drop) {
    if (fields.length === 0) return null;
    let text = '';
    const filters: FindFilter[] = [];
    for (const [name, given] of fields) {
      if (name === 'find') text = given;
      else {
        const at = given.indexOf(':');
        const comparison = given.slice(0, Math.max(0, at));
        if (isOneOf(FIND_COMPARISONS, comparison))
          filters.push({ column: name.slice('find.'.length), comparison, value: given.slice(at + 1) });
        else drop(name, `"${given}" does not begin with one of ${FIND_COMPARISONS.map((c) => `${c}:`).join(', ')}`);
      }
    }
    return { text, filters };
  },
};
