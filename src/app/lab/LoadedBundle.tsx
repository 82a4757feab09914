import { useEffect, useState, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { healthFromJson } from '../../detection/files/health.ts';
import { outagesOf, outageText } from '../../detection/healthText.ts';
import { changedParameters } from '../../detection/parameters.ts';
import { parityOf, type LoadedBundle as Loaded, type Parity } from '../../state/lab/bundle.ts';
import { actions, lab, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { SHORT_HASH } from './text.ts';

/** How the loaded bundle answers to the open ledger; measured anew with every analysis. */
function useParity(loaded: Loaded | null, report: AnalysisReport): Parity | null {
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report : null));
  const [parity, setParity] = useState<{ readonly of: Loaded; readonly value: Parity } | null>(null);
  useEffect(() => {
    if (!loaded || !ledger) return;
    let wanted = true;
    void parityOf(loaded.bundle, ledger, report).then((value) => {
      if (wanted) setParity({ of: loaded, value });
    });
    return () => {
      wanted = false;
    };
  }, [loaded, ledger, report]);
  return loaded && parity?.of === loaded ? parity.value : null;
}

/** A bundle that was loaded, and whether the open ledger raises the alerts that it expects. */
export function LoadedBundle({
  loaded,
  report,
}: {
  readonly loaded: Loaded;
  readonly report: AnalysisReport;
}): ReactNode {
  const parity = useParity(loaded, report);
  const changed = useTautline(
    (state) =>
      JSON.stringify(changedParameters(state.view.parameters)) !==
      JSON.stringify(changedParameters(loaded.bundle.parameters)),
  );
  const reference = useTautline((state) => state.view.reference);
  const { name, bundle } = loaded;
  const { health, streams } = healthFromJson(bundle.health);
  return (
    <div className="lab-bundle" data-testid="loaded-bundle">
      <p>
        <strong>{name}</strong>{' '}
        <span className="dim">
          made on {bundle.ledger.name} ({formatCount(bundle.ledger.events)} events,{' '}
          <code>{bundle.ledger.fingerprint.slice(0, SHORT_HASH)}</code>) by {bundle.createdBy}
        </span>
      </p>
      {outagesOf(health).map((outage) => (
        <p key={`${outage.channel} ${outage.reason}`} className="dim">
          On its ledger: {outageText(outage, streams)}
        </p>
      ))}
      {parity?.warnings.map((warning) => (
        <p key={warning} className="lab-warning" role="alert">
          {warning}
        </p>
      ))}
      {parity && parity.original && !parity.difference && (
        <p className="lab-good" role="status">
          Parity: exactly the {formatCount(bundle.alerts.length)} alerts that the bundle expects.
        </p>
      )}
      {parity && parity.original && parity.difference && (
        <p className="lab-warning" role="alert">
          Not the alerts that the bundle expects: {formatCount(parity.difference.missing)} missing,{' '}
          {formatCount(parity.difference.unexpected)} unexpected, {formatCount(parity.difference.differing.length)} that
          differ.
          {changed ? ' The parameters were changed since it was loaded.' : ''}
        </p>
      )}
      {parity && !parity.original && (
        <p className="dim">
          Its parameters are in force. On this ledger they raise {formatCount(report.alerts.length)} alerts; on its own
          they raised {formatCount(bundle.alerts.length)}.
        </p>
      )}
      <div className="buttons">
        {changed && (
          <button type="button" className="button small" onClick={() => actions.setParameters(bundle.parameters, true)}>
            Its parameters again
          </button>
        )}
        {parity && !parity.original && reference !== name && (
          <button
            type="button"
            className="button small"
            title="Projection, windows and calibration of the bundle in place of those of this ledger"
            onClick={() => void actions.setReference(new File([loaded.file], name))}
          >
            Use its reference too
          </button>
        )}
        <button type="button" className="button small quiet" onClick={() => lab.setBundle(null)}>
          Forget the bundle
        </button>
      </div>
    </div>
  );
}
