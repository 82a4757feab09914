import { useMemo } from 'react';
import { useStore } from 'zustand';
import { timeColor } from '../evidence/map/colors.ts';
import { formatCount } from '../../core/format.ts';
import type { Mode } from '../../charts/palette.ts';
import { halves, type Comparand } from '../../state/drilldown/compare.ts';
import {
  readCompare,
  writeCompare,
  type CompareView,
  type LedgerId,
  type Side,
  type SideId,
} from '../../state/drilldown/compareView.ts';
import { useSecond } from '../../state/second/page.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import type { TautlineState } from '../../state/types.ts';

/** Both sides of a comparison. */
export interface Sides {
  readonly a: Comparand;
  readonly b: Comparand;
  /** False where the sides are of two ledgers, each measured by its own axes and reference. */
  readonly shared: boolean;
}

/** A ledger that sides can be of. */
export type ComparedLedger = Omit<Comparand, 'side'> & { readonly id: LedgerId };

export interface ComparedLedgers {
  readonly first: ComparedLedger;
  /** Null until it is measured. */
  readonly second: ComparedLedger | null;
}

/** Sides are told apart by colour, and by dashes and letters where there is no colour. */
export const sideColor = (id: SideId, mode: Mode): string => timeColor(id === 'a' ? 0.3 : 1, mode);

/** A ledger that is open and analysed. */
function ledgerOf(
  id: LedgerId,
  of: Comparand['session'],
  ledger: TautlineState['ledger'],
  report: TautlineState['analysis']['report'],
): ComparedLedger | null {
  if (ledger.phase !== 'open' || !report) return null;
  return { id, session: of, report, mapping: ledger.report.mapping, name: ledger.report.name };
}

/** Null until the first is analysed. */
export function useLedgers(): ComparedLedgers | null {
  const ledger = useTautline((state) => state.ledger);
  const report = useTautline((state) => state.analysis.report);
  const other = useSecond((state) => state.session);
  const measured = useSecond((state) => state.axes !== null);
  const otherLedger = useStore((other ?? session).store, (state) => state.ledger);
  const otherReport = useStore((other ?? session).store, (state) => state.analysis.report);
  return useMemo(() => {
    const first = ledgerOf('first', session, ledger, report);
    const second = other && measured ? ledgerOf('second', other, otherLedger, otherReport) : null;
    return first && { first, second };
  }, [ledger, report, other, measured, otherLedger, otherReport]);
}

/** What is compared, as the address has it. */
export function useCompareView(): CompareView {
  const texts = useTautline((state) => state.view.compare);
  return useMemo(() => readCompare(texts), [texts]);
}

export const setCompare = (change: Partial<CompareView>): void =>
  actions.setLab({ compare: writeCompare({ ...readCompare(session.store.getState().view.compare), ...change }) });

export const wholeOf = ({ id, report }: ComparedLedger, stream?: string): Side => {
  const found = report.streams.find(({ name }) => name === stream) ?? report.streams[0];
  return { ledger: id, stream: found.name, range: { from: 0, to: report.events } };
};

/** What is compared where nothing was chosen: the ledgers, else the halves of what is visible. */
function firstSides(
  { first, second }: ComparedLedgers,
  visible: { readonly from: number; readonly to: number } | null,
  hidden: readonly string[],
): Readonly<Record<SideId, Side>> {
  const { report } = first;
  const stream = (report.streams.find(({ name }) => !hidden.includes(name)) ?? report.streams[0]).name;
  if (second) return { a: wholeOf(first, stream), b: wholeOf(second, stream) };
  const [a, b] = halves(visible ?? { from: 0, to: report.events });
  return { a: { stream, range: a, ledger: 'first' }, b: { stream, range: b, ledger: 'first' } };
}

/** The sides of the address, with their ledgers; null while one of them is not measured yet. */
export function useSides(ledgers: ComparedLedgers): Sides | null {
  const { a, b, second } = useCompareView();
  const visible = useTautline((state) => state.view.range);
  const hidden = useTautline((state) => state.view.hiddenStreams);
  const shared = useSecond((state) => state.axes?.shared ?? true);
  return useMemo(() => {
    const waits = second !== null && !ledgers.second;
    const first = firstSides(ledgers, visible, hidden);
    const comparand = (side: Side | null, given: Side): Comparand | null => {
      const taken = side ?? (waits ? null : given);
      const ledger = taken && ledgers[taken.ledger];
      return taken && ledger ? { ...ledger, side: fitted(taken, ledger) } : null;
    };
    const one = comparand(a, first.a);
    const other = comparand(b, first.b);
    return one && other && { a: one, b: other, shared: shared || one.side.ledger === other.side.ledger };
  }, [a, b, second, ledgers, visible, hidden, shared]);
}

/** A side of the address may be longer than the ledger that it is of. */
function fitted(side: Side, { report: { events } }: ComparedLedger): Side {
  const { from, to } = side.range;
  return from < events
    ? { ...side, range: { from, to: Math.min(to, events) } }
    : { ...side, range: { from: 0, to: events } };
}

/** Where a side is, in words. */
export const placeOf = ({ side: { range }, name }: Comparand, several: boolean): string =>
  `${several ? `${name}, ` : ''}events ${formatCount(range.from)} to ${formatCount(range.to - 1)}`;
