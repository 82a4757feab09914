import { counted } from '../../core/format.ts';
import { recordReading, type Records } from './records.ts';
import { type Shape, type ShapeRow } from './shape.ts';
import { compact } from './values.ts';

/** A log whose lines are events each, and how one is read. */
export interface LineShape {
  readonly id: string;
  readonly label: string;
  /** "AutoGen messages", as the sentence begins. */
  readonly title: string;
  /** "message" */
  readonly one: string;
  is(document: unknown): boolean;
  /** The columns of a line, or why it is no event ("that report progress"); members without a value are dropped. */
  rowOf(document: unknown, state: Map<string, unknown>): ShapeRow | string;
}

export const lineShape = ({ id, label, title, one, is, rowOf }: LineShape): Shape => ({
  id,
  label,
  is,
  hasKinds: false,
  begin: () =>
    recordReading(
      () => {
        const state = new Map<string, unknown>();
        return (document): Records => {
          const row = rowOf(document, state);
          return typeof row === 'string' ? { rows: [], leftOut: { [row]: 1 } } : { rows: [compact(row)] };
        };
      },
      ({ rows, threads, leftOut }) => {
        const of = threads > 0 ? ` of ${counted(threads, 'dialogue')}` : '';
        const left = leftOut.map(([reason, count]) => `; ${counted(count, 'entry', 'entries')} ${reason} left out`);
        return `${title}: ${counted(rows, one)}${of}${left.join('')}.`;
      },
    ),
});
