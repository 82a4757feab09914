import type { ReactNode } from 'react';
import { csvOf } from '../../core/csv.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { marksFile } from '../../detection/incidents/marks.ts';
import { textOfFile } from '../../state/fileText.ts';
import { importMarks } from '../../state/marks.ts';
import { actions, useTautline } from '../../state/store.ts';
import { fileName } from '../../core/fileName.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { Menu, type MenuItem } from '../shell/Menu.tsx';
import { download } from '../whatif/parameterFile.ts';
import { fileColumns } from './columns.tsx';
import type { Entry } from './lines.ts';
import { useEntries } from './useEntries.ts';

const tell = (doing: string) => (thrown: unknown) => actions.toast('error', explain(toTautlineError(thrown, doing)));

async function takeTable(how: string, entries: readonly Entry[], ledger: string, probe: string | null): Promise<void> {
  const columns = fileColumns(entries, probe);
  if (how === 'csv') {
    const rows = entries.map((_, i) => columns.map(({ values }) => values[i]));
    const text = csvOf(
      columns.map(({ name }) => name),
      rows,
    );
    download(new Blob([text], { type: 'text/csv' }), fileName(['tautline', ledger, 'alerts'], 'csv'));
    return;
  }
  // Apache Arrow and the writer come when they are needed.
  const { tableParquet } = await import('../../state/tableFile.ts');
  download(await tableParquet(columns), fileName(['tautline', ledger, 'alerts'], 'parquet'));
}

/** The table and the marks as files, and marks from a file. */
export function TakeAlong(): ReactNode {
  const { entries = [] } = useEntries();
  const marks = useTautline((state) => state.marks.list);
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.name : ''));
  const probe = useTautline((state) =>
    state.ledger.phase === 'open' ? (state.ledger.report.model?.probe ?? null) : null,
  );
  const items: MenuItem[] = [
    { id: 'csv', title: 'Table as CSV', description: `${formatCount(entries.length)} alerts, as filtered` },
    { id: 'parquet', title: 'Table as Parquet', description: 'The same, with types' },
    ...(marks.length > 0
      ? [{ id: 'marks', title: 'Marks as labels (JSON)', description: 'For the Laboratory and tautline score' }]
      : []),
  ];
  const onChoose = (id: string): void => {
    if (id === 'marks') download(marksFile(marks), fileName(['tautline', ledger, 'marks'], 'json'));
    else takeTable(id, entries, ledger, probe).catch(tell('writing the table'));
  };
  const onFile = (file: File): void => {
    textOfFile(file, file.name)
      .then((text) => importMarks({ name: file.name, text }))
      .then((count) => actions.toast('info', `${formatCount(count)} marks of ${file.name} taken in.`))
      .catch(tell('reading marks'));
  };
  return (
    <>
      <Menu label="Export" items={items} onChoose={onChoose} small />
      <FileButton
        className="button small quiet"
        title="Marks from a file of labels: NAB windows, JSON or CSV"
        accept=".json,.csv,application/json,text/csv"
        testId="marks-file"
        onFile={onFile}
      >
        Import marks…
      </FileButton>
    </>
  );
}
