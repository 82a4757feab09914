import { useMemo } from 'react';
import { timeColor } from '../evidence/map/colors.ts';
import type { Mode } from '../../charts/palette.ts';
import { halves, readSide, writeSide, type Comparand, type Side, type SideId } from '../../state/drilldown/compare.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';

/** Both sides of a comparison. */
export interface Sides {
  readonly a: Comparand;
  readonly b: Comparand;
}

/** Sides are told apart by colour, and by dashes and letters where there is no colour. */
export const sideColor = (id: SideId, mode: Mode): string => timeColor(id === 'a' ? 0.3 : 1, mode);

const NO_MAPPING: ColumnMapping = {};

/** The first stream that is shown, before and since the middle of what is visible. */
function firstSides(
  report: AnalysisReport,
  view: { readonly from: number; readonly to: number },
  hidden: readonly string[],
) {
  const stream = (report.streams.find(({ name }) => !hidden.includes(name)) ?? report.streams[0]).name;
  const [a, b] = halves(view);
  return { a: { stream, range: a }, b: { stream, range: b } };
}

/** The two sides as the address has them. */
export function useSides(report: AnalysisReport): Readonly<Record<SideId, Side>> {
  const texts = useTautline((state) => state.view.compare);
  const range = useTautline((state) => state.view.range);
  const hidden = useTautline((state) => state.view.hiddenStreams);
  return useMemo(() => {
    const first = firstSides(report, range ?? { from: 0, to: report.events }, hidden);
    return { a: readSide('a', texts) ?? first.a, b: readSide('b', texts) ?? first.b };
  }, [texts, report, range, hidden]);
}

export const setSides = ({ a, b }: Readonly<Record<SideId, Side>>): void =>
  actions.setLab({ compare: [writeSide('a', a), writeSide('b', b)] });

/** A side of the open ledger. */
export function useComparand(report: AnalysisReport, side: Side): Comparand {
  const mapping = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.mapping : NO_MAPPING));
  return useMemo(() => ({ session, report, mapping, side }), [report, mapping, side]);
}
