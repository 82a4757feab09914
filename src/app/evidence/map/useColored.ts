import { useMemo, useState } from 'react';
import { useChartTheme } from '../../../charts/theme.ts';
import { explain, toTautlineError } from '../../../core/errors.ts';
import { useColoringColumns, useColumnCodes } from '../../../state/drilldown/useColumnCodes.ts';
import type { StoredColumn } from '../../../state/storedColumns.ts';
import type { EmbeddingMap } from '../../../workers/drilldown.ts';
import type { Subject } from '../useSubject.ts';
import { colorPhases, colorPoints, colorValues, type Colored, type Coloring, type Phases } from './colors.ts';

const phasesOf = ({ stream, stretch, onset, end }: Subject): Phases => ({
  stream,
  before: stretch ? (stretch.baseline?.range ?? null) : { from: 0, to: onset },
  stretch: stretch?.range ?? { from: onset, to: end },
});

const columnOf = (coloring: Coloring): string | null =>
  coloring.startsWith('column:') ? coloring.slice('column:'.length) : null;

export interface ColoredMap {
  readonly colored: Colored;
  /** The columns that there are to choose from. */
  readonly columns: readonly StoredColumn[];
  /** The one that points are coloured by. */
  readonly column: StoredColumn | null;
  /** Why the points have not the colours that were asked for. */
  readonly note: string | null;
  /** The one colour that is shown. */
  readonly only: number | null;
  readonly held: number | null;
  readonly onHold: (code: number | null) => void;
  readonly onPeek: (code: number | null) => void;
}

/** The colours of a map's points. */
export function useColored(map: EmbeddingMap, subject: Subject, coloring: Coloring): ColoredMap {
  const { mode } = useChartTheme();
  const columns = useColoringColumns();
  const name = columnOf(coloring);
  const column = columns?.find((one) => one.name === name) ?? null;
  const { data, error } = useColumnCodes(column, map);
  const names = useMemo(() => subject.report.streams.map((stream) => stream.name), [subject.report]);
  const [picked, setPicked] = useState({ of: coloring, held: null as number | null, peek: null as number | null });
  const own = picked.of === coloring ? picked : { of: coloring, held: null, peek: null };
  const colored = useMemo(() => {
    if (coloring === 'phase') return colorPhases(map, phasesOf(subject), mode);
    if (coloring === 'route' || coloring === 'time') return colorPoints(map, coloring, names, mode);
    return name !== null && data ? colorValues(data, mode) : colorPoints(map, 'stream', names, mode);
  }, [map, coloring, name, data, names, mode, subject]);
  const note =
    name === null || data
      ? null
      : error
        ? explain(toTautlineError(error, `reading ${name}`))
        : columns !== null && column === null
          ? `The ledger has no column ${name} to colour by: the colours are those of the streams.`
          : `Reading ${name}…`;
  return {
    colored,
    columns: columns ?? [],
    column,
    note,
    only: own.peek ?? own.held,
    held: own.held,
    onHold: (held) => setPicked({ ...own, held }),
    onPeek: (peek) => setPicked({ ...own, peek }),
  };
}
