import { useRef, type ReactNode } from 'react';
import { actions, useTautline } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';

/**
 * Takes projection, reference and calibration from a file, as a deployed detector does, in place of the ledger's own
 * reference period.
 */
export function ReferenceFile(): ReactNode {
  const reference = useTautline((state) => state.view.reference);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="parameter reference-file">
      <div className="reference-file-row">
        <span>Reference file</span>
        <button
          type="button"
          className="button small"
          onClick={() => input.current?.click()}
          title="Projection, reference and calibration of a bundle or baseline file replace the reference period"
        >
          {reference === null ? 'Load…' : 'Other…'}
        </button>
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
      <input
        ref={input}
        type="file"
        accept=".json,.pb,application/json"
        hidden
        data-testid="reference-file"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void actions.setReference(file);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
