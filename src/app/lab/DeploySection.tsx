import { useEffect, useRef, useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatPercent } from '../../core/format.ts';
import { countText, partName } from '../../core/part.ts';
import { characteristicsOf, type Bundle } from '../../detection/lab/bundle.ts';
import {
  BLUE_GREEN_SHARE,
  CANARY_SHARE,
  ROLLOUT_TEXT,
  rolloutAdvice,
  type RolloutAdvice,
} from '../../detection/lab/rollout.ts';
import { changedParameters } from '../../detection/parameters.ts';
import { encodeBundle, parityOf, type LoadedBundle, type Parity } from '../../state/lab/bundle.ts';
import { useFalseAlarms, useJob, useLab } from '../../state/lab/queries.ts';
import { useAgainst } from '../../state/queries.ts';
import { actions, lab, session, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { download } from '../whatif/parameterFile.ts';
import { takeBundle } from './bundleFile.ts';
import { intervalText, rateText, runLengthText } from './text.ts';

const SHORT_HASH = 12;

/** Why this rollout: what changed, and where the limits lie. */
function rolloutReason({ added, removed, moved, kept, share }: RolloutAdvice, against: string): string {
  const changed = added + removed + moved;
  if (changed === 0)
    return kept === 0
      ? `Neither these parameters nor ${against} raise an alert on this ledger.`
      : `The same ${formatCount(kept)} alerts as ${against}.`;
  const limit =
    share <= CANARY_SHARE
      ? `up to ${formatPercent(CANARY_SHARE)}`
      : share <= BLUE_GREEN_SHARE
        ? `over ${formatPercent(CANARY_SHARE)}, up to ${formatPercent(BLUE_GREEN_SHARE)}`
        : `over ${formatPercent(BLUE_GREEN_SHARE)}`;
  return `${formatCount(changed)} of ${formatCount(changed + kept)} alerts change against ${against} (${formatPercent(share, 2)}: ${limit}): ${formatCount(added)} added, ${formatCount(removed)} removed, ${formatCount(moved)} moved.`;
}

const fileStem = (name: string): string =>
  name
    .replace(/^.*\//, '')
    .replace(/\.[^.]*$/, '')
    .replace(/[^\w.-]+/g, '-') || 'ledger';

/** How the loaded bundle answers to the open ledger; measured anew with every analysis. */
function useParity(loaded: LoadedBundle | null, report: AnalysisReport): Parity | null {
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report : null));
  const [parity, setParity] = useState<{ readonly of: LoadedBundle; readonly value: Parity } | null>(null);
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

function Loaded({ loaded, report }: { readonly loaded: LoadedBundle; readonly report: AnalysisReport }): ReactNode {
  const parity = useParity(loaded, report);
  const changed = useTautline(
    (state) =>
      JSON.stringify(changedParameters(state.view.parameters)) !==
      JSON.stringify(changedParameters(loaded.bundle.parameters)),
  );
  const reference = useTautline((state) => state.view.reference);
  const { name, bundle } = loaded;
  return (
    <div className="lab-bundle" data-testid="loaded-bundle">
      <p>
        <strong>{name}</strong>{' '}
        <span className="dim">
          made on {bundle.ledger.name} ({formatCount(bundle.ledger.events)} events,{' '}
          <code>{bundle.ledger.fingerprint.slice(0, SHORT_HASH)}</code>) by {bundle.createdBy}
        </span>
      </p>
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

/** The bundle for a stream consumer: what is inside, downloads, and loading one back. */
export function DeploySection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report : null));
  const parameters = useTautline((state) => state.view.parameters);
  const against = useAgainst();
  const { data } = useFalseAlarms('reference');
  const power = useJob(lab.power);
  const loaded = useLab((state) => state.bundle);
  const [problem, setProblem] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const advice = rolloutAdvice(report.baselineAlerts, report.alerts);
  const same = JSON.stringify(parameters);
  const alarms = data && JSON.stringify(data.parameters) === same ? data.characteristics : null;
  const delays =
    power.result && JSON.stringify(power.result.answer.parameters) === same
      ? [{ change: power.result.question.change, points: power.result.answer.curve }]
      : [];
  const changed = Object.keys(changedParameters(parameters));
  const stem = fileStem(ledger?.name ?? '');

  const save = async (form: 'json' | 'protobuf'): Promise<void> => {
    setMaking(true);
    setProblem(null);
    try {
      const bundle: Bundle = await session.engine.bundle(alarms && characteristicsOf(alarms, delays));
      download(await encodeBundle(bundle, form), `${stem}.bundle.${form === 'json' ? 'json' : 'pb'}`);
    } catch (thrown) {
      setProblem(explain(toTautlineError(thrown, 'making the bundle')));
    } finally {
      setMaking(false);
    }
  };

  return (
    <>
      <div className="lab-columns halves">
        <dl className="lab-figures contents">
          <div>
            <dt>Parameters</dt>
            <dd>
              all {formatCount(Object.keys(parameters).length)};{' '}
              {changed.length === 0 ? 'the defaults' : `changed: ${changed.join(', ')}`}
            </dd>
          </div>
          <div>
            <dt>Ledger</dt>
            <dd>
              {ledger && partName(ledger.name, ledger.part?.part)}{' '}
              <span className="dim">
                {countText(report.events, ledger?.part ?? null)}, SHA-256{' '}
                <code title={ledger?.fingerprint}>{ledger?.fingerprint.slice(0, SHORT_HASH)}…</code>
              </span>
            </dd>
          </div>
          <div>
            <dt>Reference</dt>
            <dd>
              events {formatCount(report.reference.from)} to {formatCount(Math.max(0, report.reference.to - 1))}:
              projection of {formatCount(report.dimension)} dimensions on {formatCount(report.k)} axes, windows and
              means of {formatCount(report.streams.length)} streams, calibration
            </dd>
          </div>
          <div>
            <dt>Expected alerts</dt>
            <dd>{formatCount(report.alerts.length)}, each with onset, firing and clearing: the parity gate</dd>
          </div>
          <div>
            <dt>Operating characteristics</dt>
            <dd>
              {alarms ? (
                <>
                  false DRIFT {runLengthText(alarms.estimate)}{' '}
                  <span className="dim">
                    {intervalText(alarms.estimate)}
                    {Number.isFinite(alarms.perDay) && ` · ${rateText(alarms.perDay)}`}
                  </span>
                </>
              ) : (
                'being measured…'
              )}
            </dd>
            <dd className="dim">
              {delays.length > 0
                ? 'with the power curves measured above'
                : 'without detection delays: measure power curves above to include them'}
            </dd>
          </div>
          <div>
            <dt>Rollout advice</dt>
            <dd data-testid="rollout">
              <strong>{ROLLOUT_TEXT[advice.advice]}</strong>
            </dd>
            <dd className="dim">{rolloutReason(advice, against)}</dd>
          </div>
        </dl>
        <div className="lab-take">
          <h3>Take it away</h3>
          <div className="buttons">
            <button type="button" className="button primary" disabled={making} onClick={() => void save('json')}>
              Download JSON
            </button>
            <button type="button" className="button" disabled={making} onClick={() => void save('protobuf')}>
              Download protobuf
            </button>
          </div>
          <p className="dim">
            The formats are published:{' '}
            <a href="./schema/bundle.schema.json" target="_blank" rel="noreferrer">
              bundle.schema.json
            </a>{' '}
            and{' '}
            <a href="./schema/bundle.proto" target="_blank" rel="noreferrer">
              bundle.proto
            </a>
            . <code>tautline replay LEDGER --bundle FILE</code> proves that a consumer raises exactly these alerts.
          </p>
          <h3>Bring one back</h3>
          <div className="buttons">
            <button type="button" className="button" onClick={() => input.current?.click()}>
              Load a bundle…
            </button>
          </div>
          <input
            ref={input}
            type="file"
            accept=".json,.pb,application/json"
            hidden
            data-testid="bundle-file"
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              if (chosen) void takeBundle(chosen, chosen.name).then(setProblem);
            }}
          />
          {problem && (
            <p className="field-problem" role="alert">
              {problem}
            </p>
          )}
          {loaded && <Loaded loaded={loaded} report={report} />}
        </div>
      </div>
    </>
  );
}
