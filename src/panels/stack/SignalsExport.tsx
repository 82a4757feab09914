import { useMemo } from 'react';
import { ExportMenu, type ExportFile } from '../../charts/ExportMenu.tsx';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { SERIES_NAMES } from '../../detection/channels/table.ts';
import { seriesCsvFile, signalsParquetFile } from '../../state/seriesFile.ts';
import { actions, useTautline } from '../../state/store.ts';
import { useShared } from './timeline.ts';

const fail = (thrown: unknown): void =>
  actions.toast('error', explain(toTautlineError(thrown, 'exporting the signals')));

/** All signals as files. */
export function SignalsExport() {
  const { report, range, streams } = useShared();
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.name : ''));
  const files = useMemo<readonly ExportFile[]>(() => {
    const everyone = report.streams.map((_, i) => i);
    const whole = { from: 0, to: report.events };
    const count = `${formatCount(SERIES_NAMES.length)} signals of ${formatCount(report.events)} events`;
    return [
      {
        title: 'All signals (Parquet)',
        description: `${count}, with types; as tautline analyze writes them`,
        extension: 'parquet',
        make: signalsParquetFile,
      },
      {
        title: 'All signals (CSV)',
        description: `${count}, with every digit`,
        extension: 'csv',
        make: (job) => seriesCsvFile(SERIES_NAMES, whole, everyone, job),
      },
      {
        title: 'Signals in view (CSV)',
        description: `The ${formatCount(range.to - range.from)} events in view, of the streams that are shown`,
        extension: 'csv',
        suffix: `${range.from}-${range.to}`,
        make: (job) => seriesCsvFile(SERIES_NAMES, range, streams, job),
      },
    ];
  }, [report.streams, report.events, range, streams]);
  return (
    <ExportMenu name="signals" of={ledger} files={files} onError={fail}>
      Export
    </ExportMenu>
  );
}
