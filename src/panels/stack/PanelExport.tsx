import { useMemo, type RefObject } from 'react';
import { ExportMenu, type ExportFile } from '../../charts/ExportMenu.tsx';
import { streamStyle } from '../../charts/palette.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { seriesCsvFile } from '../../state/seriesFile.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { Panel } from '../panel.ts';
import { useShared } from './timeline.ts';

/** The strip of ticks on top of all panels. */
const axisStrip = (): HTMLElement | null => document.querySelector('.stack-head .chart-axis');

/** A panel as a picture with its legend and axis, and its exact values at the visible events. */
export function PanelExport({ panel, root }: { readonly panel: Panel; readonly root: RefObject<Element | null> }) {
  const { report, streams, range } = useShared();
  const { mode } = useChartTheme();
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.name : ''));
  const legend = useMemo(
    () => streams.map((i) => ({ name: report.streams[i].name, ...streamStyle(i, mode) })),
    [streams, report.streams, mode],
  );
  const files = useMemo<readonly ExportFile[]>(() => {
    if (panel.type !== 'lines') return [];
    const among = panel.ledgerWide ? report.streams.map((_, i) => i) : streams;
    return [
      {
        title: 'Values (CSV)',
        description: `Exact, of the ${formatCount(range.to - range.from)} events in view`,
        extension: 'csv',
        suffix: `${range.from}-${range.to}`,
        make: (job) => seriesCsvFile(panel.series, range, among, job),
      },
    ];
  }, [panel, report.streams, streams, range]);
  const unit = panel.unit === '' || panel.unit === 'ratio' ? '' : ` (${panel.unit})`;
  return (
    <ExportMenu
      name={`${panel.title}${unit}`}
      of={ledger}
      root={root}
      legend={panel.type === 'lines' && panel.ledgerWide ? undefined : legend}
      axis={axisStrip}
      files={files}
      onError={(thrown) => actions.toast('error', explain(toTautlineError(thrown, `exporting ${panel.title}`)))}
    />
  );
}
