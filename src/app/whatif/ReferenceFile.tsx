import type { ReactNode } from 'react';
import { actions, useTautline } from '../../state/store.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { Icon } from '../shell/Icon.tsx';

/**
 * Takes projection, reference and calibration from a file, as a deployed detector does, in place of the ledger's own
 * reference period.
 */
export function ReferenceFile(): ReactNode {
  const reference = useTautline((state) => state.view.reference);
  return (
    <div className="parameter reference-file">
      <div className="reference-file-row">
        <span>Reference file</span>
        <FileButton
          className="button small"
          title="Projection, reference and calibration of a bundle or baseline file replace the reference period"
          accept=".json,.pb,application/json"
          testId="reference-file"
          onFile={(file) => void actions.setReference(file)}
        >
          {reference === null ? 'Load…' : 'Other…'}
        </FileButton>
        {reference !== null && (
          <button
            type="button"
            className="button icon-only small"
            aria-label="Use the ledger's own reference period"
            onClick={() => void actions.setReference(null)}
          >
            <Icon name="close" size={12} />
          </button>
        )}
      </div>
      {reference !== null && (
        <p className="dim reference-file-name">{reference}: k and the reference period have no effect.</p>
      )}
    </div>
  );
}
