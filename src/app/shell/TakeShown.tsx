import type { ReactNode, RefObject } from 'react';
import { ExportMenu, type ExportFile } from '../../charts/ExportMenu.tsx';
import '../../charts/charts.css';
import { explain, toTautlineError } from '../../core/errors.ts';
import { actions, useTautline } from '../../state/store.ts';

/** Charts and tables below an element, and further files, to be taken along. */
export function TakeShown({
  name,
  root,
  files,
}: {
  /** What they are of: names the button and the files. */
  readonly name: string;
  readonly root?: RefObject<Element | null>;
  readonly files?: readonly ExportFile[];
}): ReactNode {
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.name : ''));
  return (
    <ExportMenu
      name={name}
      of={ledger}
      root={root}
      files={files}
      onError={(thrown) => actions.toast('error', explain(toTautlineError(thrown, `exporting ${name}`)))}
    >
      Export
    </ExportMenu>
  );
}
